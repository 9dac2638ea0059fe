from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import IntegrityError
from runner.report.html.run_facts import reported
from tests.report.html.samples import classified


def test_what_a_run_did_not_record_is_empty(make_run: Callable[..., Path]) -> None:
    run = reported(make_run())
    assert (run.data, run.held_out, run.curves, run.range_tests, run.interpretation) == (None, [], {}, {}, {})
    assert (run.log, run.replay) == ("", "")


def test_a_run_in_the_making_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    assert reported(tmp_path).files == {"run.json": {"size": 2}}


def test_rows_of_tests_go_before_those_of_validation(make_judged: Callable[..., Path]) -> None:
    (test,) = classified(["a", "b"])
    aside = type(test)(0, "validation", test.row_ids, test.truth, test.prediction)
    assert [part.part for part in reported(make_judged([aside, test])).held_out] == ["test"]
    assert [part.part for part in reported(make_judged([aside], minutes=1)).held_out] == ["validation"]


def test_curves_are_read_by_training(make_run: Callable[..., Path]) -> None:
    table = "training,epoch,learning_rate,loss\nfold 1,1,0.1,0.5\nfold 1,2,,0.25\nrefit,1,0.1,0.5\n"
    assert reported(make_run(files={"curves.csv": table})).curves == {
        "fold 1": {"learning_rate": [0.1], "loss": [0.5, 0.25]},
        "refit": {"learning_rate": [0.1], "loss": [0.5]},
    }


def test_a_damaged_table_of_curves_is_an_error(make_run: Callable[..., Path]) -> None:
    run = reported(make_run(files={"curves.csv": "training,epoch,loss\nfold 1,1,high\n"}))
    with pytest.raises(IntegrityError, match=r"curves.csv' is no table of curves: .*'high'"):
        _ = run.curves


def test_only_the_end_of_a_log_is_shown(make_run: Callable[..., Path]) -> None:
    log = reported(make_run(files={"logs/run.log": "\n".join(map(str, range(1000)))})).log
    assert (log.splitlines()[0], log.splitlines()[-1]) == ("960", "999")
