from __future__ import annotations

import math

import pytest

from runner.errors import ConfigError
from runner.record.choosing import Choice, Priced, check_cost, choose, priced
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
    assert Choice(3, 7, 4, 0.0123).told("seconds") == (
        "trial 3 is chosen, the cheapest by 'seconds' of 4 trials "
        "within one standard error (0.0123) of the best, trial 7"
    )
    assert Choice(3, 3, 2, 0.0).told("seconds").endswith("the cheapest by 'seconds' of 2 trials of the best score")
    assert Choice(7, 7, 1, 0.01).told("seconds") == "trial 7 is chosen, the best"
    assert "one fold has no standard error" in Choice(7, 7, 3, None).told("seconds")


def test_costs_are_read_from_the_record() -> None:
    steps = [
        StepRecord("train/softmax", 5.0, 0, rows_in=80),
        StepRecord("predict/softmax", 0.2, 0, rows_in=20),
        StepRecord("predict/softmax", 0.4, 1, rows_in=20),
    ]
    one = record(peak_bytes=1000, steps=steps, settings={"model.hidden": 64})
    costs = {name: priced(one, "f1", name).cost for name in ("seconds", "latency", "peak_bytes", "model.hidden")}
    assert costs == {"seconds": 7.5, "latency": pytest.approx(0.6 / 40), "peak_bytes": 1000.0, "model.hidden": 64.0}
    assert priced(one, "f1", "-model.hidden").cost == -64.0
    assert priced(one, "f1", "model.depth").cost == 0.0, "a part that is not there costs nothing"
    assert priced(one, "f1", None) == Priced(3, 0.85, (0.8, 0.9))


def test_what_was_not_measured_is_the_dearest() -> None:
    assert priced(record(), "f1", "latency").cost == math.inf
    assert priced(record(), "f1", "peak_bytes").cost == math.inf


@pytest.mark.parametrize("value", ["adam", True, None, [1]])
def test_a_setting_that_is_no_number_is_no_cost(value) -> None:
    with pytest.raises(ConfigError, match=r"sweep\.cost: 'optimizer' is .* in trial 3, and a cost is a number"):
        priced(record(settings={"optimizer": value}), "f1", "optimizer")


def test_a_cost_that_no_record_will_hold_is_refused_with_the_nearest() -> None:
    check_cost("seconds", [])
    check_cost("-model.l2", ["model.l2"])
    with pytest.raises(ConfigError, match=r"sweep\.cost: 'secnds' is neither measured .* Did you mean 'seconds'"):
        check_cost("secnds", ["model.l2"])
    with pytest.raises(ConfigError, match="'-seconds' is neither"):
        check_cost("-seconds", ["model.l2"])
