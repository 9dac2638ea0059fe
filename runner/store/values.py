"""What the store can hold, and how: trees of dicts, lists and tuples over arrays, matrices, frames and plain values.

The tree is JSON: every node is `[kind, …]`, and a node of data names its payload files. Reading looks the kind up
in a table of functions, so that a file can only ask for what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np

from runner.data import Dataset
from runner.errors import IntegrityError
from runner.store import arrays, frames, sparse
from runner.store.payloads import TREE, Incoming, NotHeldError, Outgoing, Payload, Sink

_DEPTH = 60
_INT_BITS = 1024


def laid_out(value: Any) -> list[Payload]:
    """Return the files that hold a value; the last is the tree. Raises NotHeldError for what comes back otherwise."""
    files = Outgoing()
    tree = json.dumps(_node(value, files, _DEPTH), allow_nan=False, separators=(",", ":"))
    return [*files.payloads, Payload(TREE, partial(_write, tree.encode()))]


def read(files: Incoming) -> Any:
    """Put a value together again: arrays mapped read-only, the rest fresh. Raises IntegrityError, NotHeldError."""
    try:
        with files.file(TREE) as file:
            tree = json.loads(file.read())
        return _value(tree, files)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise IntegrityError(f"its files do not describe a value: {type(error).__name__}: {error}") from error


def _node(value: Any, files: Outgoing, depth: int) -> list[Any]:
    if not depth:
        raise NotHeldError(f"a value nested more than {_DEPTH} deep")
    inner = partial(_node, files=files, depth=depth - 1)
    kind = type(value)
    if kind in _PLAIN and not (kind is int and value.bit_length() > _INT_BITS):
        return _PLAIN[kind](value)
    if kind in (list, tuple):
        return [kind.__name__, [inner(item) for item in value]]
    if kind is dict:
        return ["dict", _items(value, inner)]
    if kind is Dataset:
        return ["dataset", _items(_fields(value), inner)]
    if kind in (np.ndarray, np.memmap):
        return arrays.lay_out(value, files)
    if isinstance(value, np.generic) and value.dtype.kind in arrays.KINDS and value.dtype.itemsize:
        return ["scalar", value.dtype.str, value.tobytes().hex()]
    if sparse.is_csr(value):
        return sparse.lay_out(value, files)
    if frames.is_frame(value):
        return frames.lay_out(value, files)
    raise NotHeldError(f"a value of type '{kind.__module__}.{kind.__qualname__}'")


#: Type -> its node. Floats are written in base 16, which loses nothing and knows infinity and NaN.
_PLAIN: dict[type, Callable[[Any], list[Any]]] = {
    type(None): lambda value: ["plain", value],
    bool: lambda value: ["plain", value],
    int: lambda value: ["plain", value],
    str: lambda value: ["plain", value],
    float: lambda value: ["float", value.hex()],
}


def _items(mapping: Mapping[Any, Any], inner: Callable[[Any], list[Any]]) -> list[Any]:
    strange = next((key for key in mapping if type(key) is not str), None)
    if strange is not None:
        raise NotHeldError(f"a mapping with the key {strange!r}, which is no text")
    return [[key, inner(item)] for key, item in mapping.items()]


def _fields(dataset: Dataset) -> dict[str, Any]:
    told = {field.name: getattr(dataset, field.name) for field in fields(dataset)}
    return {**told, "dropped": dict(dataset.dropped)}


def _value(node: Any, files: Incoming) -> Any:
    kind, *arguments = node
    if kind not in _READERS:
        raise IntegrityError(f"its tree names the kind {kind!r}, which the store does not know")
    return _READERS[kind](arguments, files)


def _read_plain(arguments: list[Any], files: Incoming) -> Any:
    (value,) = arguments
    if type(value) not in _PLAIN:
        raise IntegrityError(f"its tree has {value!r} where a plain value belongs")
    return value


def _read_float(arguments: list[Any], files: Incoming) -> float:
    return float.fromhex(*arguments)


def _read_scalar(arguments: list[Any], files: Incoming) -> Any:
    name, content = arguments
    dtype = np.dtype(name)
    if dtype.kind not in arrays.KINDS:
        raise IntegrityError(f"its tree has a number of type {name!r}, which the store does not know")
    return np.frombuffer(bytes.fromhex(content), dtype=dtype)[0]


def _read_list(arguments: list[Any], files: Incoming) -> list[Any]:
    (nodes,) = arguments
    return [_value(node, files) for node in nodes]


def _read_tuple(arguments: list[Any], files: Incoming) -> tuple[Any, ...]:
    return tuple(_read_list(arguments, files))


def _read_dict(arguments: list[Any], files: Incoming) -> dict[str, Any]:
    (items,) = arguments
    return {key: _value(node, files) for key, node in items}


def _read_dataset(arguments: list[Any], files: Incoming) -> Dataset:
    return Dataset(**_read_dict(arguments, files))


_READERS: dict[str, Callable[[list[Any], Incoming], Any]] = {
    "plain": _read_plain,
    "float": _read_float,
    "scalar": _read_scalar,
    "list": _read_list,
    "tuple": _read_tuple,
    "dict": _read_dict,
    "dataset": _read_dataset,
    "array": arrays.read,
    "texts": arrays.read_texts,
    "csr": sparse.read,
    "frame": frames.read,
}


def _write(content: bytes, sink: Sink) -> None:
    sink.write(content)
