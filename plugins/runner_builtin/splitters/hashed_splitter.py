"""A hold-out decided row by row: the part of a row stays the same when rows are added or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from runner.options import Share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runner_builtin.splitters.split_checks import Folds


@dataclass(frozen=True, kw_only=True)
class HashedHoldout:
    """Keep the rows for testing whose id, hashed, falls below test_size.

    The share is met by chance only: by one row in a hundred of 10,000. salt: another text draws other rows. A source
    that numbers its rows gives a row the same id as long as rows are only appended.
    """

    sees_rows: ClassVar[bool] = True
    row_by_row: ClassVar[bool] = True

    test_size: Share = 0.25
    salt: str = ""

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return 1

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give the one fold. X: the dataset, or a batch of it."""
        tested = shares(X.row_ids, self.salt) < self.test_size
        yield np.flatnonzero(~tested), np.flatnonzero(tested)


def shares(row_ids: NDArray[np.int64], salt: str) -> NDArray[np.float64]:
    """Return a number from 0 to 1 for each id, as if drawn evenly: SplitMix64 (Steele, Lea & Flood, 2014).

    >>> shares(np.array([0, 1]), "").round(3).tolist() == shares(np.array([1, 0]), "").round(3).tolist()[::-1]
    True
    """
    start = np.frombuffer(sha256(salt.encode()).digest()[:8], dtype="<u8")[0]
    z = np.asarray(row_ids, dtype=np.int64).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + start
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)) * 2.0**-53)
