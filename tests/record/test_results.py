from __future__ import annotations

import csv
import io
import json
import math
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import ResourceError
from runner.record import results
from runner.record.records import Metrics, Total
from runner.record.results import cell, of_cell, read_csv, rows, write_results
from runner.record.sweeps import TrialRecord

parquet = pytest.importorskip("pyarrow.parquet")

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


def trial(number: int, **fields) -> TrialRecord:
    told = {"state": "done", "score": 0.5, "std": 0.1, "seconds": 1.5}
    return TrialRecord(
        number=number, key=f"k{number}", attempt=1, started="2026-01-31T12:00:00Z", **{**told, **fields}
    )


def metrics(**means) -> Metrics:
    return Metrics(primary="f1", direction="maximize", total={name: Total(m, None, 1) for name, m in means.items()})


TRIALS = [
    trial(2, settings={"model.l2": 1, "model.use": "=cmd|' /C calc'!A0"}, metrics=metrics(f1=0.5, confusion=[[1]])),
    trial(1, settings={"model.l2": 0.1, "steps": ["a", "b"]}, metrics=metrics(f1=0.4, accuracy=None)),
    trial(3, state="failed", score=None, std=None, settings={"model.use": "5", "steps": None}),
]
AXES = ["model.l2", "model.use", "steps"]


def test_a_row_holds_number_state_scores_seconds_and_what_was_swept_in_order() -> None:
    table = rows(TRIALS, AXES)
    assert [row["number"] for row in table] == [1, 2, 3]
    assert list(table[0]) == [
        "number", "state", "score", "std", "metrics.f1", "metrics.accuracy", "seconds", *AXES,
    ]  # fmt: skip
    assert table[2]["metrics.f1"] is None
    assert table[1]["steps"] is None


def test_the_trial_that_is_chosen_says_why() -> None:
    table = rows(TRIALS, AXES, {2: "the best"})
    assert [row["chosen"] for row in table] == [None, "the best", None]
    assert list(table[0])[3:5] == ["std", "chosen"]


def test_the_csv_reads_back_equal(tmp_path) -> None:
    table = rows(TRIALS, AXES)
    assert write_results(tmp_path, table) == []
    assert read_csv(tmp_path / "results.csv") == table


def test_the_parquet_reads_back_equal_with_types(tmp_path) -> None:
    table = rows(TRIALS, AXES)
    write_results(tmp_path, table)
    read = parquet.read_table(tmp_path / "results.parquet")
    types = {field.name: str(field.type) for field in read.schema}
    assert types == {
        "number": "int64", "state": "string", "score": "double", "std": "double", "metrics.f1": "double",
        "metrics.accuracy": "double", "seconds": "double", "model.l2": "double", "model.use": "string",
        "steps": "string",
    }  # fmt: skip
    back = read.to_pylist()
    assert [row["model.use"] for row in back] == [None, "=cmd|' /C calc'!A0", "5"]
    assert json.loads(back[0]["steps"]) == ["a", "b"]
    untyped = [{name: value for name, value in row.items() if name != "steps"} for row in table]
    assert [{name: value for name, value in row.items() if name != "steps"} for row in back] == untyped


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None, 2], "int64"),
        ([1, 2.5], "double"),
        ([True, None], "bool"),
        (["a", None], "string"),
        ([1, "a"], "string"),
        ([1, True], "string"),
        ([2**70, 1], "string"),
        ([None, None], "double"),
    ],
)
def test_a_column_has_the_one_type_that_holds_all_its_values(tmp_path, values, kind) -> None:
    write_results(tmp_path, [{"x": value} for value in values])
    column = parquet.read_table(tmp_path / "results.parquet").column("x")
    assert str(column.type) == kind
    read = [of_cell(v) if kind == "string" and v is not None and v != "a" else v for v in column.to_pylist()]
    assert read == values


@pytest.mark.fault("F68")
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1", "=1\n=2", "'=1"])
def test_no_text_in_the_csv_can_be_taken_for_a_formula(tmp_path, text: str) -> None:
    write_results(tmp_path, [{"number": 1, "model.use": text}])
    with open(tmp_path / "results.csv", encoding="utf-8", newline="") as file:
        ((_, shown),) = list(csv.reader(file))[1:]
    assert shown[0] in ("'", '"')
    assert read_csv(tmp_path / "results.csv") == [{"number": 1, "model.use": text}]


@given(st.lists(st.lists(SCALARS | st.lists(SCALARS, max_size=3), min_size=2, max_size=2)))
def test_whatever_the_values_every_cell_reads_back_as_it_was(table) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([cell(value) for value in row] for row in table)
    out.seek(0)
    assert repr([[of_cell(text) for text in row] for row in csv.reader(out)]) == repr(table)


def test_a_score_that_is_not_finite_is_written_as_none(tmp_path) -> None:
    assert cell(math.nan) == "null"
    assert of_cell("null") is None
    assert of_cell(cell("NaN")) == "NaN"


def test_without_pyarrow_there_is_the_csv_and_a_note(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(results, "find_spec", lambda name: None)
    (note,) = write_results(tmp_path, rows(TRIALS, AXES))
    assert "pip install 'runner-ml[parquet]'" in note
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]


def test_a_sweep_without_trials_has_a_table_without_rows(tmp_path) -> None:
    write_results(tmp_path, rows([], AXES))
    assert (tmp_path / "results.csv").read_text() == "number,state,score,std,seconds\n"


@pytest.mark.fault("F20")
def test_a_full_disk_leaves_the_table_of_before(tmp_path) -> None:
    write_results(tmp_path, rows(TRIALS, AXES))
    before = (tmp_path / "results.csv").read_bytes()
    big = [trial(n, settings={"model.use": "x" * 1000}) for n in range(100)]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises(ResourceError, match="disk full"):
            write_results(tmp_path, rows(big, AXES))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "results.csv").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.csv", "results.parquet"]
