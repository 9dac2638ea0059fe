import numpy as np
import pytest

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.cleaners.target_cleaners import Relabel, TargetValues

LABELS = np.array([" <=50K", "<=50K.", ">50K", "<=50K"])


def rows(target):
    return Dataset.of(np.arange(len(target), dtype=float)[:, None], target)


def test_labels_lose_spaces_and_take_other_names():
    cleaned = Relabel(labels={"<=50K.": "<=50K"}).clean(rows(LABELS))
    assert cleaned.target.tolist() == ["<=50K", "<=50K", ">50K", "<=50K"]
    assert cleaned.target.dtype.kind == "U"
    assert cleaned.notes == ("relabelled 1 of ' <=50K' as '<=50K', 1 of '<=50K.' as '<=50K'",)
    assert LABELS[0] == " <=50K"


def test_spaces_can_be_kept():
    assert Relabel(strip=False).clean(rows(LABELS)).target.tolist() == LABELS.tolist()


def test_texts_may_become_numbers_and_numbers_texts():
    assert Relabel(labels={"a": 0, "b": 1}).clean(rows(np.array(["a", "b"]))).target.dtype.kind == "i"
    assert Relabel(labels={0: "no", 1: "yes"}).clean(rows(np.array([1, 0]))).target.tolist() == ["yes", "no"]


def test_half_renamed_labels_are_refused():
    with pytest.raises(DataError, match="target after cleaner 'relabel' holds int and str values"):
        Relabel(labels={"a": 0}).clean(rows(np.array(["a", "b"])))


def test_labels_that_nobody_named_can_be_refused():
    named = Relabel(labels={"<=50K.": "<=50K"}, others="error")
    assert named.clean(rows(LABELS[:2])).target.tolist() == ["<=50K", "<=50K"]
    with pytest.raises(DataError, match="the target holds '>50K', which labels does not name"):
        named.clean(rows(LABELS))


def test_new_rows_without_target_pass():
    new = Dataset.of(np.eye(2))
    assert Relabel(labels={"a": "b"}).clean(new) is new
    assert Relabel().keeps_rows
    assert TargetValues(allowed=[1]).clean(new) is new


def test_other_targets_are_counted_in_the_error():
    with pytest.raises(DataError, match=r"2 of 4 targets are not allowed \(1\): 7 \(2\); row ids 1, 2\."):
        TargetValues(allowed=[1]).clean(rows(np.array([1, 7, 7, 1])))


def test_rows_with_other_targets_are_dropped_on_request():
    cleaned = TargetValues(allowed={"min": 0.0}, action="drop").clean(rows(np.array([-1.0, 0.0, 2.0])))
    assert cleaned.target.tolist() == [0.0, 2.0]
    assert cleaned.row_ids.tolist() == [1, 2]
    assert dict(cleaned.dropped) == {"target not allowed": 1}


def test_a_rule_must_be_one():
    with pytest.raises(ConfigError, match="allowed of cleaner 'target_values': "):
        TargetValues(allowed=[]).clean(rows(np.array([1])))
    with pytest.raises(DataError, match="needs numbers"):
        TargetValues(allowed={"min": 1.0}).clean(rows(np.array(["a"])))
