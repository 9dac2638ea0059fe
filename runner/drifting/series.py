"""Rows seen one series of values after the other: columns of a table, or numbers that tell of each row.

A column of free texts becomes three series of numbers, images and wide arrays two: what is kept of them must not tell
what they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Kind = Literal["number", "category", "text", "date"]

#: Texts of more different values than this share of the rows, or than this many, are free texts and no categories.
_SHARE, _VALUES = 0.2, 200
#: An array of more columns is told of by rows.
_COLUMNS = 100
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True)
class Series:
    """A column. values: floats with NaN, or objects with None, (n_rows,)."""

    name: str
    kind: Kind
    values: NDArray[Any]


def series_of(features: Any) -> Iterator[Series]:
    """Give each series of some rows. features: a frame, an array (n_rows, …) or a CSR matrix."""
    if hasattr(features, "iloc"):
        for place, name in enumerate(features.columns):
            yield _column(str(name), features.iloc[:, place])
    elif hasattr(features, "indptr"):
        yield Series("values that are not 0", "number", np.diff(features.indptr).astype(np.float64))
        yield Series("sum of a row", "number", np.asarray(features.sum(axis=1), dtype=np.float64).ravel())
    else:
        yield from _array(np.asarray(features))


def _column(name: str, column: Any) -> Series:
    kind = column.dtype.kind
    if kind in "iuf":
        return Series(name, "number", column.to_numpy(dtype=np.float64, na_value=np.nan))
    if kind in "mM":
        return Series(name, "date", column.isna().to_numpy())
    missing = column.isna().to_numpy()
    values = np.array(
        [None if gone else _text(value) for value, gone in zip(column.tolist(), missing, strict=True)], dtype=object
    )
    return Series(name, "category" if str(column.dtype) == "category" or kind == "b" else _kind(values), values)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _kind(values: NDArray[Any]) -> Kind:
    """Tell categories from free texts by how many different ones there are."""
    known = [value for value in values.tolist() if value is not None]
    return "category" if len(set(known)) <= max(20, min(_VALUES, int(_SHARE * len(known)))) else "text"


def _array(array: NDArray[Any]) -> Iterator[Series]:
    if array.dtype.kind not in "iufb":
        flat = array.reshape(len(array), -1)
        for place in range(min(flat.shape[1], _COLUMNS)):
            values = np.array(
                [None if value is None else _text(value) for value in flat[:, place].tolist()], dtype=object
            )
            yield Series(str(place), _kind(values), values)
        return
    if array.ndim == 2 and array.shape[1] <= _COLUMNS:
        for place in range(array.shape[1]):
            yield Series(str(place), "number", array[:, place].astype(np.float64))
        return
    flat = array.reshape(len(array), -1)
    yield Series("mean of a row", "number", flat.mean(axis=1, dtype=np.float64))
    yield Series("spread of a row", "number", flat.std(axis=1, dtype=np.float64))
    yield Series("share of zeros in a row", "number", (flat == 0).mean(axis=1))


# --- texts -------------------------------------------------------------------------------------------------


def tokens(text: str) -> list[int]:
    """Return the words of a text as numbers of 32 bits, from which they cannot be read back."""
    return [crc32(word.encode()) for word in _TOKEN.findall(text.lower())]


def text_series(name: str, texts: Sequence[str], known: NDArray[np.int64]) -> list[Series]:
    """Return what is compared of free texts. known: the words of the reference, as numbers, sorted."""
    words = [tokens(text) for text in texts]
    return [
        Series(f"{name} (characters)", "number", np.array([len(text) for text in texts], dtype=np.float64)),
        Series(f"{name} (words)", "number", np.array([len(found) for found in words], dtype=np.float64)),
        Series(f"{name} (share of unknown words)", "number", unknown_shares(words, known)),
    ]


def unknown_shares(words: Sequence[Sequence[int]], known: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of each text's words that are not known, NaN for a text without words."""
    lengths = np.array([len(found) for found in words])
    flat = np.fromiter((word for found in words for word in found), dtype=np.int64, count=int(lengths.sum()))
    missing = ~np.isin(flat, known)
    per_text = np.bincount(np.repeat(np.arange(len(words)), lengths), weights=missing, minlength=len(words))
    shares = np.full(len(words), np.nan)
    np.divide(per_text, lengths, out=shares, where=lengths > 0)
    return shares
