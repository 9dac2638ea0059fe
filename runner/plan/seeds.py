"""One seed for the experiment, an own one for everything in it.

A derived seed depends on the root seed and on the name of the place that draws (and the fold), never on
how many others draw: adding a step, a fold or a trial shifts nobody else's numbers.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def derive(root: int, place: str, fold: int | None = None) -> np.random.SeedSequence:
    """Return the seed sequence of a place, e.g. "augmenters.rotate" in fold 2.

    >>> derive(0, "model").entropy == derive(0, "model", fold=1).entropy
    True
    """
    digest = sha256(f"{place}#{'' if fold is None else fold}".encode()).digest()
    words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    import numpy as np

    return np.random.SeedSequence(root, spawn_key=words)


def random_state(root: int, place: str, fold: int | None = None) -> int:
    """Return an int for scikit-learn's `random_state`, in [0, 2**31)."""
    return int(derive(root, place, fold).generate_state(1)[0] >> 1)
