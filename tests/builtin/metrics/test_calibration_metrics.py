from itertools import pairwise

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.calibration_metrics import ExpectedCalibrationError
from tests.builtin.metrics.metric_cases import SEEDS, classification


def by_hand(sure, right, edges):
    """Go through the bins one after the other, each without its lower end."""
    total = 0.0
    for place, (low, high) in enumerate(pairwise(edges)):
        inside = [low < p <= high or (place == 0 and p <= low) for p in sure]
        rows = [(p, r) for p, r, here in zip(sure, right, inside, strict=True) if here]
        if rows:
            likely = sum(p for p, _ in rows) / len(rows)
            often = sum(r for _, r in rows) / len(rows)
            total += len(rows) / len(sure) * abs(often - likely)
    return total


def judged(truth, said):
    """Return what is compared: the second of two classes, the likeliest of more."""
    if len(said.classes) == 2:
        return said.probabilities[:, 1].tolist(), [float(label == said.classes[1]) for label in truth]
    rows = said.probabilities.tolist()
    return [max(row) for row in rows], [
        float(said.classes[row.index(max(row))] == label) for row, label in zip(rows, truth, strict=True)
    ]


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("bins", [1, 4, 15])
@pytest.mark.parametrize("strategy", ["equal_width", "equal_mass"])
def test_the_distance_is_the_one_by_hand(n_classes, bins, strategy):
    for seed in SEEDS:
        truth, said = classification(seed, n_classes)
        sure, right = judged(truth, said)
        edges = (
            np.linspace(0, 1, bins + 1)
            if strategy == "equal_width"
            else np.percentile(sure, np.linspace(0, 100, bins + 1))
        )
        expected = by_hand(sure, right, edges)
        assert ExpectedCalibrationError(bins=bins, strategy=strategy).score(truth, said) == pytest.approx(
            expected, abs=1e-14
        )


@pytest.mark.parametrize(("strategy", "theirs"), [("equal_width", "uniform"), ("equal_mass", "quantile")])
def test_the_bins_are_those_of_scikit_learns_calibration_curve(strategy, theirs):
    truth, said = classification(2, 2, n_rows=64)
    often, likely = calibration_curve(truth == said.classes[1], said.probabilities[:, 1], n_bins=8, strategy=theirs)
    if strategy == "equal_mass":  # of 64 different rows, 8 in each bin
        expected = np.mean(np.abs(often - likely))
        assert ExpectedCalibrationError(bins=8, strategy=strategy).score(truth, said) == pytest.approx(expected)
    else:
        sizes = np.histogram(said.probabilities[:, 1], bins=8, range=(0, 1))[0]
        expected = np.average(np.abs(often - likely), weights=sizes[sizes > 0])
        assert ExpectedCalibrationError(bins=8).score(truth, said) == pytest.approx(expected)


def test_what_happens_as_often_as_it_says_is_no_distance_away():
    truth = np.array([1, 0, 0, 0, 1, 1, 1, 0])
    chance = np.array([0.25] * 4 + [0.75] * 4)
    said = Prediction((chance > 0.5).astype(int), np.array([0, 1]), np.stack([1 - chance, chance], axis=1))
    assert ExpectedCalibrationError().score(truth, said) == 0.0


def test_ends_of_the_scale_lie_in_the_outer_bins():
    chance = np.array([0.0, 1.0])
    said = Prediction(np.array([0, 1]), np.array([0, 1]), np.stack([1 - chance, chance], axis=1))
    assert ExpectedCalibrationError(bins=3).score(np.array([0, 1]), said) == 0.0
    assert ExpectedCalibrationError(bins=3).score(np.array([1, 0]), said) == 1.0


@pytest.mark.fault("F25")
def test_probabilities_that_are_no_numbers_are_an_error():
    said = Prediction(np.array([0, 1]), np.array([0, 1]), np.array([[0.5, 0.5], [np.nan, 1.0]]))
    with pytest.raises(DataError, match="'expected_calibration_error': the probabilities of 1 of 2 rows"):
        ExpectedCalibrationError().score(np.array([0, 1]), said)
