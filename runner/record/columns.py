"""Making sure that a model is given the columns it was trained on.

>>> import pandas as pd
>>> trained_on = {"kind": "frame", "columns": [{"name": "a", "dtype": "float64", "number": True}]}
>>> arranged(pd.DataFrame({"id": [7], "a": [1.5]}), trained_on).columns.tolist()
['a']
>>> arranged(pd.DataFrame({"b": [1.5]}), trained_on)
Traceback (most recent call last):
runner.errors.DataError: the rows to predict lack the column 'a', which the model was trained on. Offered: b.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.errors import DataError, did_you_mean


def arranged(rows: Any, trained_on: Mapping[str, Any]) -> Any:
    """Return rows as the model was trained on them. trained_on: `fingerprint()` of the run's raw data.

    A frame's columns are put in the order of training. Columns that the training data did not have (an id, the
    target) are left out: the model cannot have learned from them. A column that is missing, or that holds
    text where numbers were learned from (or the reverse), is a DataError. An array must have the shape of
    training after its first axis; for a model trained on a frame its columns count in the order of training.
    """
    kind = trained_on.get("kind")
    if kind == "frame":
        return _arranged_frame(rows, trained_on["columns"])
    if kind in ("array", "csr"):
        _check_shape(rows, tuple(trained_on["shape"][1:]))
    return rows


def _arranged_frame(rows: Any, columns: list[dict[str, Any]]) -> Any:
    names = [_hashable(column["name"]) for column in columns]
    if not hasattr(rows, "iloc"):
        return _named(rows, names)
    missing = [name for name in names if name not in rows.columns]
    if missing:
        listed = ", ".join(map(repr, missing))
        raise DataError(
            f"the rows to predict lack the column{'s' * (len(missing) > 1)} {listed}, which the model was trained "
            f"on. {did_you_mean(str(missing[0]), map(str, rows.columns))}"
        )
    ordered = rows.loc[:, names]
    for column, name in zip(columns, names, strict=True):
        _check_type(ordered[name], name, column)
    return ordered


def _check_type(values: Any, name: Any, column: Mapping[str, Any]) -> None:
    is_number = getattr(values.dtype, "kind", "O") in "biuf"
    # A column of missing values only has no type of its own.
    if is_number != column["number"] and not values.isna().all():
        raise DataError(
            f"column {name!r} of the rows to predict has type {str(values.dtype)!r}, but the model was trained on "
            f"{column['dtype']!r}. Convert the column, as the training data had it."
        )


def _named(rows: Any, names: list[Any]) -> Any:
    """Give an array the columns' names."""
    import numpy as np
    import pandas as pd  # the model was trained on a frame; models trained on arrays do not pay for it

    table = np.asarray(rows)
    if table.ndim == 1 and len(names) == 1:  # a list of texts is a table of one column
        table = table[:, np.newaxis]
    if table.shape[1:] != (len(names),):
        raise DataError(
            f"the rows to predict have shape {table.shape}, but the model was trained on a table with the "
            f"{len(names)} columns {', '.join(map(repr, names[:20]))}. Give a frame with these columns."
        )
    return pd.DataFrame(table, columns=names).infer_objects()


def _check_shape(rows: Any, expected: tuple[int, ...]) -> None:
    import numpy as np  # only arrays are measured here

    shape = tuple(getattr(rows, "shape", None) or np.shape(rows))
    if shape[1:] != expected:
        wanted = ", ".join(map(str, ("n_rows", *expected)))
        raise DataError(
            f"the rows to predict have shape {shape}, but the model was trained on ({wanted}). "
            "Give rows like those, also for a single one."
        )


def _hashable(name: Any) -> Any:
    """JSON has no tuples; a column name with several levels is one."""
    return tuple(name) if isinstance(name, list) else name
