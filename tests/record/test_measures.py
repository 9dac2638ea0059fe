from __future__ import annotations

import math

import pytest

from runner.contracts import Axis
from runner.errors import ConfigError
from runner.record.measures import check_measure, measure, point, unbeaten
from runner.record.records import Metrics, Total
from runner.record.sweeps import TrialRecord


def record(**more) -> TrialRecord:
    totals = {"f1": Total(0.85, 0.05, 2), "rmse": Total(3.0, 1.0, 2), "recall": Total(None, None, 2)}
    told = {"number": 3, "key": "k", "state": "done", "attempt": 1, "started": "", "seconds": 7.5, "score": 0.85}
    return TrialRecord(**{**told, "metrics": Metrics("f1", "maximize", (), totals), **more})


def test_a_measure_is_a_metric_a_cost_or_a_swept_number_turned_so_that_more_is_better() -> None:
    directions = {"f1": "maximize", "rmse": "minimize"}
    one = record(settings={"model.hidden": 64})
    found = {name: measure(name, directions) for name in ("f1", "rmse", "seconds", "model.hidden", "-model.hidden")}
    assert [each.of(one) for each in found.values()] == [0.85, 3.0, 7.5, 64.0, 64.0]
    assert [each.oriented(one) for each in found.values()] == [0.85, -3.0, -7.5, -64.0, 64.0]


def test_what_the_record_does_not_tell_is_no_number_or_the_dearest() -> None:
    assert math.isnan(measure("recall", {"recall": "maximize"}).oriented(record()))
    assert measure("model_bytes").oriented(record()) == -math.inf


def test_a_point_is_beaten_by_one_that_is_nowhere_worse_and_somewhere_better() -> None:
    points = [(0.9, -100.0, -1.0), (0.9, -50.0, -2.0), (0.8, -40.0, -3.0), (0.7, -60.0, -3.0), (0.9, -100.0, -1.0)]
    assert unbeaten(points) == {0, 1, 2, 4}  # equals do not beat each other
    assert unbeaten([*points, (0.95, -40.0, -1.0)]) == {5}
    assert unbeaten([]) == set()


def test_what_is_not_known_of_a_trial_is_beaten_by_what_is() -> None:
    one = record(model_bytes=10)
    found = [point(each, "maximize", [measure("model_bytes")]) for each in (record(), one, record(score=0.9))]
    assert found == [(0.85, -math.inf), (0.85, -10.0), (0.9, -math.inf)]
    assert unbeaten(found) == {1, 2}
    assert point(one, "minimize", [measure("recall", {"recall": "maximize"})]) == (-0.85, -math.inf)


def test_a_metric_that_ranks_is_known_where_metrics_count() -> None:
    check_measure("search.against", "f1", [], ["f1"])
    with pytest.raises(ConfigError, match=r"search\.against: 'f2' .* nor another metric that ranks \(f1\)"):
        check_measure("search.against", "f2", [], ["f1"])


def test_a_cost_that_no_record_will_hold_is_refused_with_the_nearest() -> None:
    axes = [Axis("model.l2", low=0.1, high=1.0), Axis("model.epochs", (1, 2))]
    check_measure("sweep.cost", "seconds", [])
    check_measure("sweep.cost", "-model.l2", axes)
    check_measure("sweep.cost", "model.epochs", axes)
    with pytest.raises(ConfigError, match=r"sweep\.cost: 'secnds' is neither measured .* Did you mean 'seconds'"):
        check_measure("sweep.cost", "secnds", axes)
    with pytest.raises(ConfigError, match="'-seconds' is neither"):
        check_measure("sweep.cost", "-seconds", axes)


def test_a_swept_choice_among_names_is_refused_before_any_trial_runs() -> None:
    with pytest.raises(ConfigError, match=r"'model' may be 'ridge', and a cost is a number"):
        check_measure("sweep.cost", "-model", [Axis("model", (1,)), Axis("model", ("ridge", "lasso"))])
