"""The run folder: made for one run alone, filled, and committed whole.

A run works in `<root>/<experiment>/<UTC time>-<8 hex>.partial/`. Committing writes the manifest last and
renames the folder, so a folder without `.partial` is a finished run, and a run that was killed leaves only a
`.partial` that nothing ever reads as a result.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Self

from runner.record import manifest, strict_json
from runner.record.manifest import PARTIAL
from runner.record.storage import fsync, storage_errors, write_bytes

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

#: Beside the run folders: files that sources fetched, kept for the next run.
DOWNLOADS = ".downloads"


def slug(name: str) -> str:
    """Turn an experiment's name into a folder name: `[a-z0-9._-]`, at most 64 characters.

    Names that are no such name already get 8 hex digits of their own hash, so that two never meet.

    >>> slug("sms_spam"), slug("Größe 2!"), len(slug("x" * 10_000))
    ('sms_spam', 'gr-e-2-c3ddbe6d', 64)
    """
    if _NAME.fullmatch(name) and not name.endswith(PARTIAL):
        return name
    digest = sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    words = re.sub(r"[^a-z0-9_]+", "-", name[:256].lower()).strip("-_")
    return f"{words[:55]}-{digest}" if words else digest


@dataclass(frozen=True)
class RunFolder:
    """A run's folder while it is being filled. path: ends in `.partial`; id: the name it will have."""

    path: Path
    id: str
    experiment: str

    @classmethod
    def create(cls, root: Path, experiment: str, now: datetime) -> Self:
        """Make a folder that no other run has, whatever starts in the same second.

        now: timezone-aware. Raises ResourceError where nothing can be written, before any work is done.
        """
        name = slug(experiment)
        time = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        with storage_errors("making a run folder in", root):
            make_root(root)
            shelf = root / name
            shelf.mkdir(exist_ok=True)
            while True:
                run_id = f"{time}-{_token()}"
                path = shelf / f"{run_id}{PARTIAL}"
                if _made_alone(path, shelf / run_id):
                    return cls(path, run_id, name)

    def write_bytes(self, name: str, data: bytes) -> Path:
        """Write a file, whole or not at all. name: relative, with forward slashes."""
        path = self._place(name)
        # Not yet durable: a .partial survives nothing anyway, and commit() syncs every file once.
        write_bytes(path, data, durable=False)
        return path

    def write_text(self, name: str, text: str) -> Path:
        """Write a text file in UTF-8."""
        return self.write_bytes(name, text.encode("utf-8", "backslashreplace"))

    def write_json(self, name: str, value: Any) -> Path:
        """Write strict JSON; NaN and infinity become null and are listed (see `strict_json`)."""
        return self.write_text(name, strict_json.dumps(value) + "\n")

    def write_jsonl(self, name: str, rows: Iterable[Any]) -> Path:
        """Write one strict JSON value per line."""
        return self.write_text(name, "".join(strict_json.dumps(row, indent=None) + "\n" for row in rows))

    def folder(self, name: str) -> Path:
        """Make a folder inside for someone else to write into (an exporter, the log), and return it."""
        return self._place(f"{name}/x").parent

    def commit(self) -> Path:
        """Finish the run: sync every file, write the manifest last, rename, and return the final path.

        Files that are still open must have been flushed: what the disk holds now is what the manifest says.
        """
        final = self.path.with_name(self.id)
        with storage_errors("finishing the run in", self.path):
            contents = manifest.build(self.path)
            for name in contents["files"]:
                fsync(self.path / name)
            strict_json.write(self.path / manifest.MANIFEST, contents)
            for folder, _, _ in os.walk(self.path):
                fsync(Path(folder))
            os.rename(self.path, final)
            fsync(final.parent)
        return final

    def _place(self, name: str) -> Path:
        """Return where a file goes, its folders made. The run folder itself is never made a second time."""
        relative = PurePosixPath(name)
        if relative.is_absolute() or not relative.parts or ".." in relative.parts:
            raise ValueError(f"{name!r} is not a path inside a run folder; give one like 'logs/run.log'")
        folder = self.path
        with storage_errors("writing", self.path / name):
            for part in relative.parts[:-1]:
                folder = folder / part
                folder.mkdir(exist_ok=True)
        return folder / relative.name


def _token() -> str:
    """Return 8 random hex digits, from the operating system: the experiment's seed has no say in them."""
    return os.urandom(4).hex()


def make_root(root: Path) -> None:
    """Make the folder that all runs go to, and keep it out of version control."""
    root.mkdir(parents=True, exist_ok=True)
    ignore = root / ".gitignore"
    if not ignore.exists():
        # Two first runs may both write it, and write the same.
        ignore.write_text("*\n", encoding="utf-8")


def _made_alone(path: Path, final: Path) -> bool:
    """Make `path` unless another run has, or had, that name."""
    try:
        path.mkdir()
    except FileExistsError:
        return False
    if final.exists():
        path.rmdir()
        return False
    return True
