from __future__ import annotations

from pathlib import Path

from runner.record.evidence import ONE_FOLD, OTHER_ROWS, Evidence
from runner.record.read_sweep import Sweep
from runner.record.records import Metrics, StepRecord
from runner.report import standing
from runner.report.standing import Standing, evidence_of


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
    stands = Standing.of(Sweep.open(path))
    assert (stands.total, stands.ended, stands.failed, stands.state) == (6, 3, 1, "unfinished")
    assert stands.best.score == 0.9
    assert (stands.metric, stands.direction) == ("f1", "maximize")


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


def folds(*scores: float) -> dict:
    """Give a trial's record these scores on its folds, of 80 training and 20 test rows."""
    steps = [StepRecord("train/softmax", 1.0, 0, rows_in=80), StepRecord("predict/softmax", 0.1, 0, rows_in=20)]
    metrics = Metrics("f1", "maximize", tuple({"f1": score} for score in scores))
    return {"score": sum(scores) / len(scores), "metrics": metrics, "steps": steps}


def weighed(path: Path) -> Evidence:
    sweep = Sweep.open(path)
    stands = Standing.of(sweep)
    return evidence_of(sweep, stands.trials, stands.direction, stands.metric)


def test_the_folds_of_the_trials_are_weighed(make_sweep) -> None:
    path = make_sweep(
        [
            {"settings": {"model.l2": 0.1}, **folds(0.5, 0.52, 0.51)},
            {"settings": {"model.l2": 0.2}, **folds(0.9, 0.93, 0.91)},
            {"settings": {"model.l2": 0.3}, **folds(0.92, 0.9, 0.9)},
            {"settings": {"model.l2": 0.4}, "error": ("oom", "took 9 GB"), "state": "oom"},
            {"settings": {"splitter.n_splits": 3}, **folds(0.4, 0.41, 0.42)},
        ]
    )
    found = weighed(path)
    assert found.best == 1
    assert [found.verdict(number) for number in range(5)] == ["worse", "best", "alike", "unknown", "unknown"]
    assert found.unknown == {4: OTHER_ROWS}


def test_the_other_records_are_not_opened_where_there_is_one_fold(make_sweep) -> None:
    path = make_sweep([{"settings": {"a": n}, **folds(n / 10)} for n in range(3)])
    (path / "trials/0000/trial.json").write_text("damaged")
    found = weighed(path)
    assert (found.best, found.pairs, found.unknown) == (2, 1, {0: ONE_FOLD, 1: ONE_FOLD})


def test_a_damaged_record_is_unknown_and_stops_nothing(make_sweep) -> None:
    path = make_sweep([{"settings": {"a": n}, **folds(n / 10, n / 9)} for n in range(3)])
    (path / "trials/0000/trial.json").write_text("damaged")
    assert "cannot be read" in weighed(path).unknown[0]
    (path / "trials/0002/trial.json").write_text("damaged")
    assert weighed(path).unknown.keys() == {0, 1}


def test_a_sweep_without_scores_has_no_evidence(make_sweep) -> None:
    assert weighed(make_sweep([])).best is None


def test_only_so_many_records_are_opened_and_the_others_count(make_sweep, monkeypatch) -> None:
    scores = [(0.9, 0.92, 0.91), (0.7, 0.76, 0.73), (0.6, 0.64, 0.6), (0.5, 0.54, 0.5)]
    path = make_sweep([{"settings": {"a": n}, **folds(*one)} for n, one in enumerate(scores)])
    everyone = weighed(path)
    monkeypatch.setattr(standing, "NEXT_BEST", 1)
    found = weighed(path)
    assert found.compared.keys() == {1}
    assert set(found.unknown.values()) == {"only the 1 that come next are"}
    assert found.compared[1].p_value == everyone.compared[1].p_value
    assert found.compared[1].adjusted >= everyone.compared[1].adjusted
