from __future__ import annotations

from typing import Any

import pytest

from runner.record.records import ErrorRecord
from runner.trials.candidate import Candidate
from runner.trials.tally import Objective, Tally, cannot_win

MAX = Objective("f1", "maximize")


def answer(score: Any = None, *, seconds: float = 1.0, **more: Any) -> dict[str, Any]:
    told = {"scores": {} if score is None else {"f1": score}, "seconds": seconds, "diverged": None, "steps": []}
    return {**told, "curves": {}, "fused": 1, **more}


def tally(*repetitions: list[Any], **more: Any) -> Tally:
    """A trial with these scores: one list for each repetition, one score a fold."""
    made = Tally(Candidate(0, "key", {}, None), 1, 0.0, **more)  # type: ignore[arg-type]
    for repetition, scores in enumerate(repetitions):
        made.take(repetition, {str(fold): answer(score) for fold, score in enumerate(scores)})
    return made


@pytest.mark.parametrize(("aggregate", "score"), [("mean", 3.0), ("median", 2.0), ("min", 1.0), ("max", 6.0)])
def test_scores_are_put_together_as_asked(aggregate: Any, score: float) -> None:
    assert Objective("f1", "maximize", aggregate).of([1.0, 6.0, 2.0]) == score


def test_oriented_more_is_better() -> None:
    assert Objective("rmse", "minimize").oriented(2.0) == -2.0
    assert MAX.oriented(2.0) == Objective("f1", None).oriented(2.0) == 2.0


def test_of_two_reasons_to_fail_the_first_stays() -> None:
    one = tally()
    one.fail("timeout", ErrorRecord("timeout", "slow"))
    one.fail("failed", ErrorRecord("data", "bad"))
    assert one.state == "timeout"
    assert one.error == ErrorRecord("timeout", "slow")


def test_scores_that_are_no_finite_numbers_are_left_out() -> None:
    one = tally([0.5, None, float("nan"), [[1, 2]]], [float("inf"), 1])
    assert one.scores("f1") == {(0, 0): 0.5, (1, 1): 1.0}
    assert one.scores("other") == {}


def test_a_later_stage_of_a_training_replaces_the_earlier_one() -> None:
    one = tally([0.5, 0.6])
    one.take(0, {"0": answer(0.9, seconds=2.5)})
    assert one.scores("f1") == {(0, 0): 0.9, (0, 1): 0.6}
    assert one.seconds == 3.5  # the later answer counts from the beginning of its training


def test_metrics_are_over_all_folds_and_seeds_that_have_some() -> None:
    one = tally([0.2, 0.4], [0.6, None])
    metrics = one.metrics(MAX)
    assert [dict(fold) for fold in metrics.folds] == [{"f1": 0.2}, {"f1": 0.4}, {"f1": 0.6}, {}]
    assert metrics.total["f1"].mean == pytest.approx(0.4)
    assert metrics.total["f1"].n == 3
    assert (metrics.primary, metrics.direction) == ("f1", "maximize")


def test_a_training_that_ran_away_is_told() -> None:
    one = tally([0.5])
    assert one.diverged is None
    one.take(0, {"1": answer(diverged={"step": 3})})
    assert one.diverged == {"step": 3}


def test_stages_stand_once_and_curves_are_the_first_trainings() -> None:
    one = tally()
    assert one.curves() == {}
    load = {"step": "load/csv", "seconds": 1.0, "fold": None, "rows_in": None, "rows_out": 9, "note": None}
    for repetition, fold in [(1, 0), (0, 1), (0, 0)]:
        train = {**load, "step": "train/softmax", "fold": fold, "seconds": 10.0 + repetition}
        one.take(repetition, {str(fold): answer(steps=[load, train], curves={"loss": [repetition, fold]})})
    assert [(step.step, step.fold, step.seconds) for step in one.steps()] == [
        ("load/csv", None, 1.0),
        ("train/softmax", 0, 10.0),
        ("train/softmax", 1, 10.0),
    ]
    assert one.curves() == {"loss": [0, 0]}


@pytest.mark.parametrize(
    ("own", "best", "out"),
    [
        # lags 0.1, 0.1, 0.1: no spread, so no doubt
        ([0.5, 0.6, 0.7], [0.6, 0.7, 0.8], True),
        # lags 0.1, 0.2, 0.3: mean 0.2, 4.303 · 0.1 / √3 = 0.248
        ([0.5, 0.5, 0.5], [0.6, 0.7, 0.8], False),
        # lags 0.15, 0.2, 0.25: mean 0.2, 4.303 · 0.05 / √3 = 0.124
        ([0.5, 0.5, 0.5], [0.65, 0.7, 0.75], True),
        # two lags 0.1, 0.12: mean 0.11, 12.706 · 0.01 = 0.127
        ([0.5, 0.5], [0.6, 0.62], False),
        # two lags 0.1, 0.11: mean 0.105, 12.706 · 0.005 = 0.064
        ([0.5, 0.5], [0.6, 0.61], True),
        ([0.6, 0.7], [0.6, 0.7], False),
        ([0.9, 0.8], [0.6, 0.7], False),
        ([0.1], [0.9], False),
    ],
)
def test_a_trial_is_out_where_even_the_optimistic_end_is_worse(
    own: list[float], best: list[float], out: bool
) -> None:
    assert cannot_win(tally(own), tally(best), MAX) is out
    turned = [[1 - score for score in scores] for scores in (own, best)]
    assert cannot_win(tally(turned[0]), tally(turned[1]), Objective("f1", "minimize")) is out


def test_only_folds_and_seeds_that_both_have_seen_are_compared() -> None:
    best = tally([0.8, 0.9], [0.85, 0.86])
    assert not cannot_win(tally([0.1, None]), best, MAX)
    assert cannot_win(tally([0.1, None], [0.1, 0.15]), best, MAX)
    assert not cannot_win(best, best, MAX)


def test_with_many_folds_the_interval_is_that_of_the_last_point_known() -> None:
    lags = [0.1, -0.05] * 10  # mean 0.025, spread 0.0769, 2.228 · 0.0769 / √20 = 0.0383
    assert not cannot_win(tally([0.5] * 20), tally([0.5 + lag for lag in lags]), MAX)
    assert cannot_win(tally([0.5] * 20), tally([0.52 + lag for lag in lags]), MAX)
