from __future__ import annotations

import math

import pytest

from runner.errors import ConfigError
from runner.record.choosing import Choice, Priced, choose, priced
from runner.record.records import Metrics, StepRecord
from runner.record.sweeps import TrialRecord


def trial(number: int, *scores: float, cost: float = 0.0) -> Priced:
    return Priced(number, sum(scores) / len(scores), scores, cost)


def record(**more) -> TrialRecord:
    metrics = Metrics("f1", "maximize", ({"f1": 0.8}, {"f1": 0.9}))
    told = {"number": 3, "key": "k", "state": "done", "attempt": 1, "started": "", "seconds": 7.5, "score": 0.85}
    return TrialRecord(**{**told, "metrics": metrics, **more})


def test_the_best_is_chosen_by_score_then_cost_then_number() -> None:
    trials = [trial(0, 0.5, cost=1), trial(1, 0.9, cost=3), trial(3, 0.9, cost=2), trial(2, 0.9, cost=2)]
    assert choose(trials, "maximize", "best") == Choice(2, 2, 3, 0.0)
    assert choose(trials, "minimize", "best") == Choice(0, 0, 1, 0.0)
    assert choose([], "minimize", "best") is None


def test_the_cheapest_within_one_standard_error_is_chosen() -> None:
    # the best: mean 0.9, s = 0.02, so that one standard error is 0.02 / sqrt(4) = 0.01
    best = trial(0, 0.88, 0.92, 0.88 + 0.04 - 0.02, 0.9, cost=9)
    spread = math.sqrt((0.02**2 + 0.02**2) / 3) / 2
    within, cheaper_within = trial(1, 0.9 - spread * 0.99, cost=5), trial(2, 0.895, cost=4)
    beyond = trial(3, 0.9 - spread * 1.01, cost=1)
    found = choose([best, within, cheaper_within, beyond], "maximize", "one_standard_error")
    assert (found.number, found.best, found.near) == (2, 0, 3)
    assert found.margin == pytest.approx(spread)


def test_of_equal_costs_the_better_score_is_chosen() -> None:
    trials = [trial(0, 1.0, 2.0, cost=5), trial(1, 1.6, cost=1), trial(2, 1.55, cost=1)]
    assert choose(trials, "minimize", "one_standard_error").number == 2


def test_one_fold_has_no_standard_error_and_the_best_stays() -> None:
    found = choose([trial(0, 0.9, cost=9), trial(1, 0.8999, cost=1)], "maximize", "one_standard_error")
    assert (found.number, found.margin) == (0, None)


def test_a_choice_says_why() -> None:
    assert Choice(3, 7, 4, 0.0123, "seconds").why == (
        "the cheapest by 'seconds' of 4 trials within one standard error (0.0123) of the best, trial 7"
    )
    assert Choice(3, 3, 2, 0.0, "seconds").why == "the cheapest by 'seconds' of 2 trials with the best score"
    assert Choice(7, 7, 1, 0.01, "seconds").why == "the best"
    assert Choice(7, 7, 2, 0.0).why == "the first of 2 trials with the best score"
    assert Choice(7, 7, 3, None, "seconds").why == "the best: one fold has no standard error to choose within"


def test_costs_are_read_from_the_record() -> None:
    steps = [
        StepRecord("train/softmax", 5.0, 0, rows_in=80),
        StepRecord("predict/softmax", 0.2, 0, rows_in=20),
        StepRecord("predict/softmax", 0.4, 1, rows_in=20),
    ]
    one = record(peak_bytes=1000, model_bytes=800, steps=steps, settings={"model.hidden": 64})
    names = ("seconds", "latency", "peak_bytes", "model_bytes", "model.hidden")
    assert [priced(one, "f1", name).cost for name in names] == [7.5, pytest.approx(0.6 / 40), 1000.0, 800.0, 64.0]
    assert priced(one, "f1", "-model.hidden").cost == -64.0
    assert priced(one, "f1", "model.depth").cost == 0.0, "a part that is not there costs nothing"
    assert priced(one, "f1", None) == Priced(3, 0.85, (0.8, 0.9))


def test_the_latency_of_a_compressed_pipeline_is_that_of_what_is_shipped() -> None:
    steps = [StepRecord("predict/softmax", seconds, 0, rows_in=10) for seconds in (8.0, 2.0)]
    assert priced(record(steps=steps), "f1", "latency").cost == 0.2


@pytest.mark.parametrize("cost", ["latency", "peak_bytes", "model_bytes"])
def test_what_was_not_measured_is_the_dearest(cost: str) -> None:
    assert priced(record(), "f1", cost).cost == math.inf


@pytest.mark.parametrize("value", ["adam", True, None, [1]])
def test_a_setting_that_is_no_number_is_no_cost(value) -> None:
    with pytest.raises(ConfigError, match=r"sweep\.cost: 'optimizer' may be .*, and a cost is a number"):
        priced(record(settings={"optimizer": value}), "f1", "optimizer")
