"""Requests of the Open Inference Protocol, in JSON and with bytes, and what is answered."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner

from .conftest import ROWS, Asker

#: What the protocol requires of its answers: name -> (fields with their types, fields that may be there).
INFERRED = ({"model_name": str, "outputs": list}, {"model_version": str, "id": str, "parameters": dict})
OUTPUT = ({"name": str, "shape": list, "datatype": str, "data": list}, {"parameters": dict})
METADATA = (
    {"name": str, "platform": str, "inputs": list, "outputs": list},
    {"versions": list, "parameters": dict},
)
TENSOR = ({"name": str, "datatype": str, "shape": list}, {})
SERVER = ({"name": str, "version": str, "extensions": list}, {})


def conforms(record: Any, schema: tuple[dict[str, type], dict[str, type]]) -> bool:
    required, optional = schema
    known = {**required, **optional}
    return required.keys() <= record.keys() <= known.keys() and all(
        isinstance(value, known[name]) for name, value in record.items()
    )


def inputs(rows: pd.DataFrame, **changes: Any) -> list[dict[str, Any]]:
    types = {"text": "BYTES", "age": "FP64", "rooms": "INT64"}
    made = {
        name: {"name": name, "datatype": types[str(name)], "shape": [len(rows)], "data": column.tolist()}
        for name, column in rows.items()
    }
    return [{**one, **changes.get(name, {})} for name, one in made.items()]


def binary(rows: pd.DataFrame, **more: Any) -> tuple[bytes, dict[str, str]]:
    """Return a body whose tensors are bytes, with its header."""
    texts = [text.encode() for text in rows["text"]]
    raw = {
        "text": b"".join(len(text).to_bytes(4, "little") + text for text in texts),
        "age": rows["age"].to_numpy("<f8").tobytes(),
        "rooms": rows["rooms"].to_numpy("<i8").tobytes(),
    }
    given = [{**one, "parameters": {"binary_data_size": len(raw[one["name"]])}} for one in inputs(rows)]
    for one in given:
        del one["data"]
    head = json.dumps({"inputs": given, **more}).encode()
    return head + b"".join(raw.values()), {"inference_header_content_length": str(len(head))}


def test_the_answer_is_that_of_the_model_in_python(table: Asker, table_run: Any) -> None:
    told = table.infer({"id": "a1", "inputs": inputs(ROWS)})
    assert told.status == 200, told.body
    record = told.json
    assert conforms(record, INFERRED)
    assert all(conforms(output, OUTPUT) for output in record["outputs"])
    labels, chances = record["outputs"]
    model = runner.load(table_run)
    assert (record["id"], record["model_name"]) == ("a1", "weather")
    assert (labels["name"], labels["datatype"], labels["shape"]) == ("predict", "BYTES", [7])
    assert labels["data"] == model.predict(ROWS).tolist()
    assert (chances["name"], chances["datatype"], chances["shape"]) == ("predict_proba", "FP64", [7, 2])
    np.testing.assert_allclose(np.reshape(chances["data"], (7, 2)), model.predict_proba(ROWS), atol=1e-12)


def test_bytes_in_either_direction_say_the_same(table: Asker) -> None:
    expected = table.infer({"inputs": inputs(ROWS)}).json["outputs"]
    body, headers = binary(ROWS)
    assert table.infer(body, **headers).json["outputs"] == expected
    body, headers = binary(ROWS, parameters={"binary_data_output": True})
    told = table.infer(body, **headers)
    assert told.headers["content-type"] == "application/octet-stream"
    end = int(told.headers["inference-header-content-length"])
    labels, chances = json.loads(told.body[:end])["outputs"]
    size = labels["parameters"]["binary_data_size"]
    raw = told.body[end:]
    assert chances["parameters"]["binary_data_size"] == len(raw) - size == 7 * 2 * 8
    assert np.frombuffer(raw[size:], "<f8").tolist() == expected[1]["data"]
    assert raw[4:6].decode() == expected[0]["data"][0][:2]


def test_outputs_are_given_as_they_are_asked_for(table: Asker) -> None:
    asked = [{"name": "predict_proba", "parameters": {"binary_data": True}}, {"name": "predict"}]
    told = table.infer({"inputs": inputs(ROWS), "outputs": asked})
    end = int(told.headers["inference-header-content-length"])
    chances, labels = json.loads(told.body[:end])["outputs"]
    assert (chances["name"], chances["parameters"], "data" in chances) == (
        "predict_proba",
        {"binary_data_size": 112},
        False,
    )
    assert len(labels["data"]) == 7
    (only,) = table.infer({"inputs": inputs(ROWS), "outputs": [{"name": "predict"}]}).json["outputs"]
    assert only == labels


def test_columns_may_have_a_second_axis_of_one_and_come_in_any_order(table: Asker) -> None:
    expected = table.infer({"inputs": inputs(ROWS)}).json
    shaped = [{**one, "shape": [7, 1]} for one in reversed(inputs(ROWS))]
    assert table.infer({"inputs": shaped}).json == expected


def test_a_table_of_numbers_may_come_as_one_matrix(numbers: Asker) -> None:
    rows = ROWS[["age", "rooms"]]
    expected = numbers.infer({"inputs": inputs(rows)}).json["outputs"]
    for matrix in (rows.to_numpy(), rows.to_numpy(dtype="float32").astype("float64")):
        given = {"name": "input", "shape": [7, 2], "datatype": "FP64", "data": matrix.tolist()}
        (output,) = numbers.infer({"inputs": [given]}).json["outputs"]
        np.testing.assert_allclose(output["data"], expected[0]["data"], rtol=1e-6)
    assert output["datatype"] == "FP64"
    assert numbers.get("/v2/models/cost").json["parameters"]["matrix"]["shape"] == [-1, 2]


def test_a_model_of_arrays_takes_one_tensor_and_answers_whole_numbers(array: Asker) -> None:
    given = {"name": "input", "shape": [2, 2], "datatype": "FP32", "data": [3.0, 0.0, -3.0, 0.0]}
    labels, _ = array.infer({"inputs": [given]}).json["outputs"]
    assert (labels["datatype"], labels["data"]) == ("INT64", [1, 0])


@pytest.mark.fault("F97")
@pytest.mark.parametrize(
    ("record", "told"),
    [
        (b"{", "the body is no JSON"),
        (b"[" * 100_000, "the body is no JSON"),
        (b"\xff", "the body is no JSON"),
        (b"", "the body is no JSON"),
        ([], "no 'inputs'"),
        ({"inputs": []}, "no 'inputs'"),
        ({"inputs": [7]}, "an input is a mapping, found 7"),
        ({"inputs": [{}]}, "has no 'name'"),
        ({"inputs": inputs(ROWS), "id": 7}, "'id' is a text"),
        ({"inputs": inputs(ROWS)[:2]}, "lack the input 'rooms'"),
        ({"inputs": [*inputs(ROWS), {**inputs(ROWS)[1], "name": "agee"}]}, "no input 'agee'. Did you mean 'age'"),
        ({"inputs": [*inputs(ROWS), inputs(ROWS)[0]]}, "input 'text' is given twice"),
        ({"inputs": inputs(ROWS, age={"shape": [7, 1, 1]})}, "expected one value a row"),
        ({"inputs": inputs(ROWS, age={"shape": [1], "data": [1.0]})}, "different numbers of rows: 'text' 7, 'age' 1"),
        ({"inputs": inputs(ROWS, age={"datatype": "BYTES", "data": ["a"] * 7})}, "expected numbers (FP64)"),
        ({"inputs": inputs(ROWS, text={"datatype": "INT8", "data": [1] * 7})}, "expected texts, found 1. Send BYTES"),
        ({"inputs": inputs(ROWS.iloc[:0])}, "the request has no rows"),
        ({"inputs": inputs(ROWS, age={"data": [None, *[1.0] * 6]})}, "input 'age', row 0: a value that is missing"),
        ({"inputs": inputs(ROWS, age={"data": [1e999, *[1.0] * 6]})}, "the body is no JSON"),
        ({"inputs": inputs(ROWS), "outputs": [{"name": "chance"}]}, "no output 'chance'. Offered: predict, "),
        ({"inputs": inputs(ROWS), "outputs": 7}, "'outputs' is a list of mappings"),
        ({"inputs": inputs(ROWS), "parameters": 7}, "'parameters' is a mapping"),
        ({"inputs": inputs(ROWS, age={"parameters": {"binary_data_size": 99}})}, "is 99, 0 bytes are left"),
        ({"inputs": inputs(ROWS, age={"parameters": {"binary_data_size": "8"}})}, "binary_data_size is '8'"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_answered_is_told_why(table: Asker, record: Any, told: str) -> None:
    answer = table.infer(record)
    assert answer.status == 400
    assert set(answer.json) == {"error"}
    assert told in answer.error
    assert "/" not in answer.error.replace("and/or", ""), "a path of the server"


@pytest.mark.fault("F97")
def test_bytes_that_do_not_add_up_are_refused(table: Asker) -> None:
    body, headers = binary(ROWS)
    assert "bytes after the JSON belong to no input" in table.infer(body + b"12345678", **headers).error
    assert "bytes are left" in table.infer(body[:-8], **headers).error
    for wrong in ("99999999", "-1", "two"):
        assert "Inference-Header-Content-Length is" in table.infer(body, inference_header_content_length=wrong).error
    infinite = ROWS.assign(age=np.inf)
    body, headers = binary(infinite)
    assert "input 'age', row 0: a value that is missing or not finite" in table.infer(body, **headers).error


def test_metadata_tell_inputs_outputs_and_classes(table: Asker) -> None:
    record = table.get("/v2/models/weather").json
    assert conforms(record, METADATA)
    assert all(conforms(one, TENSOR) for one in [*record["inputs"], *record["outputs"]])
    assert [(one["name"], one["datatype"], one["shape"]) for one in record["inputs"]] == [
        ("text", "BYTES", [-1]),
        ("age", "FP64", [-1]),
        ("rooms", "INT64", [-1]),
    ]
    assert record["parameters"]["classes"] == ["no", "yes"]
    assert record == table.get(f"/v2/models/weather/versions/{record['versions'][0]}").json
    server = table.get("/v2").json
    assert conforms(server, SERVER)
    assert server["extensions"] == ["binary_tensor_data"]
