from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runner_builtin.exporters.plain_state import NotPlain, put_together, taken_apart


class Box:
    def __init__(self, content: Any) -> None:
        self.content = content


def there_and_back(value: Any) -> Any:
    arrays, told = taken_apart(value)
    return put_together(told, arrays, {f"{Box.__module__}.{Box.__qualname__}": Box}.__getitem__)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        -1.5,
        float("inf"),
        "ß",
        [1, "a", None],
        (1, (2.0,)),
        {"a": [1], 2: ()},
        slice(1, None),
        np.float32,
    ],
    ids=repr,
)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    again = there_and_back(value)
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.array([1, 2], dtype=np.int8),
        np.array([True]),
        np.array(["ä", "bc"]),
        np.array([None, "x", 1.5], dtype=object),
        np.empty((0, 3), dtype=np.float32),
    ],
    ids=lambda array: str(array.dtype),
)
def test_arrays_come_back_with_their_type_and_shape(array: np.ndarray) -> None:
    again = there_and_back({"inside": array})["inside"]
    assert (again.dtype, again.shape, again.tolist()) == (array.dtype, array.shape, array.tolist())


def test_scalars_of_numpy_and_objects_come_back() -> None:
    again = there_and_back([np.float32(0.1), np.int64(7), np.str_("x"), Box(Box(np.ones(2)))])
    assert [type(one) for one in again[:3]] == [np.float32, np.int64, np.str_]
    assert again[0] == np.float32(0.1)
    assert again[3].content.content.tolist() == [1.0, 1.0]


def test_arrays_are_named_by_where_they_are() -> None:
    arrays, _ = taken_apart(Box({"weights": [np.zeros(1), np.ones(1)]}))
    assert list(arrays) == ["content/weights/0", "content/weights/1"]


@pytest.mark.parametrize(
    "value", [len, Box, object(), np.array([1j]), {1, 2}], ids=["function", "class", "object", "complex", "set"]
)
def test_what_is_not_plain_is_refused_with_its_place(value: Any) -> None:
    with pytest.raises(NotPlain, match="content/here"):
        taken_apart(Box({"here": value}))
