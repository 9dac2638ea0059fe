"""The training rows, handed out batch by batch; the whole set is never copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import DataError

Array = NDArray[Any]
Batch = tuple[Any, Array, Array | None]

#: How many rows of a whole-set pass are in work at a time; bounds its memory.
BLOCK = 4096


@dataclass(frozen=True)
class Rows:
    """X: (n_rows, n_features), dense or CSR. targets: n_rows entries. weights: (n_rows,) of mean 1, or None.

    dtype: what each batch of X is cast to when it is taken. chosen: positions of the rows that take part,
    None for all of them.
    """

    X: Any
    targets: Array
    weights: Array | None
    dtype: np.dtype[Any]
    chosen: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return int(self.X.shape[0]) if self.chosen is None else len(self.chosen)

    def batches(self, size: int, rng: np.random.Generator | None) -> Iterator[Batch]:
        """Give every row once, in batches of `size` (the last may be smaller), shuffled if there is an rng."""
        if rng is None:
            yield from self.blocks(size)
            return
        yield from self.ordered(self.order(rng), size)

    def order(self, rng: np.random.Generator) -> NDArray[np.intp]:
        """Draw an order of the rows: the position of each."""
        return rng.permutation(len(self)) if self.chosen is None else rng.permutation(self.chosen)

    def ordered(self, order: NDArray[np.intp], size: int) -> Iterator[Batch]:
        """Give the rows of an order in batches of `size`; the last may be smaller."""
        for start in range(0, len(order), size):
            yield self._taken(order[start : start + size])

    def blocks(self, size: int = BLOCK) -> Iterator[Batch]:
        """Give every row once, in order."""
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            if self.chosen is None:
                yield self._cast(self.X[part]), self.targets[part], _part(self.weights, part)
            else:
                yield self._taken(self.chosen[part])

    def _taken(self, rows: NDArray[np.intp]) -> Batch:
        X = self.X.take(rows, axis=0) if isinstance(self.X, np.ndarray) else self.X[rows]
        return self._cast(X), self.targets[rows], _part(self.weights, rows)

    def _cast(self, X: Any) -> Any:
        return X if X.dtype == self.dtype else X.astype(self.dtype)


def narrowed(batches: Iterable[Batch]) -> tuple[NDArray[np.intp], list[Batch]]:
    """Return the columns that occur in one sparse batch, in order, and the batch with only those."""
    ((X, targets, weights),) = batches
    columns, places = np.unique(X.indices, return_inverse=True)
    shape = (X.shape[0], len(columns))
    return columns.astype(np.intp), [(type(X)((X.data, places, X.indptr), shape=shape), targets, weights)]


def density(X: Any) -> float:
    """Return the share of the numbers that are stored: 1 for a dense array."""
    return 1.0 if isinstance(X, np.ndarray) else X.nnz / max(1, X.shape[0] * X.shape[1])


def mean_one(weights: Array | None, n_rows: int, dtype: Any, chosen: NDArray[np.intp] | None = None) -> Array | None:
    """Scale sample weights to mean 1 over the chosen rows, so that the learning rate means the same with them.

    Raises `DataError` for weights that are not (n_rows,), negative, not finite, or all zero.
    """
    if weights is None:
        return None
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (n_rows,):
        raise DataError(f"The sample weights have shape {weights.shape!r}; {n_rows} rows need ({n_rows},).")
    ours = weights if chosen is None else weights[chosen]
    total = ours.sum()
    if not np.isfinite(total) or weights.min() < 0 or total == 0:
        raise DataError(
            f"The sample weights run from {weights.min()!r} to {weights.max()!r} and sum to {total!r}; "
            "they must be finite, not negative, and not all zero."
        )
    scaled: Array = (weights * (len(ours) / total)).astype(dtype)
    return scaled


def _part(weights: Array | None, rows: slice | NDArray[np.intp]) -> Array | None:
    return None if weights is None else np.asarray(weights[rows])
