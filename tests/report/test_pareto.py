"""Trials that no other beats in score and costs."""

from __future__ import annotations

import io
import json
from typing import Any

from rich.console import Console

from runner.record.measures import measure
from runner.record.sweeps import TrialRecord
from runner.report.pareto import Pareto, pareto_data, show_pareto, weigh, write_pareto

POINTS = [(0, 0.9, 100, 1.0), (1, 0.9, 50, 2.0), (2, 0.8, 40, 3.0), (3, 0.7, 60, 3.0), (4, 0.9, 100, 1.0)]
MEASURES = [measure("model_bytes"), measure("latency")]


def trial(number: int, score: float, size: int | None, took: float) -> TrialRecord:
    told: Any = {"key": str(number), "state": "done", "attempt": 1, "started": "", "seconds": 1.0}
    return TrialRecord(number=number, score=score, model_bytes=size, latency=took, settings={"x": number}, **told)


def found() -> Pareto:
    weighed = weigh([trial(*one) for one in POINTS], MEASURES, "maximize")
    return Pareto("accuracy", "maximize", ["model_bytes", "latency"], ["x"], weighed)


def test_the_unbeaten_come_first_and_of_them_the_cheapest() -> None:
    assert [(one.number, one.unbeaten) for one in found().trials] == [
        (2, True), (1, True), (0, True), (4, True), (3, False)
    ]  # fmt: skip


def test_where_less_is_better_the_score_turns_round() -> None:
    points = [*POINTS, (5, 0.95, 100, 1.0)]
    assert {one.number for one in weigh([trial(*one) for one in points], MEASURES, "minimize") if one.unbeaten} == {
        0, 1, 2, 3, 4
    }  # fmt: skip


def test_a_cost_that_is_not_known_counts_as_endless() -> None:
    unknown = [trial(*one) for one in [*POINTS, (5, 0.9, None, 0.5), (6, 0.9, None, 9.0)]]
    weighed = {one.number: one for one in weigh(unknown, MEASURES, "maximize")}
    assert weighed[5].unbeaten
    assert weighed[5].measures["model_bytes"] is None
    assert not weighed[6].unbeaten


def test_the_table_shows_the_unbeaten_and_counts_the_others() -> None:
    out = io.StringIO()
    show_pareto(found(), Console(file=out))
    assert "1 of 5 trials are beaten in every respect" in out.getvalue()
    assert "100 B" in out.getvalue()


def test_csv_and_data_tell_of_all() -> None:
    out = io.StringIO()
    write_pareto(found(), out)
    assert out.getvalue().splitlines()[0] == "trial,accuracy,model_bytes,latency,unbeaten,x"
    assert len(out.getvalue().splitlines()) == 6
    assert json.dumps(pareto_data(found())[4]["unbeaten"]) == "false"
