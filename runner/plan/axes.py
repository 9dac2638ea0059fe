"""Axes: what may be chosen in one place of a sweep, checked where a person wrote it down.

>>> listed("model.l2", [0.1, 0.2], "sweep.grid").values
(0.1, 0.2)
>>> interval("model.l2", 1e-5, 1e-1, "sweep.grid", log=True).choices is None
True
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runner.contracts import Axis
from runner.errors import ConfigError

#: Reads the values of a key from a text in the grammar of the command line, such as "range(1,5)".
Parse = Callable[[str, str], Axis]


def axis_of(key: str, given: Any, where: str, parse: Parse) -> Axis:
    """Read what stands behind a key: a list of values, or a text for `parse`. Raises ConfigError."""
    if not isinstance(key, str) or not key:
        raise ConfigError(f"{where}: {key!r} is no key. Write a dotted key such as 'model.l2', or a group.")
    if isinstance(given, str):
        return parse(key, given)
    if isinstance(given, Sequence):
        return listed(key, given, where)
    raise ConfigError(
        f"{where}.{key}: {given!r} is not what an axis is made of. Give a list of values, or a text such as "
        "'interval(0.001, 1)' or 'range(1, 5)'."
    )


def listed(key: str, values: Sequence[Any], where: str) -> Axis:
    """Make an axis of these values. Raises ConfigError where there are none, or one cannot be written down."""
    if not values:
        raise ConfigError(f"{where}.{key}: the list is empty, so no trial could be made. Give at least one value.")
    for value in values:
        try:
            json.dumps(value)
        except (TypeError, ValueError):
            raise ConfigError(
                f"{where}.{key}: {value!r} is a {type(value).__name__}, which no record can hold. "
                "Give numbers, texts, true, false, null, or lists and mappings of these."
            ) from None
    return Axis(key, tuple(values))


def interval(key: str, low: float, high: float, where: str, *, log: bool = False, integer: bool = False) -> Axis:
    """Make an axis of all numbers from low to high. Raises ConfigError for bounds that enclose none."""
    shown = f"{where}.{key}: interval({low!r}, {high!r})"
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ConfigError(f"{shown} has no end. Give two finite numbers.")
    if low >= high:
        raise ConfigError(f"{shown} is empty; the first number must be the smaller one.")
    if log and low <= 0:
        raise ConfigError(f"{shown} on a logarithmic scale starts at {low!r}. Start above 0.")
    if integer and not (float(low).is_integer() and float(high).is_integer()):
        raise ConfigError(f"{shown} of whole numbers has ends that are none. Give whole numbers.")
    return Axis(key, None, low, high, log, integer)


def identity(settings: Mapping[str, Any]) -> str:
    """Write settings so that equal ones read alike, whatever their order; 1, 1.0 and true are three values."""
    return json.dumps(settings, sort_keys=True, separators=(",", ":"))
