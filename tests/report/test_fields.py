from __future__ import annotations

import pytest

from runner.errors import ConfigError
from runner.record.read import Run
from runner.record.read_sweep import Sweep
from runner.record.records import ErrorRecord, Metrics
from runner.report.fields import field_of_runs, field_of_sweep


def test_a_sweep_is_its_trials_and_what_they_share(make_sweep) -> None:
    path = make_sweep([{"settings": {"model.l2": 1}, "score": 0.5}, {"settings": {"model.l2": 2}, "score": 0.7}])
    field = field_of_sweep(Sweep.open(path))
    assert [(point.settings, point.score) for point in field.points] == [
        ({"model.l2": 1}, 0.5),
        ({"model.l2": 2}, 0.7),
    ]
    assert field.common == {"model.use": "softmax", "model.epochs": 5, "seed": 0}


def test_a_trial_that_the_search_stopped_early_has_no_score_to_compare(make_sweep) -> None:
    path = make_sweep([{"settings": {"model.l2": 1}, "score": 0.99, "state": "pruned"}])
    assert [point.score for point in field_of_sweep(Sweep.open(path)).points] == [None]


def test_a_run_that_failed_is_a_point_without_a_score(make_run) -> None:
    failed = make_run(minutes=1, metrics=Metrics(), state="failed", error=ErrorRecord("DataError", "no"))
    field = field_of_runs([Run.open(make_run()), Run.open(failed)])
    assert [point.score for point in field.points] == [0.85, None]
    assert (field.metric, field.direction) == ("f1", "maximize")


def test_runs_that_all_failed_have_no_metric_to_be_compared_by(make_run) -> None:
    failed = make_run(metrics=Metrics(), state="failed", error=ErrorRecord("DataError", "no"))
    with pytest.raises(ConfigError, match="by nothing"):
        field_of_runs([Run.open(failed)])
