import numpy as np
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.augmenters.class_sizes import class_sizes, members, sizes_from_above, sizes_from_below, told


def rows(target):
    return Dataset.of(np.zeros((len(target), 1)), target)


def test_classes_are_counted_and_found():
    dataset = rows(["b", "a", "b"])
    assert class_sizes(dataset, "it") == {"a": 1, "b": 2}
    assert members(dataset, "b").tolist() == [0, 2]


def test_small_classes_grow_to_a_share_of_the_largest():
    sizes = {"a": 2, "b": 6, "c": 10}
    assert sizes_from_below(sizes, 1.0) == {"a": 10, "b": 10}
    assert sizes_from_below(sizes, 0.5) == {"a": 5}


def test_large_classes_shrink_until_the_smallest_is_a_share_of_them():
    sizes = {"a": 2, "b": 6, "c": 10}
    assert sizes_from_above(sizes, 1.0) == {"b": 2, "c": 2}
    assert sizes_from_above(sizes, 0.25) == {"c": 8}


def test_messages_begin_with_the_smallest_classes():
    assert told({"a": 3, "b": 1}) == "'b': 1, 'a': 3"
    assert told({n: n for n in range(12)}).endswith("9: 9, … (12 classes)")


@pytest.mark.parametrize(
    ("target", "wrong"),
    [
        (None, "found no target"),
        ([0.5, 1.0], "found a target of values"),
        (["a", "a"], "all 2 training rows are of one"),
    ],
)
def test_a_target_without_classes_is_refused(target, wrong):
    dataset = Dataset.of(np.zeros((2, 1)), target)
    with pytest.raises(DataError, match=f"step: .*{wrong}|step needs .*{wrong}"):
        class_sizes(dataset, "step")
