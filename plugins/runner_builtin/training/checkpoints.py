"""A training's state on disk, so that a killed training is resumed and ends bit-equal to an uninterrupted one.

Each training has one file in the folder, named by a digest of everything its outcome depends on: the data,
the options, the seed. Another training never finds it. The file is an npz of plain arrays and one JSON text,
written beside its place and then renamed, so it is whole or not there; it is removed when the training is done.
"""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import IntegrityError, ResourceError
from runner.learn import Snapshot, options_of

Array = NDArray[Any]

#: The name of the JSON text among the arrays.
NUMBERS = "numbers.json"


class Checkpoint:
    """The file of one training. pause: seconds that pass at least between two writings."""

    def __init__(self, folder: str | Path, digest: str, pause: float = 1.0) -> None:
        self.path = Path(folder) / f"{digest[:32]}.npz"
        self._pause = pause
        self._written = -float("inf")

    def load(self) -> Snapshot | None:
        """Return the state to go on from, None where there is none. Raises IntegrityError for a damaged file."""
        if not self.path.exists():
            return None
        try:
            # opened here, because NumPy leaves a damaged file open
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            numbers = json.loads(arrays.pop(NUMBERS).tobytes().decode("utf-8"))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise IntegrityError(
                f"Checkpoint {str(self.path)!r} cannot be read: {error}. Remove it, and the training begins anew."
            ) from error
        return Snapshot(arrays, numbers)

    def save(self, snapshot: Snapshot) -> None:
        """Write the state, unless that was done less than a pause ago. Raises ResourceError."""
        if time.monotonic() - self._written < self._pause:
            return
        text = json.dumps(snapshot.numbers, allow_nan=False).encode("utf-8")
        buffer = io.BytesIO()
        # a file object, because savez gives a path its own suffix
        np.savez(buffer, allow_pickle=False, **_named(snapshot, text))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(buffer.getbuffer())
        except OSError as error:
            raise ResourceError(
                f"Checkpoint {str(self.path)!r} cannot be written: {error.strerror or error}. Free the disk, or "
                "choose another folder by model.checkpoint."
            ) from error
        self._written = time.monotonic()

    def remove(self) -> None:
        """Forget the training; it is done."""
        self.path.unlink(missing_ok=True)

    def _replace(self, content: memoryview) -> None:
        partial = self.path.with_suffix(f".{os.getpid()}.partial")
        try:
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path)
        finally:
            partial.unlink(missing_ok=True)


def digest(parts: Mapping[str, Any]) -> str:
    """Return the sha256 of named parts: arrays, sparse matrices, components, and whatever JSON holds."""
    total = sha256()
    for name, part in sorted(parts.items()):
        total.update(f"{name}={_digest_of(part)};".encode())
    return total.hexdigest()


def _named(snapshot: Snapshot, text: bytes) -> dict[str, Array]:
    return {**snapshot.arrays, NUMBERS: np.frombuffer(text, dtype=np.uint8)}


def _digest_of(part: Any) -> str:
    if hasattr(part, "indptr"):
        return "".join(map(_digest_of, (part.shape, part.data, part.indices, part.indptr)))
    if isinstance(part, np.ndarray):
        if part.dtype.hasobject:
            return sha256(json.dumps([str(value) for value in part.ravel()]).encode()).hexdigest()
        return sha256(repr((part.shape, part.dtype.str)).encode() + np.ascontiguousarray(part).tobytes()).hexdigest()
    if part is None or isinstance(part, bool | int | float | str | tuple | list | np.generic):
        return repr(part)
    options = sorted(options_of(part).items())
    return f"{type(part).__module__}.{type(part).__qualname__}({[(name, _digest_of(v)) for name, v in options]})"
