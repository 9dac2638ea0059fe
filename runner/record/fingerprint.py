"""A short description of data by which two runs can tell whether they saw the same rows in the same order.

>>> import numpy as np
>>> from runner.data import Dataset
>>> print_ = fingerprint(Dataset.of(np.zeros((3, 2)), [0, 1, 0]))
>>> print_["rows"], print_["kind"], print_["shape"], print_["dtype"], print_["target"]["dtype"]
(3, 'array', [3, 2], '<f8', '<i8')
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runner.data import Dataset

_BLOCK = 4 * 1024 * 1024


def fingerprint(dataset: Dataset) -> dict[str, Any]:
    """Return rows, schema and sha256 of the features and of the target, in the order of the rows.

    "kind" is "frame" (with "columns": name and dtype of each), "array" or "csr" (with "shape" and "dtype").
    "source" is the fingerprint that the source gave. Two datasets with other bytes, order, types or column
    names have other hashes. Objects other than texts count by their `repr`.
    """
    features = dataset.features
    if hasattr(features, "iloc"):
        described = _frame(features)
    elif hasattr(features, "indptr"):
        described = _csr(features)
    else:
        described = _array(np.asarray(features))
    target = None if dataset.target is None else _array(dataset.target)
    return {"rows": dataset.n_rows, **described, "target": target, "source": dataset.fingerprint}


def _array(array: NDArray[Any]) -> dict[str, Any]:
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode())
    _add_array(digest, array)
    return {
        "kind": "array",
        "shape": list(array.shape),
        "dtype": array.dtype.str,
        "sha256": digest.hexdigest(),
    }


def _csr(matrix: Any) -> dict[str, Any]:
    digest = hashlib.sha256(f"csr {matrix.dtype.str} {matrix.shape}".encode())
    for part in (matrix.indptr, matrix.indices):
        # SciPy chooses 32 or 64 bits for positions by size and history; the content is the same.
        _add_array(digest, part.astype(np.int64, copy=False))
    _add_array(digest, matrix.data)
    return {
        "kind": "csr",
        "shape": list(matrix.shape),
        "dtype": matrix.dtype.str,
        "stored": int(matrix.nnz),
        "sha256": digest.hexdigest(),
    }


def _frame(frame: Any) -> dict[str, Any]:
    digest = hashlib.sha256(f"frame {frame.shape}".encode())
    columns = []
    for place, name in enumerate(frame.columns.tolist()):
        column = frame.iloc[:, place]
        digest.update(f"{name!r} {column.dtype}".encode("utf-8", "backslashreplace"))
        _add_column(digest, column)
        columns.append({"name": name, "dtype": str(column.dtype), "number": _is_number(column.dtype)})
    return {"kind": "frame", "columns": columns, "sha256": digest.hexdigest()}


def _is_number(dtype: Any) -> bool:
    """Say whether a column holds numbers or truth values; categories, texts, dates and objects do not."""
    return getattr(dtype, "kind", "O") in "biuf"


def _add_column(digest: Any, column: Any) -> None:
    if isinstance(column.dtype, np.dtype):
        _add_array(digest, column.to_numpy())
    elif hasattr(column, "cat"):
        _add_array(digest, column.cat.codes.to_numpy())
        _add_objects(digest, column.cat.categories.tolist())
    elif column.dtype.kind == "M":  # dates with a time zone, which stands in the dtype
        _add_array(digest, column.dt.tz_convert(None).to_numpy())
    else:
        _add_objects(digest, column.tolist())


def _add_array(digest: Any, array: NDArray[Any]) -> None:
    """Feed an array's bytes in C order, copying at most a block of rows at a time."""
    if array.dtype.hasobject:
        _add_objects(digest, array.ravel().tolist())
        return
    if array.dtype.kind in "mM":
        array = array.view(np.int64)
    rows = max(1, _BLOCK * len(array) // max(1, array.nbytes))
    for start in range(0, len(array), rows):
        digest.update(np.ascontiguousarray(array[start : start + rows]).reshape(-1).view(np.uint8))


def _add_objects(digest: Any, objects: list[Any]) -> None:
    """Feed texts as they are and other objects by their repr, so that ["ab"], ["a", "b"] and [b"ab"] differ."""
    others = [place for place, item in enumerate(objects) if type(item) is not str]
    texts = [item if type(item) is str else repr(item) for item in objects]
    digest.update(np.array([len(texts), len(others), *others], dtype="<i8"))
    digest.update(np.fromiter(map(len, texts), dtype="<i8", count=len(texts)))
    digest.update("".join(texts).encode("utf-8", "backslashreplace"))
