"""Columns turned into the types that a declaration gives them; what does not fit is found, never bent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from runner_builtin.sources.column_types import EXACT

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The types that a column of a text file can be declared to have.
TypeName = Literal["string", "integer", "number", "boolean", "category", "date"]

_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def declared(texts: Any, type_name: TypeName) -> tuple[Any, NDArray[np.bool_]]:
    """Turn texts into a type; also return which do not fit, shape (n_rows,). texts: a Series, missing values stay.

    boolean: true, false, yes, no, 1, 0 in any case. integer: of at most 18 digits. date: ISO 8601, a time with a
    zone is brought to UTC.
    """
    turned = _TURNS[type_name](texts)
    return turned, (turned.isna() & texts.notna()).to_numpy()


def is_of(column: Any, type_name: TypeName) -> bool:
    """Tell whether a column that pandas read as numbers is of the declared type already."""
    if type_name == "number":
        return column.dtype.kind in "iuf"
    if column.dtype.kind == "f":
        values = column.to_numpy()[column.notna()]
        return bool(np.all((values == np.floor(values)) & (np.abs(values) < EXACT)))
    return bool(column.dtype.kind == "i")


def shape_of(value: str) -> str:
    """Say what a value looks like without saying what it is.

    >>> shape_of("12,5"), shape_of("secret")
    ("a text of 4 characters like '99,9'", 'a text of 6 characters')
    """
    text = f"a text of {len(value)} characters"
    if any(letter.isdigit() for letter in value) and len(value) <= 30:
        masked = "".join("9" if letter.isdigit() else "a" if letter.isalpha() else letter for letter in value)
        text += f" like {masked!r}"
    return text


def _integers(texts: Any) -> Any:
    fits = texts.str.fullmatch(r"[+-]?\d{1,18}", na=False).astype(bool)
    if fits.all():
        return texts.astype(np.int64)
    return texts.where(fits).astype(np.float64)


def _truths(texts: Any) -> Any:
    truths = texts.str.lower().map(_TRUTHS)
    return truths.astype(bool) if truths.notna().all() else truths.astype(object)


def _dates(texts: Any) -> Any:
    dates = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    return dates.dt.tz_localize(None).dt.as_unit("us")


_TURNS: dict[str, Callable[[Any], Any]] = {
    "string": lambda texts: texts,
    "integer": _integers,
    "number": lambda texts: pd.to_numeric(texts, errors="coerce").astype(np.float64),
    "boolean": _truths,
    "category": lambda texts: texts.astype("category"),
    "date": _dates,
}
