"""No export leaves a run before it has answered like the model it was made from."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import runner
from runner.catalogue import Catalogue
from runner.contracts import FinishedRun
from runner.discovery import discover, plugin_of
from runner.errors import ExitCode, IntegrityError, PluginError
from runner.hookspecs import hookimpl
from runner.testing import make_catalogue
from runner_builtin.exporters.skops_exporter import SkopsExporter

IRIS: dict[str, Any] = {
    "name": "iris",
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": "stratified_holdout",
    "transforms": ["standard_scale"],
    "model": "LogisticRegression",
    "metrics": ["accuracy"],
}


class _Shifted:
    """Answers like a model, but for its probabilities."""

    def __init__(self, model: Any, by: float) -> None:
        self._model, self._by = model, by

    def predict(self, rows: Any) -> Any:
        return self._model.predict(rows)

    def predict_proba(self, rows: Any) -> Any:
        return self._model.predict_proba(rows) + self._by


class Lying:
    """An exporter whose files answer otherwise wherever the pipeline scales. by: how far."""

    loads = "model.skops"

    def __init__(self, by: float = 0.01) -> None:
        self.by = by

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        scales = any(name == "standard_scale" for name, _ in run.pipeline.steps)
        (folder / "scales").write_text(str(scales))
        return [*SkopsExporter().export(run, folder), folder / "scales"]

    def load(self, path: Path, trusted_types: Collection[str]) -> Any:
        model = SkopsExporter().load(path, trusted_types)
        scales = (path.parent / "scales").read_text() == "True"
        return _Shifted(model, self.by if scales else 0.0)


def run(tmp_path: Path, exporters: Any) -> Any:
    offered = make_catalogue({"exporter": {"lying": Lying}})
    return runner.run({**IRIS, "exporters": exporters}, outputs=tmp_path, catalogue=offered)


@pytest.mark.fault("F100")
def test_an_export_that_answers_otherwise_fails_the_run_and_goes_to_quarantine(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match=r"the export 'lying' does not answer.*differ by up to 0\.01") as caught:
        run(tmp_path, ["skops", "lying"])
    assert caught.value.exit_code == ExitCode.INTEGRITY
    assert "first step that differs is 'standard_scale'" in str(caught.value)
    (folder,) = tmp_path.glob("iris/*")
    assert set(json.loads((folder / "proofs.json").read_text())) == {
        "skops"
    }  # what does not lie stays, with its proof
    assert (folder / "artifacts/skops/model.skops").is_file()
    assert json.loads((folder / "metrics.json").read_text())["total"]["accuracy"]["mean"] > 0.8
    assert (folder / "quarantine/lying/model.skops").is_file()
    assert not (folder / "artifacts/lying").exists()
    assert json.loads((folder / "run.json").read_text())["state"] == "failed"


def scaled_too_much(step: Any, features: Any, graph: Any) -> Any:
    """Write a scaler's mean and forget its spread."""
    from runner_builtin.onnx.features import Tensor, matrix

    given = matrix(features, graph)
    return Tensor(graph.node("Sub", given.name, graph.constant(step.mean_)), "double", given.shape)


def with_converter(converter: Any) -> Catalogue:
    def runner_onnx_converters() -> dict[str, Any]:
        return {"sklearn.preprocessing._data:StandardScaler": converter}

    hooks = {"runner_onnx_converters": staticmethod(hookimpl(runner_onnx_converters))}
    return Catalogue([*discover(), plugin_of(type("Liar", (), hooks), distribution="liar")])


@pytest.mark.fault("F100")
def test_a_plugins_converter_that_lies_is_found_in_a_fresh_interpreter_and_its_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match=r"'onnx' does not answer.*'quarantine/onnx'") as caught:
        runner.run({**IRIS, "exporters": ["onnx"]}, outputs=tmp_path, catalogue=with_converter(scaled_too_much))
    assert caught.value.exit_code == ExitCode.INTEGRITY
    assert "first step that differs is 'standard_scale'" in str(caught.value)
    (folder,) = tmp_path.glob("iris/*")
    assert (folder / "quarantine/onnx/model.onnx").is_file()
    assert not (folder / "artifacts/onnx").exists()


def test_two_converters_for_one_class_are_an_error_that_names_both() -> None:
    catalogue = with_converter(scaled_too_much)
    other = with_converter("elsewhere:convert").plugins[-1]
    with pytest.raises(PluginError, match=r"both liar 0 and other 1 offer an ONNX converter for .*StandardScaler"):
        Catalogue([*catalogue.plugins, replace(other, distribution="other", version="1")]).onnx_converters()


def test_one_that_is_within_its_tolerance_leaves_and_the_proof_is_kept(tmp_path: Path) -> None:
    outcome = run(tmp_path, [{"use": "lying", "by": 5e-5}, "skops"])
    proofs = json.loads((outcome.path / "proofs.json").read_text())
    assert proofs["lying"]["worst"] == pytest.approx(5e-5)
    assert proofs["lying"]["labels"] == 0
    assert not proofs["lying"]["fresh"]  # a class of a test is nowhere that a fresh interpreter could find it
    assert proofs["skops"]["fresh"]
    assert proofs["skops"]["worst"] == 0
    assert proofs["skops"]["edge_rows"] > 0


def test_the_usual_export_is_compared_here(tmp_path: Path) -> None:
    proofs = json.loads((run(tmp_path, ["skops"]).path / "proofs.json").read_text())
    assert (proofs["skops"]["fresh"], proofs["skops"]["rows"]) == (False, 150)


def test_a_file_that_could_run_code_is_not_read_back(tmp_path: Path) -> None:
    proofs = json.loads((run(tmp_path, ["pickle"]).path / "proofs.json").read_text())
    assert proofs == {"pickle": None}


def test_the_signature_names_what_the_model_is_asked_with(tmp_path: Path) -> None:
    signature = json.loads((run(tmp_path, ["skops"]).path / "signature.json").read_text())
    assert signature["probabilities"]
    assert signature["classes"] == list(np.unique(np.arange(3))) or len(signature["classes"]) == 3
