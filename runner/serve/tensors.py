"""Tensors as the Open Inference Protocol writes them, in JSON and as bytes: to arrays and back.

>>> read_tensor({"name": "age", "datatype": "FP64", "shape": [2], "data": [31, 42.5]}).values
array([31. , 42.5])
>>> bytes_of(np.array(["ja", "no"], dtype=object))
b'\\x02\\x00\\x00\\x00ja\\x02\\x00\\x00\\x00no'
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import did_you_mean
from runner.serve.replies import Refusal

#: Datatype -> how its numbers lie in memory. BYTES are texts: each its length (4 bytes), then UTF-8.
NUMBERS = MappingProxyType(
    {
        "BOOL": np.dtype("?"),
        **{f"INT{bits}": np.dtype(f"<i{bits // 8}") for bits in (8, 16, 32, 64)},
        **{f"UINT{bits}": np.dtype(f"<u{bits // 8}") for bits in (8, 16, 32, 64)},
        **{f"FP{bits}": np.dtype(f"<f{bits // 8}") for bits in (16, 32, 64)},
    }
)
BYTES = "BYTES"
_LENGTH = np.dtype("<u4").itemsize


@dataclass(frozen=True)
class Tensor:
    """values: of the tensor's shape; texts and values with gaps (None) as objects."""

    name: str
    datatype: str
    values: NDArray[Any]


def read_tensor(record: Mapping[str, Any], raw: memoryview | None = None) -> Tensor:
    """Read one input of a request. raw: its bytes, for one that was not sent as JSON. Raises Refusal."""
    name, datatype, shape = record.get("name"), record.get("datatype"), record.get("shape")
    if not isinstance(name, str):
        raise Refusal(400, "an input has no 'name'; every input has 'name', 'shape', 'datatype' and its data")
    if not isinstance(datatype, str) or (datatype not in NUMBERS and datatype != BYTES):
        known = [*NUMBERS, BYTES]
        raise Refusal(400, f"input {name!r}: no datatype {datatype!r:.40}. {did_you_mean(str(datatype), known)}")
    if not isinstance(shape, list) or not shape or not all(type(size) is int and size >= 0 for size in shape):
        raise Refusal(400, f"input {name!r}: 'shape' is a list of sizes, such as [1], found {shape!r:.100}")
    if raw is not None:
        flat = _texts(name, raw) if datatype == BYTES else _numbers(name, NUMBERS[datatype], raw)
    elif isinstance(record.get("data"), list):
        flat = _from_json(name, datatype, shape, record["data"])
    else:
        raise Refusal(400, f"input {name!r} has no 'data', and no 'binary_data_size' in its parameters")
    if flat.size != math.prod(shape):
        raise Refusal(400, f"input {name!r}: shape {shape} has room for {math.prod(shape)} values, found {flat.size}")
    return Tensor(name, datatype, flat.reshape(shape))


def _from_json(name: str, datatype: str, shape: list[int], data: list[Any]) -> NDArray[Any]:
    """Return the values in one row, wherever they were nested. Gaps (null) and texts stay objects."""
    types = set(map(type, data))
    if list in types:
        nested = np.array(data, dtype=object)
        if nested.shape != tuple(shape):
            raise Refusal(400, f"input {name!r}: shape {shape} is declared, the lists in 'data' are nested otherwise")
        data = nested.ravel().tolist()
        types = set(map(type, data))
    allowed = {str} if datatype == BYTES else {bool, int} if datatype == "BOOL" else {int, float}
    if not types <= {*allowed, type(None)}:
        wrong = next(value for value in data if type(value) not in {*allowed, type(None)})
        raise Refusal(400, f"input {name!r}: {datatype} is declared, found {wrong!r:.100} in 'data'")
    if datatype != BYTES and type(None) not in types:
        return _as_declared(name, datatype, np.array(data))
    made = np.empty(len(data), dtype=object)
    made[:] = data
    return made


def _as_declared(name: str, datatype: str, array: NDArray[Any]) -> NDArray[Any]:
    """Return JSON's numbers in the declared type, or say which of them it cannot hold."""
    wanted = NUMBERS[datatype]
    if wanted.kind == "f":
        return array.astype(np.float64)  # what JSON wrote, not rounded to the shorter type
    with np.errstate(invalid="ignore"):
        made = array.astype(wanted)
    lost = np.flatnonzero(made != array)
    if lost.size:
        raise Refusal(400, f"input {name!r}: {datatype} is declared, found {array[lost[0]].item()!r} in 'data'")
    return made


def _numbers(name: str, dtype: np.dtype[Any], raw: memoryview) -> NDArray[Any]:
    if len(raw) % dtype.itemsize:
        raise Refusal(
            400, f"input {name!r}: {len(raw)} bytes are no whole number of values of {dtype.itemsize} bytes"
        )
    return np.frombuffer(raw, dtype=dtype)


def _texts(name: str, raw: memoryview) -> NDArray[Any]:
    found: list[str] = []
    place = 0
    while place < len(raw):
        end = place + _LENGTH + int.from_bytes(raw[place : place + _LENGTH], "little")
        if place + _LENGTH > len(raw) or end > len(raw):
            raise Refusal(400, f"input {name!r}: text {len(found)} is longer than what was sent")
        try:
            found.append(str(raw[place + _LENGTH : end], "utf-8"))
        except UnicodeDecodeError:
            raise Refusal(400, f"input {name!r}: text {len(found)} is no UTF-8") from None
        place = end
    made = np.empty(len(found), dtype=object)
    made[:] = found
    return made


def datatype_of(values: NDArray[Any]) -> str:
    """Name the datatype in which an answer leaves."""
    if values.dtype.kind in "biuf":
        return next((name for name, dtype in NUMBERS.items() if dtype == values.dtype), "FP64")
    return BYTES


def bytes_of(values: NDArray[Any]) -> bytes:
    """Write an answer as bytes."""
    if values.dtype.kind in "biuf":
        return np.ascontiguousarray(values, dtype=NUMBERS[datatype_of(values)]).tobytes()
    encoded = [str(value).encode() for value in values.ravel().tolist()]
    return b"".join(len(text).to_bytes(_LENGTH, "little") + text for text in encoded)


def json_of(values: NDArray[Any]) -> Any:
    """Write an answer for JSON, in one row: numbers as they are, all else as texts."""
    if values.dtype.kind in "biuf":
        return np.ascontiguousarray(values).reshape(-1)
    return [str(value) for value in values.ravel().tolist()]
