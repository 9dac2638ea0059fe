"""A number for each row, equal where rows are equal: how repeated rows are found without comparing each with each.

The numbers mean nothing outside of this process. Two different rows have the same one by chance about once in 2⁶⁴.

>>> import numpy as np
>>> hashes = row_hashes(np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]]))
>>> bool(hashes[0] == hashes[2]), bool(hashes[0] == hashes[1])
(True, False)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

#: Rows hashed at a time.
_BLOCK = 65_536
#: Rows of at most so many numbers are hashed number by number.
_FEW = 32
#: Bytes of a number -> whole numbers of the same bits.
_BITS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}
_ODD = np.uint64(0x9E3779B97F4A7C15)


def row_hashes(features: Any) -> Hashes:
    """Return (n_rows,) hashes of the rows. features: as in a Dataset."""
    if hasattr(features, "iloc"):
        columns = (_column_hashes(features.iloc[:, place]) for place in range(features.shape[1]))
        return _joined(len(features), columns)
    if hasattr(features, "indptr"):
        return _csr_hashes(features)
    return _array_hashes(np.asarray(features))


def with_target(hashes: Hashes, target: NDArray[Any]) -> Hashes:
    """Return hashes of the rows together with their targets."""
    return _joined(len(hashes), iter((hashes, _array_hashes(np.asarray(target)))))


def numbered(values: Any) -> tuple[NDArray[np.intp], int]:
    """Return for each value of a column which of the different ones it is, from 0, and how many there are.

    Numbers and texts are numbered in their order, other objects in none.
    """
    array = np.asarray(values)
    different, numbers = np.unique(_array_hashes(array) if array.dtype.hasobject else array, return_inverse=True)
    return numbers.reshape(-1), len(different)


def _joined(n_rows: int, columns: Iterator[Hashes]) -> Hashes:
    joined = np.zeros(n_rows, dtype=np.uint64)
    for column in columns:
        joined *= _ODD
        joined += column
        joined = _mixed(joined)
    return joined


def _mixed(bits: Any) -> Any:
    """Spread each bit over all others (SplitMix64: Steele, Lea & Flood, 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _column_hashes(column: Any) -> Hashes:
    """Hash a column of a frame, texts a block at a time: for that they become objects."""
    if column.dtype.kind in "biufmM" or str(column.dtype) == "category":
        return _hashed_by_pandas(column)
    hashes = np.empty(len(column), dtype=np.uint64)
    for start in range(0, len(column), _BLOCK):
        hashes[start : start + _BLOCK] = _hashed_by_pandas(column.iloc[start : start + _BLOCK])
    return hashes


def _hashed_by_pandas(column: Any) -> Hashes:
    from pandas.util import hash_pandas_object  # a frame came in, so pandas is loaded; arrays must not pay for it

    try:
        hashed = hash_pandas_object(column, index=False)
    except TypeError:  # lists and other things that are equal by value and have no hash
        hashed = hash_pandas_object(column.map(repr), index=False)
    return np.asarray(hashed.to_numpy(), dtype=np.uint64)


def _array_hashes(array: NDArray[Any]) -> Hashes:
    n_rows = len(array)
    flat = array.reshape(n_rows, int(np.prod(array.shape[1:], dtype=np.int64)))
    if array.dtype.hasobject:
        told = (hash(repr(row)) for row in flat.tolist())
        return np.fromiter(told, dtype=np.int64, count=n_rows).view(np.uint64)
    if array.itemsize in _BITS and flat.shape[1] <= _FEW:
        return _joined(n_rows, (_bits(flat[:, place]) for place in range(flat.shape[1])))
    return _hashes_of_bytes(flat)


def _bits(column: NDArray[Any]) -> Hashes:
    """Return the bits of each value of one column as a whole number."""
    return np.ascontiguousarray(column).view(_BITS[column.itemsize]).astype(np.uint64)


def _hashes_of_bytes(flat: NDArray[Any]) -> Hashes:
    """Hash the bytes of each row, at so many rows a second however wide they are."""
    hashes = np.zeros(len(flat), dtype=np.int64)
    width = flat.itemsize * flat.shape[1]
    for start in range(0, len(flat) if width else 0, _BLOCK):
        block = np.ascontiguousarray(flat[start : start + _BLOCK])
        rows = block.view(np.dtype((np.void, width))).ravel().tolist()
        hashes[start : start + len(block)] = np.fromiter(map(hash, rows), dtype=np.int64, count=len(rows))
    return hashes.view(np.uint64)


def _csr_hashes(matrix: Any) -> Hashes:
    """Add up the hashes of what is stored, so that neither its order nor a stored zero counts."""
    values = np.asarray(matrix.data, dtype=np.float64).view(np.uint64)
    stored = _mixed(_mixed(matrix.indices.astype(np.uint64) + _ODD) ^ values)
    stored = np.where(matrix.data == 0, np.uint64(0), stored)
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(stored, dtype=np.uint64)])
    return np.asarray(sums[matrix.indptr[1:]] - sums[matrix.indptr[:-1]], dtype=np.uint64)
