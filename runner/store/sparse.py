"""SciPy's CSR matrices as three arrays, put together again without a copy and without a write."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import IntegrityError
from runner.store.arrays import lay_out_plain, mapped
from runner.store.payloads import Incoming, NotHeldError, Outgoing

_PARTS = ("data", "indices", "indptr")
_POSITIONS = {np.dtype(np.int32), np.dtype(np.int64)}
_CLASSES = ("csr_matrix", "csr_array")


def is_csr(value: Any) -> bool:
    """Say whether a value is SciPy's CSR matrix or array. Does not import SciPy: the value came in."""
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and type(value) in {getattr(sparse, name) for name in _CLASSES}


def lay_out(matrix: Any, files: Outgoing) -> list[Any]:
    """Return a matrix's node: class, shape, the three arrays with their types, and what is known of their order."""
    if len(matrix.shape) != 2:
        raise NotHeldError(f"a sparse array of {len(matrix.shape)} dimension")
    parts = [lay_out_plain(getattr(matrix, part), files) for part in _PARTS]
    is_sorted, canonical = _order(matrix)
    return ["csr", type(matrix).__name__, [int(side) for side in matrix.shape], parts, is_sorted, canonical]


def read(arguments: list[Any], files: Incoming) -> Any:
    """Put a matrix together from its mapped arrays. Raises IntegrityError where they would lead out of bounds."""
    name, shape, parts, is_sorted, canonical = arguments
    if name not in _CLASSES:
        raise IntegrityError(f"a sparse matrix of class {name!r}, where the store writes {' or '.join(_CLASSES)}")
    data, indices, indptr = (mapped(part, files) for part in parts)
    _check(data, indices, indptr, shape)
    return _assembled(name, tuple(shape), data, indices, indptr, is_sorted=is_sorted, canonical=canonical)


def _assembled(
    name: str,
    shape: tuple[int, int],
    data: NDArray[Any],
    indices: NDArray[Any],
    indptr: NDArray[Any],
    *,
    is_sorted: bool,
    canonical: bool,
) -> Any:
    from scipy import sparse  # its import takes long; a store without matrices must not pay for it

    matrix = getattr(sparse, name)(shape, dtype=data.dtype)
    # The constructor would copy wherever it prefers another type of index, so the arrays are set behind it.
    matrix.data, matrix.indices, matrix.indptr = data, indices, indptr
    matrix.has_sorted_indices = is_sorted
    matrix.has_canonical_format = canonical
    return matrix


def _order(matrix: Any) -> tuple[bool, bool]:
    """Tell whether indices are sorted in each row, and sorted without repetition.

    Asked of a second matrix over the same arrays: the answer would be kept in the one that was given.
    """
    twin = type(matrix)(matrix.shape, dtype=matrix.dtype)
    twin.data, twin.indices, twin.indptr = matrix.data, matrix.indices, matrix.indptr
    return bool(twin.has_sorted_indices), bool(twin.has_canonical_format)


def _check(data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any], shape: list[int]) -> None:
    """SciPy's compiled loops trust these numbers; a file from elsewhere has not earned that."""
    n_rows, n_columns = shape
    flat = all(part.ndim == 1 for part in (data, indices, indptr))
    if not flat or not {indices.dtype, indptr.dtype} <= _POSITIONS:
        raise IntegrityError("a sparse matrix whose parts are not flat arrays with positions of 32 or 64 bits")
    ends = len(indptr) == n_rows + 1 and indptr[0] == 0 and indptr[-1] == len(indices) == len(data)
    if not ends or bool((np.diff(indptr) < 0).any()):
        raise IntegrityError(f"a sparse matrix of shape {shape} whose rows do not begin and end where its numbers do")
    if len(indices) and (indices.min() < 0 or indices.max() >= n_columns):
        raise IntegrityError(f"a sparse matrix of shape {shape} with numbers in columns that it does not have")
