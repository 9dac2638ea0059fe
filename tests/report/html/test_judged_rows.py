from __future__ import annotations

import numpy as np
import pytest

from runner.data import Prediction
from runner.record.predictions import HeldOut
from runner.report.html.judged_rows import is_classifier, judged


def part(truth: list, labels: list, classes: list | None = None, chances=None, scores=None, fold: int = 0) -> HeldOut:
    known = None if classes is None else np.array(classes)
    said = Prediction(np.array(labels), known, None if chances is None else np.array(chances), scores)
    return HeldOut(fold, "test", np.arange(len(truth)), np.array(truth), said)


def test_folds_are_put_side_by_side_in_the_order_of_all_classes() -> None:
    rows = judged(
        [
            part(["b", "a"], ["b", "b"], ["a", "b"], [[0.1, 0.9], [0.4, 0.6]]),
            part(["c"], ["b"], ["b", "c"], [[0.7, 0.3]], fold=1),
        ]
    )
    assert rows.classes == ["a", "b", "c"]
    assert rows.truth.tolist() == [1, 0, 2]
    assert rows.predicted.tolist() == [1, 1, 1]
    assert rows.chances is not None
    assert rows.chances.tolist() == [[0.1, 0.9, 0.0], [0.4, 0.6, 0.0], [0.0, 0.7, 0.3]]
    assert rows.folds.tolist() == [0, 0, 1]


def test_classes_that_are_numbers_are_ordered_as_such() -> None:
    assert judged([part([10, 9, 2], [2, 9, 10])]).classes == ["2", "9", "10"]


def test_the_one_score_of_two_classes_is_of_the_second() -> None:
    rows = judged([part(["a", "b"], ["a", "b"], None, None, np.array([-1.5, 2.0]))])
    assert rows.chances is None
    assert rows.ranked is not None
    assert rows.ranked.tolist() == [[1.5, -1.5], [-2.0, 2.0]]


def test_where_a_fold_tells_no_chances_there_are_none() -> None:
    told, untold = part(["a"], ["a"], ["a", "b"], [[0.9, 0.1]]), part(["b"], ["b"], fold=1)
    assert judged([told, untold]).chances is None


@pytest.mark.parametrize(("labels", "expected"), [([1.5, 2.0], False), ([1, 2], True), (["a", "b"], True)])
def test_values_with_a_fraction_are_no_classes(labels: list, expected: bool) -> None:
    assert is_classifier([part(labels, labels)]) is expected
