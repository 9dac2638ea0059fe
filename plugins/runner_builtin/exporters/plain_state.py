"""Fitted estimators as arrays and plain values, and back: nothing of a file is called, only attributes are set.

>>> arrays, plain = taken_apart({"a": [1, 2.5], "b": None})
>>> arrays, put_together(plain, arrays, lambda name: None)
({}, {'a': [1, 2.5], 'b': None})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]
#: Kinds of NumPy arrays that a file of tensors holds.
_TENSORS = "biuf"


class NotPlain(Exception):
    """A value that is neither a number, a text, an array nor an object of such. Its text says where it is."""


def taken_apart(value: Any) -> tuple[Arrays, Any]:
    """Return the arrays by their path, and everything else as JSON-ready values. Raises NotPlain."""
    arrays: Arrays = {}
    return arrays, _apart(value, "", arrays)


def _apart(value: Any, path: str, arrays: Arrays) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value if type(value) in (type(None), bool, int, str) else _scalar(value, path)
    if isinstance(value, float) and type(value) is float:
        return value if np.isfinite(value) else {"float": repr(value)}
    if isinstance(value, np.ndarray):
        return _array(value, path, arrays)
    if isinstance(value, np.generic):
        return _scalar(value, path)
    if isinstance(value, list | tuple):
        told = [_apart(item, _below(path, place), arrays) for place, item in enumerate(value)]
        return told if isinstance(value, list) else {"tuple": told}
    if isinstance(value, dict):
        return {
            "dict": [
                [_apart(key, f"{path}#", arrays), _apart(item, _below(path, key), arrays)]
                for key, item in value.items()
            ]
        }
    if isinstance(value, slice):
        return {"slice": [value.start, value.stop, value.step]}
    if isinstance(value, type) and issubclass(value, np.generic):
        return {"type": np.dtype(value).str}
    return _object(value, path, arrays)


def _below(path: str, name: Any) -> str:
    return f"{path}/{name}" if path else str(name)


def _scalar(value: Any, path: str) -> Any:
    if isinstance(value, np.generic) and value.dtype.kind in "biufU":
        plain = value.item()
        return {"scalar": value.dtype.str, "value": repr(plain) if isinstance(plain, float) else plain}
    raise NotPlain(f"{path or 'it'} is of {type(value).__module__}.{type(value).__qualname__}")


def _array(value: NDArray[Any], path: str, arrays: Arrays) -> Any:
    if value.dtype.kind in _TENSORS and value.dtype.itemsize <= 8:
        arrays[path] = np.ascontiguousarray(value)
        return {"array": path, "dtype": value.dtype.str, "shape": list(value.shape)}
    if value.dtype.kind in "OU":
        items = [_apart(item, path, arrays) for item in value.ravel().tolist()]
        return {
            "items": items,
            "dtype": "O" if value.dtype.kind == "O" else value.dtype.str,
            "shape": list(value.shape),
        }
    raise NotPlain(f"{path} is an array of {value.dtype}")


def _object(value: Any, path: str, arrays: Arrays) -> Any:
    kind = type(value)
    if not hasattr(value, "__dict__") or isinstance(value, type) or callable(value) or hasattr(kind, "__slots__"):
        raise NotPlain(f"{path or 'it'} is of {kind.__module__}.{kind.__qualname__}")
    told = {name: _apart(item, _below(path, name), arrays) for name, item in vars(value).items()}
    return {"object": f"{kind.__module__}.{kind.__qualname__}", "state": told}


def put_together(told: Any, arrays: Mapping[str, NDArray[Any]], kind_of: Callable[[str], Any]) -> Any:
    """Return the value again. kind_of: "package.module.Class" -> the class, or raises for one that is not trusted."""
    if isinstance(told, list):
        return [put_together(item, arrays, kind_of) for item in told]
    if not isinstance(told, dict):
        return told
    if "array" in told:
        return np.array(arrays[told["array"]], dtype=told["dtype"]).reshape(told["shape"])
    if "object" in told:
        kind = kind_of(told["object"])
        made = object.__new__(kind)
        made.__dict__.update({name: put_together(item, arrays, kind_of) for name, item in told["state"].items()})
        return made
    if "dict" in told:
        return {put_together(key, arrays, kind_of): put_together(item, arrays, kind_of) for key, item in told["dict"]}
    if "tuple" in told:
        return tuple(put_together(told["tuple"], arrays, kind_of))
    return _simple(told, arrays, kind_of)


def _simple(told: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], kind_of: Callable[[str], Any]) -> Any:
    if "items" in told:
        made = np.empty(len(told["items"]), dtype=told["dtype"])
        made[:] = [put_together(item, arrays, kind_of) for item in told["items"]]
        return made.reshape(told["shape"])
    if "scalar" in told:
        dtype = np.dtype(told["scalar"])
        return dtype.type(float(told["value"]) if dtype.kind == "f" else told["value"])
    if "slice" in told:
        return slice(*told["slice"])
    if "type" in told:
        return np.dtype(told["type"]).type
    return float(told["float"])
