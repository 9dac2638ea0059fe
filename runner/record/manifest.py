"""The manifest: which bytes a finished run consists of.

It is the last file written before a run is committed, so a folder without one is not a finished run, and
a folder that differs from it has been changed since.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

from runner.errors import IntegrityError, PluginError
from runner.record import strict_json
from runner.record.records import SCHEMA

MANIFEST = "manifest.json"
#: What the name of a run folder ends in until the run is committed.
PARTIAL = ".partial"


def build(folder: Path) -> dict[str, Any]:
    """Hash every file below `folder`: {"schema": 1, "files": {"run.json": {"sha256": …, "size": …}}}.

    Paths are relative with forward slashes, so a moved folder keeps its manifest. Raises PluginError for a
    link or a device: its bytes would not travel with the folder.
    """
    found = _walk(folder)
    strange = [name for name, path in found.items() if not _is_plain(path)]
    if strange:
        raise PluginError(
            f"{', '.join(map(repr, strange))} in '{folder}' is no plain file; a run folder holds plain files "
            "only, so that it can be moved and verified. Let the exporter or tracker that made it write a file."
        )
    return {"schema": SCHEMA, "files": {name: describe(path) for name, path in found.items()}}


def describe(path: Path) -> dict[str, Any]:
    """Return one file's line of the manifest: sha256 (hex) and size (bytes)."""
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"sha256": digest, "size": file.tell()}


def is_finished(folder: Path) -> bool:
    """Say whether a folder is a committed run."""
    return folder.suffix != PARTIAL and (folder / MANIFEST).is_file()


def read(folder: Path) -> dict[str, Any]:
    """Return the files of a finished run: relative path -> {"sha256", "size"}. Else raises IntegrityError."""
    if not is_finished(folder):
        what = f"its name ends in {PARTIAL!r}" if folder.suffix == PARTIAL else f"it has no {MANIFEST}"
        raise IntegrityError(
            f"'{folder}' is not a finished run: {what}. It is still running, or was stopped; start it again."
        )
    record = strict_json.read(folder / MANIFEST)
    files = record.get("files") if isinstance(record, dict) else None
    if not isinstance(files, dict) or not all(_is_line(line) for line in files.values()):
        raise IntegrityError(f"'{folder / MANIFEST}' does not list files with their sha256 and size, as a run does.")
    return files


def _is_line(line: Any) -> bool:
    return isinstance(line, dict) and line.keys() >= {"sha256", "size"}


def verify(folder: Path) -> None:
    """Compare every file with the manifest; raises IntegrityError naming each changed, missing or added one."""
    listed = read(folder)
    found = _walk(folder)
    differences = [
        *(f"missing: {name!r}, sha256 {listed[name]['sha256']}" for name in sorted(listed.keys() - found.keys())),
        *(f"added: {name!r}, not in the manifest" for name in sorted(found.keys() - listed.keys())),
        *(_change(name, listed[name], found[name]) for name in sorted(listed.keys() & found.keys())),
    ]
    differences = [difference for difference in differences if difference]
    if differences:
        raise IntegrityError(
            f"the run '{folder}' is not as it was written:\n  "
            + "\n  ".join(differences)
            + "\nRestore the files from a copy, or run the experiment again."
        )


def _change(name: str, listed: dict[str, Any], path: Path) -> str:
    """Say how a file differs from its line; nothing if it does not."""
    if not _is_plain(path):
        return f"changed: {name!r}, no longer a plain file"
    actual = describe(path)
    if actual == listed:
        return ""
    return (
        f"changed: {name!r}, expected sha256 {listed.get('sha256')} ({listed.get('size')} bytes), "
        f"found {actual['sha256']} ({actual['size']} bytes)"
    )


def _walk(folder: Path) -> dict[str, Path]:
    """Return everything below `folder` that is no folder, but for the manifest itself, sorted by name."""
    found = {}
    for place, folders, files in os.walk(folder):
        linked = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in (*files, *linked):
            path = Path(place, name)
            found[path.relative_to(folder).as_posix()] = path
    found.pop(MANIFEST, None)
    return dict(sorted(found.items()))


def _is_plain(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)
