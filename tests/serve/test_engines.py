"""The same requests through ONNX: the same answers within what the proof allows, in the types announced."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import runner
from runner.record.read import Run
from runner.serve.application import Application
from runner.serve.limits import Limits
from runner.ship.opening import opened

from .conftest import ROWS, TABLE, TARGET, Asker, shipped
from .test_protocol import inputs

pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    transforms = [{"use": "tfidf", "columns": "text"}, {"use": "standard_scale", "columns": ["age", "rooms"]}]
    folder = tmp_path_factory.mktemp("onnx")
    target = np.asarray(TARGET, dtype=str)
    return shipped(folder, "weather", TABLE, target, "LogisticRegression", transforms, ["skops", "onnx"])


@pytest.fixture(scope="module")
def graph(run: Path) -> Asker:
    served = opened(Run.open(run), "onnx", lambda name: runner.load(run, engine=name))
    return Asker(Application(served, Limits(), None, 0.002, "0.1.0"))


def test_answers_are_those_of_python_in_the_types_that_are_announced(graph: Asker, run: Path) -> None:
    labels, chances = graph.infer({"inputs": inputs(ROWS)}).json["outputs"]
    model = runner.load(run)
    assert labels["data"] == model.predict(ROWS).tolist()
    np.testing.assert_allclose(np.reshape(chances["data"], (7, 2)), model.predict_proba(ROWS), atol=1e-4)
    metadata = graph.get("/v2/models/weather").json
    assert metadata["platform"] == "runner_onnx"
    assert [one["datatype"] for one in metadata["outputs"]] == [labels["datatype"], chances["datatype"]]


def test_requests_that_come_together_are_answered_as_alone(graph: Asker) -> None:
    bodies = [json.dumps({"inputs": inputs(ROWS.iloc[place : place + 1])}).encode() for place in range(7)]

    async def together() -> list[Any]:
        return await asyncio.gather(*(graph.told("POST", "/v2/models/weather/infer", body) for body in bodies))

    told = [one.json["outputs"] for one in asyncio.run(together())]
    alone = [graph.infer(body).json["outputs"] for body in bodies]
    assert [labels for labels, _ in told] == [labels for labels, _ in alone]
    np.testing.assert_allclose([c["data"] for _, c in told], [c["data"] for _, c in alone], atol=1e-6)


@pytest.mark.fault("F87", "F97")
def test_a_value_that_the_model_has_no_answer_to_is_told(graph: Asker) -> None:
    told = graph.infer({"inputs": inputs(ROWS, age={"data": [None, *[1.0] * 6]})})
    assert told.status == 400
    assert "input 'age', row 0: a value that is missing" in told.error


def test_either_engine_is_chosen_by_name(run: Path) -> None:
    engines = [
        opened(Run.open(run), name, lambda export: runner.load(run, engine=export)).engine
        for name in ("onnx", "sklearn")
    ]
    assert engines == ["onnx", "sklearn"]
