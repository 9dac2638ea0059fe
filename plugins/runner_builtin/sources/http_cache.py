"""Fetched files kept for the next run: asked for again by validator, never used before their bytes are verified.

An entry is the file, named by what was asked for and by the sha256 of its bytes, and a short JSON text that says
which one is valid. The text is replaced as a whole, after the file it names is there; so several processes may keep
and read one address at a time, and whoever finds something that does not fit fetches anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp

import httpx

_WORKPLACE = "runner-http-"
#: A workplace this many seconds old belongs to nobody any more.
_LEFT_BEHIND = 7 * 24 * 3600.0


@dataclass(frozen=True)
class Kept:
    """What is known of a file. etag, modified: what the server knows it by; link: the header that links to others."""

    sha256: str
    size: int
    etag: str | None = None
    modified: str | None = None
    link: str | None = None

    @classmethod
    def of(cls, path: Path, headers: httpx.Headers) -> Kept:
        """Describe a file that came with these headers."""
        told = (headers.get(name) for name in ("etag", "last-modified", "link"))
        return cls(sha256_of(path), path.stat().st_size, *told)

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for the file only if it has changed."""
        if self.etag is not None:
            return {"If-None-Match": self.etag}
        return {} if self.modified is None else {"If-Modified-Since": self.modified}


class Cache:
    """Kept files in a folder that is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    @contextmanager
    def opened(cls, folder: Path | None) -> Iterator[Cache]:
        """Open a folder, made where it is missing; None opens an empty one that is removed at the end."""
        if folder is None:
            with TemporaryDirectory(prefix=_WORKPLACE) as place:
                yield cls(Path(place))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            yield cls(folder)

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """Give a folder of one's own on the same file system, which is removed at the end."""
        self._remove_leftovers()
        with TemporaryDirectory(prefix=_WORKPLACE, dir=self._folder) as place:
            yield Path(place)

    def copy(self, key: str, path: Path) -> Kept | None:
        """Put the kept file at `path`, which does not exist yet; None where there is none with its own bytes."""
        try:
            kept = Kept(**json.loads(self._about(key).read_bytes()))
            _link(self._file(key, kept.sha256), path)
        except (FileNotFoundError, ValueError, TypeError):
            return None
        if (path.stat().st_size, sha256_of(path)) != (kept.size, kept.sha256):
            path.unlink()
            return None
        return kept

    def keep(self, key: str, path: Path, kept: Kept) -> None:
        """Keep a file in place of what was kept under this key. path: in a workplace; it stays there."""
        for old in self._folder.glob(self._file(key, "?" * 64).name):
            old.unlink(missing_ok=True)
        _link(path, self._file(key, kept.sha256))
        descriptor, written = mkstemp(prefix="about-", dir=self._folder)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(kept), file)
        os.replace(written, self._about(key))

    def _about(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _file(self, key: str, sha256: str) -> Path:
        return self._folder / f"{key}-{sha256}"

    def _remove_leftovers(self) -> None:
        """Remove the workplaces of processes that were killed."""
        for place in self._folder.glob(f"{_WORKPLACE}*"):
            with suppress(FileNotFoundError):
                if time.time() - place.stat().st_mtime > _LEFT_BEHIND:
                    shutil.rmtree(place, ignore_errors=True)


def key_of(*parts: str) -> str:
    """Return the name for what was asked for. parts: without secrets."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _link(path: Path, new: Path) -> None:
    """Give a file a second name, or a copy where the file system knows no links. A file that is there stays."""
    try:
        os.link(path, new)
    except FileExistsError:
        return
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(path, new)
