"""A digest of what a fitted object holds, by which two trainings can be told apart bit by bit.

The bytes of a model file will not do: formats write addresses and times into it. So the object is taken apart as
pickle would, nothing is carried out, and its numbers and texts are hashed in place.

>>> import numpy as np
>>> content_digest({"weights": np.zeros(3)}) == content_digest({"weights": np.zeros(3)})
True
>>> content_digest({"weights": np.zeros(3)}) == content_digest({"weights": np.zeros(3, np.float32)})
False
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

#: Where scikit-learn and others keep how long something took: never twice the same.
_MEASURED = frozenset(
    ("mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time", "fit_time_", "refit_time_", "fit_seconds_")
)
#: Where scikit-learn's vectorizers keep the address of their stop words: another in every process.
_ADDRESSES = frozenset(("_stop_words_id",))
_UNSTEADY = _MEASURED | _ADDRESSES
_NAMED = (type, FunctionType, BuiltinFunctionType, ModuleType)


def content_digest(value: Any) -> str:
    """Return 64 hex digits of what an object holds: types, numbers with their bits, texts, and how they nest.

    The order of a mapping's keys and of a set does not count, measured times do not, and neither do addresses. An
    object that cannot be taken apart (a lock, a file) counts by its type. A function counts by its name.
    """
    walk = _Walk()
    walk.add(value)
    return walk.digest.hexdigest()


class _Walk:
    """One way through an object. What was met before is named by its place, so that rings end."""

    def __init__(self) -> None:
        self.digest = sha256()
        self._met: dict[int, int] = {}
        self._kept: list[Any] = []  # an object that is gone would lend its address to the next

    def add(self, value: Any) -> None:
        """Hash a value with all it holds."""
        if isinstance(value, np.ndarray | np.generic):
            self._add_array(np.asarray(value))
        elif value is None or isinstance(value, bool | int | float | complex | str | bytes):
            self._say(f"{type(value).__name__} {value!r}")
        elif isinstance(value, _NAMED):
            self._say(f"name {getattr(value, '__module__', '')}.{getattr(value, '__qualname__', value.__name__)}")
        elif id(value) in self._met:
            self._say(f"again {self._met[id(value)]}")
        else:
            self._met[id(value)] = len(self._met)
            self._kept.append(value)
            self._add_object(value)

    def _add_object(self, value: Any) -> None:
        if isinstance(value, MethodType):
            self._say(f"method {value.__name__}")
            self.add(value.__self__)
        elif type(value) in (dict, list, tuple):
            self._add_collection(value)
        elif isinstance(value, set | frozenset):
            self._say(f"set {len(value)}")
            self._say(" ".join(sorted(content_digest(item) for item in value)))
        else:
            self._say(f"object {type(value).__module__}.{type(value).__qualname__}")
            self._add_parts(_parts(value))

    def _add_collection(self, value: Any) -> None:
        if isinstance(value, dict) and value.keys() & _UNSTEADY:
            value = {key: item for key, item in value.items() if key not in _UNSTEADY}
            self._kept.append(value)
        try:  # a vocabulary of a hundred thousand words is hashed at once, and not word by word
            self._say(f"{type(value).__name__} {json.dumps(value, sort_keys=True)}")
        except (TypeError, ValueError, RecursionError):
            self._say(f"{type(value).__name__} {len(value)}")
            if isinstance(value, Mapping):
                self._add_mapping(value)
            else:
                for item in value:
                    self.add(item)

    def _add_mapping(self, value: Mapping[Any, Any]) -> None:
        keys = [(key if isinstance(key, str) else content_digest(key), key) for key in value]
        for name, key in sorted(keys, key=lambda pair: pair[0]):
            self._say(f"key {name}")
            self.add(value[key])

    def _add_parts(self, parts: Iterable[Any]) -> None:
        for part in parts:
            self.add(part)

    def _add_array(self, array: Any) -> None:
        if array.dtype.names:  # the gaps between fields hold whatever was there before
            self._say(f"fields {array.dtype.names} {array.shape}")
            self._add_parts(array[name] for name in array.dtype.names)
            return
        self._say(f"array {array.dtype.str} {array.shape}")
        if array.dtype.hasobject:
            self._add_parts(array.ravel().tolist())
        else:
            self.digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)

    def _say(self, text: str) -> None:
        content = text.encode("utf-8", "backslashreplace")
        self.digest.update(f"{len(content)} ".encode() + content)


def _parts(value: Any) -> list[Any]:
    """Take an object apart as pickle does, without carrying anything out; nothing of one that refuses."""
    try:
        reduced = value.__reduce_ex__(4)
    except Exception:  # noqa: BLE001 - whatever it raises, it cannot be taken apart, and counts by its type
        return []
    if isinstance(reduced, str):
        return [reduced]
    function, arguments, *rest = reduced
    state, items, pairs = (*rest, None, None, None)[:3]
    return [function, arguments, state, *(items or ()), dict(pairs or ())]
