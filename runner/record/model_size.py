"""How many bytes a fitted model takes when it is written down: what it holds, without a format's overhead.

>>> import numpy as np
>>> bytes_of({"weights": np.zeros(1000)}) >= 8000
True
"""

from __future__ import annotations

import pickle
import zlib
from typing import Any


class _Counter:
    """Counts what is written to it and keeps nothing. packer: what it goes through before it is counted."""

    def __init__(self, packer: Any = None) -> None:
        self.n_bytes = 0
        self._packer = packer

    def write(self, data: Any) -> int:
        """Count."""
        size = memoryview(data).nbytes
        self.n_bytes += size if self._packer is None else len(self._packer.compress(data))
        return size

    def finish(self) -> int:
        """Return how many bytes there were."""
        return self.n_bytes if self._packer is None else self.n_bytes + len(self._packer.flush())

    def take(self, buffer: pickle.PickleBuffer) -> None:
        """Count an array where it lies."""
        self.write(buffer.raw())


def bytes_of(model: Any, *, packed: bool = False) -> int | None:
    """Return the bytes of an object with all it holds; None for one that cannot be taken apart.

    It is taken apart as pickle does, and nothing of it is copied or kept: arrays are counted where they lie. packed:
    deflated, as it is when it is saved.
    """
    counter = _Counter(zlib.compressobj(1) if packed else None)
    try:
        pickle.Pickler(counter, protocol=5, buffer_callback=counter.take).dump(model)
    except Exception:  # noqa: BLE001 - whatever it raises: its size is not known, and no trial fails for that
        return None
    return counter.finish()
