"""Trials that no other beats in score and costs."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console

from runner.errors import ConfigError
from runner.record.read_sweep import Sweep
from runner.report.pareto import Pareto, Priced, _marked, pareto, pareto_data, show_pareto, write_pareto

POINTS = [(0, 0.9, 100.0, 1.0), (1, 0.9, 50.0, 2.0), (2, 0.8, 40.0, 3.0), (3, 0.7, 60.0, 3.0), (4, 0.9, 100.0, 1.0)]


def trials(points: Any = POINTS) -> list[Priced]:
    return [Priced(n, score, {"model_bytes": size, "latency": took}, {"x": n}) for n, score, size, took in points]


def test_a_trial_is_beaten_by_one_that_is_nowhere_worse_and_somewhere_better() -> None:
    unbeaten = {one.number for one in _marked(trials(), 1) if one.unbeaten}
    assert unbeaten == {0, 1, 2, 4}  # equals do not beat each other


def test_where_less_is_better_the_score_turns_round() -> None:
    assert {one.number for one in _marked(trials(), -1) if one.unbeaten} == {0, 1, 2, 3, 4}
    worse = [*trials(), Priced(5, 0.95, {"model_bytes": 100.0, "latency": 1.0}, {})]
    assert not _marked(worse, -1)[-1].unbeaten


def test_a_cost_that_is_not_known_counts_as_endless() -> None:
    unknown = [*trials(), Priced(5, 0.9, {"model_bytes": None, "latency": 0.5}, {})]
    assert _marked(unknown, 1)[-1].unbeaten
    assert not _marked([*trials(), Priced(5, 0.9, {"model_bytes": None, "latency": 9.0}, {})], 1)[-1].unbeaten


def test_the_table_shows_the_unbeaten_and_counts_the_others() -> None:
    out = io.StringIO()
    show_pareto(
        Pareto("accuracy", "maximize", ["model_bytes", "latency"], ["x"], _marked(trials(), 1)), Console(file=out)
    )
    assert "1 of 5 trials are beaten in every respect" in out.getvalue()
    assert "100 B" in out.getvalue()


def test_csv_and_data_tell_of_all() -> None:
    found = Pareto("accuracy", "maximize", ["model_bytes", "latency"], ["x"], _marked(trials(), 1))
    out = io.StringIO()
    write_pareto(found, out)
    assert out.getvalue().splitlines()[0] == "trial,accuracy,model_bytes,latency,unbeaten,x"
    assert len(out.getvalue().splitlines()) == 6
    assert json.dumps(pareto_data(found)[3]["unbeaten"]) == "false"


def test_a_cost_that_nobody_measures_is_an_error(tmp_path: Any) -> None:
    with pytest.raises(ConfigError, match=r"--pareto: 'bytes' is measured of no trial\. Did you mean"):
        pareto(Sweep(tmp_path), ["bytes"])
