"""Bodies as MLflow documents them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import runner

from .conftest import ROWS, Asker

SPLIT = {"columns": list(ROWS.columns), "data": ROWS.to_numpy().tolist()}
RECORDS = ROWS.to_dict(orient="records")


@pytest.mark.parametrize(
    "record",
    [
        {"dataframe_split": SPLIT},
        {"dataframe_split": {"index": list(range(7)), **SPLIT}},
        {"dataframe_split": {"data": SPLIT["data"]}},
        {"dataframe_records": RECORDS},
        {"dataframe_records": [{**row, "id": 7} for row in RECORDS]},
        {"instances": RECORDS},
        {"instances": SPLIT["data"]},
        {"inputs": {str(name): column.tolist() for name, column in ROWS.items()}},
        {"inputs": SPLIT["data"], "params": None},
        {"inputs": SPLIT["data"], "params": {"predict_method": "predict"}},
        ROWS.to_csv(index=False).encode(),
        ("\ufeff" + ROWS.assign(more=1)[["rooms", "more", "age", "text"]].to_csv(index=False)).encode(),
    ],
)
def test_every_form_gets_the_labels_that_python_gives(table: Asker, table_run: Any, record: Any) -> None:
    kind = "text/csv; charset=utf-8" if isinstance(record, bytes) else "application/json"
    told = table.invoke(record, kind)
    assert told.status == 200, told.body
    assert told.json == {"predictions": runner.load(table_run).predict(ROWS).tolist()}


def test_chances_are_a_list_for_each_row(table: Asker, table_run: Any) -> None:
    told = table.invoke({"dataframe_split": SPLIT, "params": {"predict_method": "predict_proba"}})
    np.testing.assert_allclose(told.json["predictions"], runner.load(table_run).predict_proba(ROWS), atol=1e-12)


def test_rows_of_arrays_come_in_every_form(array: Asker) -> None:
    rows = [[3.0, 0.0], [-3.0, 0.0]]
    for record in (
        {"instances": rows},
        {"inputs": rows},
        {"inputs": {"input": rows}},
        {"dataframe_split": {"data": rows}},
    ):
        assert array.invoke(record).json == {"predictions": [1, 0]}
    assert array.invoke(b"0,1\n3.0,0\n-3.0,0\n", "text/csv").json == {"predictions": [1, 0]}


def test_one_text_needs_no_list_around_it(table: Asker, numbers: Asker) -> None:
    told = numbers.invoke({"inputs": {"age": 40.0, "rooms": 3}})
    assert np.isclose(told.json["predictions"], 80.0).all()


@pytest.mark.fault("F97", "F87")
@pytest.mark.parametrize(
    ("record", "told"),
    [
        (b"{", "the body is no JSON"),
        ([], "exactly one of dataframe_split, dataframe_records, instances, inputs; found none"),
        ({"inputs": [], "instances": []}, "found instances, inputs"),
        ({"inputs": [], "signature_name": "x"}, "nothing is known of 'signature_name'"),
        ({"dataframe_split": []}, "a mapping with 'columns' and 'data'"),
        ({"dataframe_split": {"columns": 1, "data": []}}, "'columns' is a list of names"),
        ({"dataframe_split": {"columns": ["text"], "data": [["a", 1]]}}, "row 0 of 'data' is no list of 1 values"),
        ({"dataframe_split": {"columns": ["text", "age"], "data": [["a", 1]]}}, "lack the input 'rooms'"),
        ({"dataframe_records": [{"text": "a", "age": 1.0}]}, "lack the input 'rooms'"),
        ({"dataframe_records": [7]}, "a list of mappings"),
        ({"instances": 7}, "a list of rows is expected, found 7"),
        ({"instances": [["a", 1.0]]}, "row 0 is no list of 3 values, one for each of text, age, rooms"),
        ({"inputs": [["a", "old", 2]]}, "input 'age': expected numbers (FP64), found 'old'"),
        ({"inputs": [["a", None, 2]]}, "input 'age', row 0: a value that is missing"),
        ({"inputs": [["a", 1.0, 2]], "params": {"temperature": 1}}, "no param 'temperature'"),
        ({"inputs": [["a", 1.0, 2]], "params": 7}, "'params' is a mapping"),
        ({"inputs": [["a", 1.0, 2]], "params": {"predict_method": "transform"}}, "is none of this model's"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_answered_is_told_why(table: Asker, record: Any, told: str) -> None:
    answer = table.invoke(record)
    assert (answer.status, answer.json["error_code"]) == (400, "BAD_REQUEST")
    assert told in answer.json["message"]


@pytest.mark.fault("F97")
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"text,age,rooms\na,1.0\n", "row 0 has 2 fields, and the header has 3"),
        (b"text,age,rooms\na,old,2\n", "input 'age', row 0: expected a number, found 'old'"),
        (b"text,age,rooms\n\xff,1,2\n", "the body is no CSV"),
        (b'text,age,rooms\n"a,1,2\n', "the body is no CSV"),
        (b"text,age\na,1\n", "lack the input 'rooms'"),
        (b"text,age,rooms\n", "the request has no rows"),
        (b"text,age,rooms\na," + b"9" * 5000 + b",2\n", "a value that is missing or not finite"),
    ],
)
def test_csv_that_cannot_be_answered_is_told_why(table: Asker, body: bytes, told: str) -> None:
    answer = table.invoke(body, "text/csv")
    assert answer.status == 400
    assert told in answer.json["message"]


def test_another_type_of_body_is_refused(table: Asker) -> None:
    assert table.invoke(b"<a/>", "application/xml").status == 415
