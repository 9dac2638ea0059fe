from __future__ import annotations

from runner.record.read_sweep import Sweep
from runner.report.standing import Standing


def test_a_sweep_stands_where_its_journal_says(make_sweep) -> None:
    path = make_sweep(
        [
            {"settings": {"model.l2": 0.1}, "score": 0.7},
            {"settings": {"model.l2": 0.2}, "score": 0.9},
            {"settings": {"model.l2": 0.3}, "state": "oom", "error": ("oom", "took 9 GB")},
            {"settings": {"model.l2": 0.4}, "state": "interrupted", "score": None},
        ],
        planned=2,
    )
    standing = Standing.of(Sweep.open(path))
    assert (standing.total, standing.ended, standing.failed, standing.state) == (6, 3, 1, "unfinished")
    assert standing.best.score == 0.9
    assert (standing.metric, standing.direction) == ("f1", "maximize")


def test_a_sweep_with_nothing_left_is_done_also_with_failures(make_sweep) -> None:
    path = make_sweep([{"settings": {"a": 1}}, {"settings": {"a": 2}, "state": "failed", "error": ("data", "no")}])
    assert Standing.of(Sweep.open(path)).state == "done"


def test_a_sweep_that_planned_nothing_is_not_done(make_sweep) -> None:
    assert Standing.of(Sweep.open(make_sweep([]))).state == "unfinished"


def test_without_a_journal_the_folders_tell(make_sweep) -> None:
    path = make_sweep([{"settings": {"a": 1}}, {"settings": {"a": 2}}])
    (path / "journal.jsonl").unlink()
    assert Standing.of(Sweep.open(path)).total == 2


def test_the_direction_is_the_one_of_the_objective(make_sweep) -> None:
    objective = {"metric": "rmse", "direction": "minimize", "aggregate": "mean"}
    path = make_sweep([{"settings": {"a": n}, "score": float(n)} for n in (3, 1, 2)], objective=objective)
    assert Standing.of(Sweep.open(path)).best.score == 1.0
