from __future__ import annotations

import numpy as np
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.label_sets import LabelSets


def rows(*target: object) -> Dataset:
    return Dataset.of(np.zeros((len(target), 1)), np.array(target))


def test_labels_are_parted_sorted_and_stand_once() -> None:
    cleaned = LabelSets().clean(rows("drama, comedy", "comedy", "comedy,,comedy ", ""))
    assert cleaned.target is not None
    assert cleaned.target.tolist() == ["comedy;drama", "comedy", "comedy", ""]


def test_another_separator_and_a_word_for_none_can_be_said() -> None:
    cleaned = LabelSets(separator="|", nothing="none").clean(rows("b|a", "none"))
    assert cleaned.target is not None
    assert cleaned.target.tolist() == ["a;b", ""]


def test_a_number_is_one_label_and_a_label_with_a_semicolon_is_refused() -> None:
    cleaned = LabelSets().clean(rows(1, 2))
    assert cleaned.target is not None
    assert cleaned.target.tolist() == ["1", "2"]
    with pytest.raises(DataError, match="'a;b' cannot be one of several"):
        LabelSets(separator=",").clean(rows("a;b,c"))


def test_new_rows_without_a_target_pass() -> None:
    new = Dataset.of(np.zeros((2, 1)))
    assert LabelSets().clean(new) is new
