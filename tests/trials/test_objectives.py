from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from runner.contracts import Axis
from runner.errors import ConfigError
from runner.record.records import Metrics, Total
from runner.record.sweeps import TrialRecord
from runner.trials.objectives import against_of, front_of
from runner.trials.tally import Objective

SPACE: Any = SimpleNamespace(axes=[Axis("model.hidden", (8, 16)), Axis("model", ("a", "b"))])
OBJECTIVE = Objective("accuracy", "maximize")
DIRECTIONS: Any = {"accuracy": "maximize", "log_loss": "minimize"}


def searching(*against: str) -> Any:
    return SimpleNamespace(against=against)


def test_most_searches_hear_the_score_alone() -> None:
    assert against_of(SimpleNamespace(), OBJECTIVE, DIRECTIONS, SPACE) == []  # type: ignore[arg-type]


def test_a_search_may_name_other_metrics_costs_and_swept_numbers() -> None:
    found = against_of(searching("log_loss", "latency", "-model.hidden"), OBJECTIVE, DIRECTIONS, SPACE)
    assert [(one.name, one.direction) for one in found] == [
        ("log_loss", "minimize"),
        ("latency", "minimize"),
        ("-model.hidden", "maximize"),
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("accuracy", r"search\.against: 'accuracy' is the score itself"),
        ("hidden", r"search\.against: 'hidden' is neither measured .* nor another metric that ranks"),
        ("model", r"search\.against: 'model' may be 'a', and a cost is a number"),
    ],
)
def test_what_is_no_other_objective_is_refused(name: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        against_of(searching(name), OBJECTIVE, DIRECTIONS, SPACE)


def test_the_front_is_of_those_that_no_other_beats_by_score_and_all_else() -> None:
    losses = {"log_loss": 0.3}
    trials = [
        TrialRecord(
            number=number, key="", state="done", attempt=1, started="", score=score, seconds=seconds,
            metrics=Metrics(total={name: Total(loss, 0.0, 1) for name, loss in losses.items()}),
        )
        for number, score, seconds in ((4, 0.9, 3.0), (5, 0.8, 3.0), (6, 0.7, 1.0))
    ]  # fmt: skip
    against = against_of(searching("seconds", "log_loss"), OBJECTIVE, DIRECTIONS, SPACE)
    assert front_of(trials, against, OBJECTIVE) == [4, 6]
