"""The rows of folds as they are kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from runner.data import Dataset, Prediction
from runner.execute.fold import FittedFold
from runner.execute.held_out import held_out

ROWS = Dataset.of(np.arange(10.0).reshape(5, 2), np.array([0, 1, 0, 1, 1])).take(np.array([4, 2, 0, 1, 3]))
SAID = Prediction(np.array([1, 0, 0, 1, 0]), np.array([0, 1]), np.linspace(0, 1, 10).reshape(5, 2))
FOLD = FittedFold(
    number=3,
    tail=None,
    repairs=(),
    test=ROWS,
    prediction=SAID,
    scores={},
    steps=(),
    curves={},
    range_test=None,
    diverged=None,
)


def test_a_fold_gives_its_rows_with_their_ids_and_all_that_was_said_of_them() -> None:
    (part,) = held_out([FOLD])
    assert (part.fold, part.part) == (3, "test")
    assert part.row_ids.tolist() == [4, 2, 0, 1, 3]
    assert part.truth.tolist() == [1, 0, 0, 1, 1]
    assert part.prediction is SAID


def test_validation_rows_come_before_test_rows() -> None:
    first, second = held_out([replace(FOLD, n_validation=2)])
    assert (first.part, second.part) == ("validation", "test")
    assert (first.row_ids.tolist(), second.row_ids.tolist()) == ([4, 2], [0, 1, 3])
    assert second.prediction.probabilities is not None
    assert SAID.probabilities is not None
    assert second.prediction.probabilities.tolist() == SAID.probabilities[2:].tolist()


@pytest.mark.parametrize("lacking", ["number", "test", "prediction"])
def test_a_refit_and_a_training_that_diverged_have_none(lacking: str) -> None:
    assert held_out([replace(FOLD, **{lacking: None})]) == []
