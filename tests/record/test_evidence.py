"""What the folds tell of the best trial: nothing that chance explains as well."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from runner.record.evidence import NO_ROWS, ONE_FOLD, OTHER_ROWS, Scored, weigh
from runner.record.records import Metrics, StepRecord
from runner.record.sweeps import TrialRecord

STEPS = (
    StepRecord("split/kfold", 0.1, rows_in=100),
    StepRecord("clean/own", 0.1, fold=0, rows_in=84, rows_out=80),
    StepRecord("augment/noise", 0.1, fold=0, rows_in=80, rows_out=160),
    StepRecord("train/softmax", 0.1, fold=0, rows_in=160),
    StepRecord("predict/softmax", 0.1, fold=0, rows_in=20, rows_out=20),
    StepRecord("score", 0.1, fold=0, rows_in=20),
)


def scored(number: int, *scores: float, ratio: float | None = 0.25, rows: str = "") -> Scored:
    return Scored(number, scores, ratio, rows)


def record(*scores: float, **more) -> TrialRecord:
    metrics = Metrics("f1", "maximize", tuple({"f1": score, "table": [[1]]} for score in scores))
    told = {"number": 3, "key": "k", "state": "done", "attempt": 1, "started": "", "seconds": 1.0, "steps": STEPS}
    return TrialRecord(**{**told, "metrics": metrics, **more})


def test_two_trials_are_told_apart_by_the_corrected_t_test() -> None:
    found = weigh([scored(0, 0.9, 0.92, 0.91), scored(1, 0.5, 0.53, 0.5)], 0, "maximize", among=2)
    one = found.compared[1]
    assert one.differences == (0.4, 0.39, 0.41)
    assert one.mean == pytest.approx(0.4)
    t = 0.4 / math.sqrt(0.0001 * (1 / 3 + 1 / 4))
    assert one.p_value == pytest.approx(2 * stats.t.sf(t, 2))
    assert one.adjusted == pytest.approx(one.p_value), "two trials make one pair"
    assert one.wilcoxon == 0.25
    assert [found.verdict(number) for number in (0, 1)] == ["best", "worse"]


def test_a_difference_that_the_folds_disagree_about_is_none() -> None:
    found = weigh([scored(4, 0.9, 0.8, 0.7), scored(2, 0.7, 0.85, 0.8)], 4, "maximize", among=2)
    assert found.verdict(2) == "alike"


def test_less_can_be_better() -> None:
    found = weigh([scored(0, 1.0, 1.1, 1.0), scored(1, 5.0, 5.2, 5.1)], 0, "minimize", among=2)
    assert found.compared[1].differences == (4.0, 4.1, 4.1)
    assert found.verdict(1) == "worse"


def test_the_more_trials_there_are_the_more_a_difference_must_be() -> None:
    trials = [scored(0, 0.9, 0.92, 0.91, 0.9), scored(1, 0.7, 0.76, 0.72, 0.69)]
    assert weigh(trials, 0, "maximize", among=2).verdict(1) == "worse"
    assert weigh(trials, 0, "maximize", among=500).verdict(1) == "alike"


def test_holm_steps_down_among_those_compared() -> None:
    trials = [scored(0, 0.9, 0.92, 0.91), scored(1, 0.1, 0.13, 0.1), scored(2, 0.8, 0.84, 0.83)]
    found = weigh(trials, 0, "maximize", among=3)
    far, near = found.compared[1], found.compared[2]
    assert far.adjusted == pytest.approx(far.p_value / 2 * 2 * 3)
    assert near.adjusted == pytest.approx(near.p_value / 2 * 1 * 3)


def test_a_trial_that_is_ahead_in_the_mean_is_never_called_worse() -> None:
    """The best by the median, or by the worst fold, need not be the best by the mean."""
    found = weigh([scored(0, 0.5, 0.51, 0.5), scored(1, 0.9, 0.92, 0.91)], 0, "maximize", among=2)
    assert found.verdict(1) == "alike"
    assert found.compared[1].adjusted == 1.0


def test_one_fold_is_no_evidence() -> None:
    found = weigh([scored(0, 0.9), scored(1, 0.1)], 0, "maximize", among=2)
    assert found.unknown == {1: ONE_FOLD}
    assert found.verdict(1) == "unknown"


def test_trials_tested_on_other_rows_are_not_compared() -> None:
    trials = [scored(0, 0.9, 0.9), scored(1, 0.1, 0.2, rows="other"), scored(2, 0.1, 0.2, 0.3)]
    found = weigh(trials, 0, "maximize", among=4, unknown={9: "gone"})
    assert found.unknown == {1: OTHER_ROWS, 2: OTHER_ROWS, 9: "gone"}
    assert not found.compared


def test_without_the_counts_of_rows_nothing_is_said() -> None:
    found = weigh([scored(0, 0.9, 0.8, ratio=None), scored(1, 0.1, 0.2)], 0, "maximize", among=2)
    assert found.unknown == {1: NO_ROWS}


def test_a_record_tells_its_scores_and_the_share_held_out() -> None:
    one = Scored.of(record(0.8, 0.9), "f1")
    assert (one.number, one.scores) == (3, (0.8, 0.9))
    assert one.held_ratio == 20 / 80, "of rows that were neither dropped nor made"


@pytest.mark.parametrize(
    "change",
    [
        {"changes": {"splitter.n_splits": 7}},
        {"changes": {"cleaners.drop_missing.use": "drop_missing"}},
        {"changes": {"seed": 1}},
        {"removed": ("source.rows",)},
        {"data": "another fingerprint"},
    ],
)
def test_what_decides_the_rows_parts_the_trials(change) -> None:
    assert Scored.of(record(0.8, **change), "f1").rows != Scored.of(record(0.8), "f1").rows


def test_what_only_the_training_sees_does_not_part_them() -> None:
    one = record(0.8, changes={"model.l2": 3, "transforms.svd.rank": 2}, removed=("augmenters.noise.use",))
    assert Scored.of(one, "f1").rows == Scored.of(record(0.8), "f1").rows


@pytest.mark.parametrize("n_trials", [2, 10, 40])
def test_among_equal_trials_hardly_ever_one_is_called_worse(n_trials: int) -> None:
    """In at most 5 of 100 sweeps, although the best is chosen by the scores that it is compared by."""
    rng, folds, sweeps, wrong = np.random.default_rng(0), 5, 400, 0
    for _ in range(sweeps):
        # Scores of folds that share training rows correlate by n_test / n, here a fifth.
        common, own = rng.normal(size=(n_trials, 1)), rng.normal(size=(n_trials, folds))
        drawn = 0.9 + 0.01 * (math.sqrt(0.2) * common + math.sqrt(0.8) * own)
        trials = [scored(number, *scores) for number, scores in enumerate(drawn.tolist())]
        found = weigh(trials, int(drawn.mean(axis=1).argmax()), "maximize", among=n_trials)
        wrong += any(found.verdict(number) == "worse" for number in found.compared)
    assert wrong / sweeps < 0.05 + 2 * math.sqrt(0.05 * 0.95 / sweeps)
