"""Two models' answers, compared."""

from __future__ import annotations

import numpy as np
import pytest

from runner.ship.answers import Answers, ask, difference, latency

CHANCES = np.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5]])


def answers(labels: list[object], chances: np.ndarray | None = CHANCES) -> Answers:
    margins = None if chances is None else np.abs(chances[:, 0] - chances[:, 1])
    return Answers(np.array(labels), chances, margins)


def test_equal_answers_are_no_difference() -> None:
    apart = difference(answers(["a", "b", "a"]), answers(["a", "b", "a"]))
    assert (apart.labels, apart.worst, apart.within(0.0)) == (0, 0.0, True)


def test_another_label_counts_unless_both_classes_are_as_likely() -> None:
    apart = difference(answers(["a", "b", "a"]), answers(["b", "b", "b"]))
    assert (apart.labels, apart.ties, apart.first) == (1, 1, 0)
    assert not apart.within(1.0)
    assert apart.within(0.0, changed=0.5)


def test_labels_are_equal_whatever_type_a_library_gives_them() -> None:
    assert difference(answers([1, 0, 1]), answers([1.0, 0.0, 1.0])).labels == 0
    assert difference(answers(["a", "b", "a"]), answers([b"a", b"b", b"a"])).labels == 0


MOVED = np.where(CHANCES == 0.6, 0.8, CHANCES)


@pytest.mark.parametrize("found", [MOVED, np.where(CHANCES == 0.6, np.nan, CHANCES)], ids=["moved", "nan"])
def test_the_farthest_probability_counts_and_nan_is_farthest(found: np.ndarray) -> None:
    apart = difference(answers(["a", "b", "a"]), answers(["a", "b", "a"], found))
    assert apart.first == 1
    assert apart.worst >= 0.2 - 1e-12
    assert not apart.within(0.1)


def test_values_of_a_regression_are_apart_by_their_spread() -> None:
    values = np.array([0.0, 1.0, 2.0])
    apart = difference(Answers(values), Answers(np.array([0.0, 1.0, 2.0 + values.std()])))
    assert apart.worst == pytest.approx(1.0)
    assert apart.first == 2


def test_values_have_no_label_that_may_change() -> None:
    values = np.array([0.0, 1.0, 2.0])
    apart = difference(Answers(values), Answers(values + 0.2))
    assert not apart.within(0.1, changed=0.5)
    assert apart.within(0.3, changed=0.5)


def test_other_shapes_are_all_wrong() -> None:
    assert difference(answers(["a", "b", "a"]), answers(["a", "b"], CHANCES[:2])).labels == 3
    assert difference(answers(["a", "b", "a"]), Answers(np.array(["a", "b", "a"]), CHANCES[:, :1])).worst == np.inf


def test_margins_come_from_scores_where_there_are_no_probabilities() -> None:
    class Scored:
        def predict(self, rows: object) -> list[str]:
            return ["a", "b"]

        def decision_function(self, rows: object) -> np.ndarray:
            return np.array([[3.0, 1.0, 2.5], [0.0, 1.0, 1.0]])

    assert ask(Scored(), None).margins.tolist() == [0.5, 0.0]  # type: ignore[union-attr]
    assert 0 < latency(Scored(), None, seconds=0.01) < 1
