"""Files of rows become the same rows with answers, whatever the format; what cannot be answered is told by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import ConfigError, DataError, ResourceError
from runner.ship.opened import Opened
from runner.ship.pieces import Piece, pieces
from runner.ship.predicting import predicted
from runner.ship.signature import Signature
from runner.ship.writing import writing

FRAME = pd.DataFrame({"age": [31.0, 40.5], "job": ["nurse", "cook"]})


class ByAge:
    """Says whether somebody is old, and has no answer to a missing age."""

    def predict(self, rows: Any) -> Any:
        if rows["age"].isna().any():
            raise ValueError("NaN")
        return np.where(rows["age"] > 40, "old", "young")

    def predict_proba(self, rows: Any) -> Any:
        chance = rows["age"].to_numpy() / 100
        return np.column_stack([chance, 1 - chance])


class Summing:
    def predict(self, rows: Any) -> Any:
        return rows.reshape(len(rows), -1).sum(axis=1)


SIGNATURE = Signature.of(Dataset.of(FRAME), classes=["old", "young"], probabilities=True)
TABLE = Opened("m", "1", "own", SIGNATURE, ByAge())
ARRAY = Opened(
    "m", "1", "own", Signature.of(Dataset.of(np.zeros((3, 2, 2))), classes=None, probabilities=False), Summing()
)


def answered(model: Opened, source: Path, target: Path, rows: int = 2, **options: Any) -> None:
    with writing(str(target), overwrite=options.get("overwrite", False)) as writer:
        for piece in predicted(model, pieces(str(source), rows)):
            writer.write(piece)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text('id,job,age\n007,"=1+1",31\n008,cook,55.5\n009,,-0\n', encoding="utf-8")
    return path


def test_columns_pass_through_and_answers_follow(rows: Path, tmp_path: Path) -> None:
    answered(TABLE, rows, tmp_path / "out.csv")
    with open(tmp_path / "out.csv", newline="") as file:
        told = list(csv.DictReader(file))
    assert list(told[0]) == ["id", "job", "age", "predict", "predict_proba_old", "predict_proba_young"]
    assert [row["id"] for row in told] == ["007", "008", "009"]
    assert [row["predict"] for row in told] == ["young", "old", "young"]
    assert float(told[1]["predict_proba_old"]) == 0.555


def test_a_text_that_a_spreadsheet_would_compute_is_quoted_and_a_number_is_not(rows: Path, tmp_path: Path) -> None:
    answered(TABLE, rows, tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[1].startswith("007,'=1+1,31,young")
    assert lines[3].startswith("009,,-0,young")


def test_every_format_says_the_same(rows: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    answered(TABLE, rows, tmp_path / "out.jsonl")
    answered(TABLE, rows, tmp_path / "out.parquet")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert pd.read_parquet(tmp_path / "out.parquet").to_dict(orient="records") == lines
    asked = tmp_path / "asked.parquet"
    pd.DataFrame({"age": [31.0, 55.5, None], "job": ["a", None, "b"]}).iloc[:2].to_parquet(asked)
    answered(TABLE, asked, tmp_path / "again.jsonl")
    again = [json.loads(line) for line in (tmp_path / "again.jsonl").read_text().splitlines()]
    assert [row["predict_proba_old"] for row in again] == [row["predict_proba_old"] for row in lines[:2]]


def test_rows_of_arrays_are_their_numbers_in_order(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b,c,d\n1,2,3,4\n5,6,7,8\n")
    answered(ARRAY, path, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "a,b,c,d,predict\n1,2,3,4,10.0\n5,6,7,8,26.0\n"


def test_no_more_rows_are_held_than_a_piece_has() -> None:
    def endless() -> Iterator[Piece]:
        while True:
            yield {"age": ["31"] * 3, "job": ["cook"] * 3}

    told = predicted(TABLE, endless())
    assert [len(next(told)["predict"]) for _ in range(1000)] == [3] * 1000


def test_a_file_without_rows_becomes_a_header(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("age,job\n")
    answered(TABLE, path, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "age,job,predict,predict_proba_old,predict_proba_young\n"


@pytest.mark.fault("F87", "F97")
@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "", "has no header"),
        ("a.csv", "age,age\n1,2\n", "has the column 'age' twice"),
        ("a.csv", "age,job\n1\n", "line 2: 1 fields, and the header has 2"),
        ("a.csv", 'age,job\n1,"x\n', "line 2: unexpected end of data"),
        ("a.csv", "age\n1\n", "rows 1 to 1: the rows to predict lack the input 'job'"),
        ("a.csv", "age,job\n1,x\n2,x\nold,x\n", "rows 3 to 3: input 'age', row 0: expected a number, found 'old'"),
        ("a.csv", "age,job\n1,x\n,x\n", "rows 1 to 2: the model has no answer: input 'age', row 1: "),
        ("a.csv", "age,job,predict\n1,x,1\n", "has a column 'predict' already"),
        ("a.jsonl", "{\n", "line 1: no JSON"),
        ("a.jsonl", "7\n", "line 1: a mapping is expected, found int"),
        ("a.jsonl", '{"age": 1, "job": "x"}\n{"agee": 1}\n', "line 2: 'agee' is not in the first line"),
        ("a.jsonl", '{"age": "old", "job": "x"}\n', "expected a number, found 'old'"),
        ("a.parquet", "PAR1", "is no parquet file"),
        ("no.csv", None, "cannot be read: No such file"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_answered_are_told_and_leave_no_file(
    tmp_path: Path, name: str, text: str | None, told: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(DataError) as caught:
        answered(TABLE, tmp_path / name, tmp_path / "out.csv")
    assert told in str(caught.value)
    assert [path.name for path in tmp_path.iterdir() if path.name != name] == []


def test_a_file_that_is_there_stays_unless_it_may_go(rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        answered(TABLE, rows, out)
    assert out.read_text() == "mine"
    answered(TABLE, rows, out, overwrite=True)
    assert out.read_text().startswith("id,job,age,predict")


def test_another_format_and_a_place_that_is_none_are_told(rows: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"rows are read and written as \.csv, \.jsonl, \.parquet"):
        answered(TABLE, rows, tmp_path / "out.xls")
    with pytest.raises(ResourceError, match="cannot be written: No such file"):
        answered(TABLE, rows, tmp_path / "no" / "out.csv")


def test_a_bug_of_the_model_keeps_its_traceback(rows: Path, tmp_path: Path) -> None:
    class Buggy:
        def predict(self, rows: Any) -> Any:
            raise RuntimeError("a bug")

    model = Opened(
        "m", "1", "own", Signature.of(Dataset.of(FRAME[["age"]]), classes=None, probabilities=False), Buggy()
    )
    with pytest.raises(RuntimeError, match="a bug"):
        answered(model, rows, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv.partial").exists()
