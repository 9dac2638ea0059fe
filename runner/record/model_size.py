"""How many bytes a fitted model takes when it is written down: what it holds, without a format's overhead.

>>> import numpy as np
>>> bytes_of({"weights": np.zeros(1000)}) >= 8000
True
"""

from __future__ import annotations

import pickle
from typing import Any


class _Counter:
    """Counts what is written to it and keeps nothing."""

    def __init__(self) -> None:
        self.n_bytes = 0

    def write(self, data: Any) -> int:
        """Count."""
        size = memoryview(data).nbytes
        self.n_bytes += size
        return size

    def take(self, buffer: pickle.PickleBuffer) -> None:
        """Count an array where it lies."""
        self.write(buffer.raw())


def bytes_of(model: Any) -> int | None:
    """Return the bytes of an object with all it holds; None for one that cannot be taken apart.

    It is taken apart as pickle does, and nothing of it is copied or kept: arrays are counted where they lie.
    """
    counter = _Counter()
    try:
        pickle.Pickler(counter, protocol=5, buffer_callback=counter.take).dump(model)
    except Exception:  # noqa: BLE001 - whatever it raises: its size is not known, and no trial fails for that
        return None
    return counter.n_bytes
