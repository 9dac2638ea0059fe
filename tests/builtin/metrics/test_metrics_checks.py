import numpy as np
import pytest

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.metrics_checks import check_all_there, check_numbers, classes_of, finite, known_classes

TRUTH = np.array(["b", "a"])


def test_the_classes_are_those_of_the_model_or_else_those_found():
    assert classes_of(TRUTH, Prediction(TRUTH, np.array(["a", "b", "c"]))).tolist() == ["a", "b", "c"]
    assert classes_of(TRUTH, Prediction(np.array(["d", "a"]))).tolist() == ["a", "b", "d"]


def test_a_class_the_model_does_not_know_is_told_with_its_rows():
    with pytest.raises(DataError, match=r"metric 'f9': .* that no training row had \('b': 1\)\. Use a stratified"):
        known_classes(TRUTH, Prediction(TRUTH, np.array(["a"])), "f9")


def test_a_class_without_rows_is_told_with_what_there_is():
    with pytest.raises(DataError, match=r"among 2 test rows there is none of 'c', 'd' \(found 'a': 1, 'b': 1\)"):
        check_all_there(TRUTH, np.array(["a", "b", "c", "d"]), "f9")


def test_rows_and_not_cells_are_counted_that_are_no_numbers():
    with pytest.raises(DataError, match="metric 'f9': the odds of 2 of 3 rows is NaN or infinite"):
        check_numbers("f9", truth=TRUTH, odds=np.array([[np.nan, np.nan], [1.0, -np.inf], [0.0, 0.0]]))


def test_labels_and_whole_numbers_are_no_matter():
    check_numbers("f9", truth=TRUTH, other=np.array([1, 2]), third=np.array([None, "x"], dtype=object))


def test_a_score_is_a_plain_finite_number():
    assert type(finite("f9", np.float32(0.5), 3)) is float
    with pytest.raises(DataError, match="metric 'f9' is nan on these 3 test rows; such a score cannot be averaged"):
        finite("f9", np.nan, 3)
