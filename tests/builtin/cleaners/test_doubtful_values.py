import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.doubtful_values import drop_rows, gap_notes, refuse

FRAME = pd.DataFrame({"a": ["x", "y" * 99, "x", "z"], "b": [1, 2, 3, 4]})
MASKS = {"a": np.array([True, True, False, False]), "b": np.array([False, True, True, False])}


def test_a_refusal_counts_by_column_and_shows_a_few_shortened_values():
    dataset = Dataset.of(FRAME).take(np.array([3, 1, 2, 0]))
    with pytest.raises(DataError) as caught:
        refuse(dataset, {"a": MASKS["a"]}, "cleaner 'c': not liked", "Like them.")
    text = str(caught.value)
    assert text.startswith("cleaner 'c': not liked: 2 of 4 values in 'a' ('z', 'yyyy")
    assert text.endswith("…; row ids 3, 1). Like them.")
    assert len(text) < 150


def test_nothing_wrong_is_not_refused():
    refuse(Dataset.of(FRAME), {"a": np.zeros(4, dtype=bool)}, "p", "r")


def test_a_row_is_dropped_once_and_counts_for_the_first_column():
    left = drop_rows(Dataset.of(FRAME, [0, 1, 2, 3]), MASKS, "not liked")
    assert left.target.tolist() == [3]
    assert dict(left.dropped) == {"not liked in 'a'": 2, "not liked in 'b'": 1}


def test_gaps_are_noted():
    assert gap_notes(MASKS) == ["blanked out 2 values in 'a', 2 in 'b'"]
    assert gap_notes({}) == []
