"""pandas frames as parquet files, held only where the very same frame comes back.

Parquet cannot tell every frame from every other. What it loses is kept beside it: the names of the columns, and
which columns are of objects. That all else returns is tried before anything is written, and not assumed.
"""

from __future__ import annotations

import io
import sys
from functools import partial
from typing import Any

import numpy as np

from runner.errors import IntegrityError
from runner.store.payloads import Incoming, NotHeldError, Outgoing, Sink

_NEEDED = "a frame, which needs pyarrow (pip install 'runner-ml[parquet]')"
#: What stands for a missing text in a column of objects: its name in the tree -> itself.
_ABSENT = {"None": None, "NaN": float("nan")}


def is_frame(value: Any) -> bool:
    """Say whether a value is a pandas frame. Does not import pandas: the value came in."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and type(value) is pandas.DataFrame


def lay_out(frame: Any, files: Outgoing) -> list[Any]:
    """Return a frame's node: file, names, columns of objects with what they miss texts as, types of all columns."""
    if frame.attrs:
        raise NotHeldError(f"a frame with attributes of its own: {', '.join(map(repr, frame.attrs))}")
    if frame.index.dtype.kind not in "iu":
        raise NotHeldError(f"a frame with an index of type {frame.index.dtype!r}")
    names, objects = _names(frame.columns), _objects(frame)
    content = _to_parquet(frame)
    if not _same(frame, _from_parquet(content, names, objects)):
        raise NotHeldError("a frame that parquet gives back with other types, names, index or missing values")
    return ["frame", files.add("parquet", partial(_write, content)), names, objects, _types(frame)]


def read(arguments: list[Any], files: Incoming) -> Any:
    """Return a frame, in memory. Raises IntegrityError; NotHeldError where this pandas reads it as other types."""
    name, names, objects, types = arguments
    with files.file(name) as file:
        content = file.read()
    frame = _from_parquet(content, names, objects)
    if _types(frame) != types:
        raise NotHeldError(f"a frame whose types {types!r} are others in this version of pandas")
    return frame


def _to_parquet(frame: Any) -> bytes:
    content = io.BytesIO()
    numbered = frame.set_axis([str(place) for place in range(frame.shape[1])], axis=1)
    try:
        numbered.to_parquet(content, engine="pyarrow")
    except ImportError as error:
        raise NotHeldError(_NEEDED) from error
    except (
        ValueError,
        TypeError,
        NotImplementedError,
        OverflowError,
    ) as error:  # pyarrow's errors are kinds of these
        raise NotHeldError(f"a frame that parquet cannot hold: {error}") from error
    return content.getvalue()


def _from_parquet(content: bytes, names: list[Any], objects: list[list[Any]]) -> Any:
    import pandas as pd  # takes long to import; a store without frames must not pay for it

    try:
        frame = pd.read_parquet(io.BytesIO(content), engine="pyarrow")
    except ImportError as error:
        raise NotHeldError(_NEEDED) from error
    except (ValueError, TypeError, KeyError, NotImplementedError, OSError) as error:  # the bytes are in memory
        raise IntegrityError(f"a frame that is no parquet: {error}") from error
    for place, absent in objects:
        column = frame.iloc[:, place]
        texts = column.to_numpy(dtype=object, copy=True)
        texts[column.isna().to_numpy()] = _ABSENT[absent]
        kept: Any = pd.Series(texts, index=frame.index, dtype=object)  # a bare array would become texts of pandas 3
        frame.isetitem(place, kept)
    labels, dtype, name = names
    columns: Any = pd.RangeIndex(*labels) if dtype == "range" else pd.Index(labels, dtype=dtype)
    frame.columns = columns.rename(name)
    return frame


def _names(columns: Any) -> list[Any]:
    """Return the columns' names, their type, and the name of the whole: texts or whole numbers."""
    labels = columns.tolist()
    if not {type(label) for label in (*labels, columns.name)} <= {str, int, type(None)} or None in labels:
        raise NotHeldError("a frame with columns named by something other than texts or whole numbers")
    if hasattr(columns, "step"):
        return [[columns.start, columns.stop, columns.step], "range", columns.name]
    return [labels, str(columns.dtype), columns.name]


def _objects(frame: Any) -> list[list[Any]]:
    """Return the place of each column of objects, and what stands for a missing text there."""
    found = []
    for place, dtype in enumerate(frame.dtypes):
        if not isinstance(dtype, np.dtype) or dtype.kind != "O":
            continue
        others = {_absent(item) for item in frame.iloc[:, place] if type(item) is not str}
        if len(others) > 1 or not others <= _ABSENT.keys():
            raise NotHeldError(f"a frame whose column {frame.columns[place]!r} holds objects that are not all texts")
        found.append([place, *(others or {"None"})])
    return found


def _absent(item: Any) -> str:
    if item is None:
        return "None"
    return "NaN" if type(item) is float and item != item else "another object"


def _same(frame: Any, back: Any) -> bool:
    return (
        _types(frame) == _types(back)
        and all(map(_same_type, frame.dtypes, back.dtypes))
        and _same_labels(frame.columns, back.columns)
        and _same_labels(frame.index, back.index)
        and bool(frame.equals(back))
    )


def _same_type(mine: Any, other: Any) -> bool:
    """Compare two types; to pandas, categories in another order are the same."""
    order = getattr(mine, "categories", None)
    return bool(mine == other) and (order is None or list(order) == list(other.categories))


def _same_labels(mine: Any, other: Any) -> bool:
    same = type(mine) is type(other) and mine.dtype == other.dtype and list(mine.names) == list(other.names)
    return same and bool(mine.equals(other))


def _types(frame: Any) -> list[str]:
    return [str(dtype) for dtype in frame.dtypes]


def _write(content: bytes, sink: Sink) -> None:
    sink.write(content)
