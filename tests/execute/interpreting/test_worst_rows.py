from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset, Prediction
from runner.execute.interpreting.worst_rows import losses_of, worst_rows
from runner.record.predictions import HeldOut

CLASSES = np.array(["a", "b", "c"])


def held(truth: list[object], said: Prediction, fold: int = 0, first: int = 10) -> HeldOut:
    return HeldOut(fold, "test", first + np.arange(len(truth)), np.array(truth), said)


def test_the_loss_of_a_chance_is_its_negative_logarithm_and_never_infinite() -> None:
    chances = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [0.2, 0.2, 0.6]])
    part = held(["a", "a", "unknown"], Prediction(np.array(["a", "b", "c"]), CLASSES, chances))
    np.testing.assert_allclose(losses_of(part), [np.log(2), -np.log(1e-15), -np.log(1e-15)])


def test_the_loss_of_a_score_is_how_far_the_class_is_behind() -> None:
    scores = np.array([[3.0, 1.0, 0.0], [3.0, 1.0, 0.0], [3.0, 1.0, 0.0]])
    part = held(["a", "b", "unknown"], Prediction(np.array(["a"] * 3), CLASSES, None, scores))
    assert losses_of(part).tolist() == [0, 2, 3]
    two = held(["a", "b"], Prediction(np.array(["b", "b"]), CLASSES[:2], None, np.array([1.5, 0.5])))
    assert losses_of(two).tolist() == [1.5, 0]


def test_without_chances_and_scores_a_wrong_label_counts_1() -> None:
    assert losses_of(held(["a", "b"], Prediction(np.array(["a", "a"]), CLASSES))).tolist() == [0, 1]


def test_the_worst_rows_of_all_folds_are_told_by_id_and_right_ones_are_not() -> None:
    first = held([1.0, 2.0, 3.0], Prediction(np.array([1.0, 2.5, 3.0])))
    second = held([5.0], Prediction(np.array([1.0])), fold=1, first=70)
    assert worst_rows([first, second], 9) == [
        {"row_id": 70, "fold": 1, "truth": 5.0, "label": 1.0, "loss": 4.0},
        {"row_id": 11, "fold": 0, "truth": 2.0, "label": 2.5, "loss": 0.5},
    ]
    assert len(worst_rows([first, second], 1)) == 1


def test_values_are_told_only_where_the_data_are_given() -> None:
    frame = pd.DataFrame(
        {"n": [1, 2], "x": [np.nan, 0.5], "day": pd.to_datetime(["2026-01-01", None]), "t": ["u", None]}
    )
    data = Dataset.of(frame)
    part = held([1.0, 2.0], Prediction(np.array([2.0, 5.0])), first=0)
    assert worst_rows([part], 2, data)[0]["row"] == {"n": 2, "x": 0.5, "day": None, "t": None}
    assert worst_rows([part], 2, data)[1]["row"] == {"n": 1, "x": None, "day": "2026-01-01 00:00:00", "t": "u"}
    assert "row" not in worst_rows([part], 2)[0]


@pytest.mark.parametrize("dtype", [object, "<U7"])
def test_labels_of_any_type_are_found_among_the_classes(dtype: object) -> None:
    chances = np.array([[0.1, 0.9, 0.0]])
    said = Prediction(np.array(["b"]), CLASSES.astype(dtype), chances)
    part = HeldOut(0, "test", np.array([1]), np.array(["b"], dtype=dtype), said)
    assert losses_of(part) == pytest.approx(-np.log(0.9))
