"""One kept result: a folder named by its key, and the manifest that says which bytes it consists of.

>>> folder_of(Path("store"), "0f" * 32)
PosixPath('store/0f/0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f')
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from runner.errors import IntegrityError
from runner.record import strict_json
from runner.store.payloads import NAME

SCHEMA = 1
MANIFEST = "manifest.json"
#: Where results are being written, and where folders wait for their removal.
WORKING = "working"
#: Where damaged entries are put, to be looked at; they count against the store's size.
QUARANTINE = "quarantine"

_KEY = re.compile(r"[0-9a-f]{64}")
_SHA256 = _KEY


@dataclass(frozen=True)
class Entry:
    """What is known of a kept result without reading it.

    size: bytes of all its files. used: when it was last read or written, in seconds since 1970. about: what the
    writer said of it.
    """

    key: str
    path: Path
    size: int
    used: float
    about: Mapping[str, Any]


def is_key(name: str) -> bool:
    """Say whether a name is a key: 64 hex digits."""
    return _KEY.fullmatch(name) is not None


def folder_of(root: Path, key: str) -> Path:
    """Return where a key's entry lies. Raises ValueError for what is no key: it would become a path."""
    if not is_key(key):
        raise ValueError(f"{key!r} is no key of the store; a key is 64 hex digits, such as a sha256")
    return root / key[:2] / key


def written(key: str, files: Mapping[str, Mapping[str, Any]], about: Mapping[str, Any]) -> bytes:
    """Return a manifest's bytes. files: name -> {"sha256", "size"}. Raises TypeError where `about` is not JSON."""
    record = {"schema": SCHEMA, "key": key, "about": dict(about), "files": dict(files)}
    return _text({**record, "check": _check(record)}).encode()


def read(content: bytes, key: str) -> dict[str, Any]:
    """Return a manifest's record. Raises IntegrityError if one byte is not as `written` writes it."""
    try:
        text = content.decode()
        record = json.loads(text)
        rest = {name: value for name, value in record.items() if name != "check"}
        sound = _text(record) == text and record["check"] == _check(rest)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IntegrityError(f"its manifest is none: {type(error).__name__}: {error}") from error
    if not sound:
        raise IntegrityError("its manifest was changed since it was written")
    if record["schema"] != SCHEMA or record["key"] != key or not _lists_files(record["files"]):
        raise IntegrityError(f"its manifest is not one of format {SCHEMA} for this key that lists payload files")
    return rest


def _lists_files(files: Any) -> bool:
    """Names outside the pattern, such as paths, are refused here, before any of them is opened."""
    return isinstance(files, dict) and all(
        NAME.fullmatch(name)
        and line.keys() == {"sha256", "size"}
        and _SHA256.fullmatch(line["sha256"])
        and type(line["size"]) is int
        for name, line in files.items()
    )


def _check(record: Mapping[str, Any]) -> str:
    return sha256(_text(record).encode()).hexdigest()


def _text(record: Any) -> str:
    return strict_json.dumps(record, indent=None) + "\n"
