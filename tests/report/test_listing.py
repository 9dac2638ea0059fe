from __future__ import annotations

import io
import json

from rich.console import Console

from runner.record.read import runs
from runner.record.records import ErrorRecord, Metrics, Total
from runner.report.listing import listing, show_listing


def _shown(found) -> list[str]:
    out = io.StringIO()
    show_listing(found, Console(file=out))
    return out.getvalue().splitlines()


def test_a_row_tells_when_what_which_how_it_went_and_how_long(make_run) -> None:
    path = make_run()
    _, row = _shown(runs(path.parents[1]))
    assert row.split("  ")[0] == "2026-01-31 12:00"
    assert path.name in row
    assert row.split()[2:5] == ["digits", path.name, "done"]
    assert "f1 0.85  accuracy 0.95" in row, "the primary metric is first, descriptions are left out"
    assert row.endswith("2.5 s")


def test_a_score_that_was_not_finite_is_a_dash(make_run) -> None:
    path = make_run(
        metrics=Metrics(primary="rmse", total={"rmse": Total(float("nan"), None, 1)}),
        state="diverged",
        error=ErrorRecord("Diverged", "left the finite numbers"),
    )
    assert "diverged  rmse –" in _shown(runs(path.parents[1]))[1]


def test_a_damaged_run_is_shown_as_unreadable_and_hides_no_other(make_run) -> None:
    bad = make_run(minutes=1)
    make_run(minutes=2)
    (bad / "run.json").write_text("{")
    root = bad.parents[1]
    assert [row["state"] for row in listing(runs(root))] == ["unreadable", "done"]
    assert "run.json' cannot be read" in listing(runs(root))[0]["error"]
    assert "unreadable" in _shown(runs(root))[1]


def test_the_list_is_plain_data(make_run) -> None:
    path = make_run()
    (row,) = json.loads(json.dumps(listing(runs(path.parents[1])), allow_nan=False))
    assert row == {
        "started": "2026-01-31T12:00:00+00:00",
        "experiment": "digits",
        "id": path.name,
        "state": "done",
        "scores": {"f1": 0.85, "accuracy": 0.95},
        "seconds": 2.5,
        "path": str(path),
    }


def test_an_empty_list_says_so() -> None:
    assert _shown([]) == ["There are no finished runs here."]
