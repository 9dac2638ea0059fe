"""Whole runs: what each sort of model tells of itself, and what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner
from runner.execute.interpreting import interpretation as module
from runner.record import layout, strict_json

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {"size": RNG.normal(size=160), "job": RNG.choice(["nurse", "cook"], 160), "age": RNG.normal(size=160)}
)
TABLE["kind"] = np.where(TABLE["size"] + (TABLE["job"] == "cook") > 0.5, "p", "q")
EXPERIMENT: dict[str, Any] = {
    "source": {"use": "in_memory", "features": TABLE, "target": "kind"},
    "splitter": "stratified_holdout",
    "transforms": [{"use": "one_hot", "columns": "job"}, {"use": "standard_scale", "columns": ["size", "age"]}],
    "model": "LogisticRegression",
    "metrics": ["accuracy", "log_loss"],
    "exporters": [],
}
ALL = {"importance": True, "subgroups": ["job"]}


def told(tmp_path: Path, **changes: Any) -> dict[str, Any]:
    outcome = runner.run({**EXPERIMENT, **changes}, outputs=tmp_path)
    return dict(strict_json.read(outcome.path / layout.INTERPRETATION))


def test_a_table_with_routed_columns_is_told_of_in_all_parts(tmp_path: Path) -> None:
    found = told(tmp_path, interpret={**ALL, "worst": 3})
    assert [one["name"] for one in found["importance"]["features"][:2]] == ["size", "job"]
    assert found["importance"]["metric"] == "accuracy"
    assert {term["name"] for term in found["coefficients"]["groups"][0]["terms"]} == {
        "job_cook",
        "job_nurse",
        "size",
        "age",
    }
    assert [(one["feature"], one["kind"]) for one in found["partial_dependence"]] == [
        ("size", "number"), ("job", "category"), ("age", "number"),
    ]  # fmt: skip
    assert [group["value"] for group in found["subgroups"][0]["groups"]] == ["cook", "nurse"]
    assert set(found["subgroups"][0]["groups"][0]["scores"]) == {"accuracy", "log_loss"}
    assert len(found["worst"]) == 3
    assert set(found["worst"][0]) == {"row_id", "fold", "truth", "label", "loss"}
    assert (found["shap"], found["left_out"], found["schema"]) == (None, {}, 1)


def test_nothing_costly_is_done_that_nobody_asked_for(tmp_path: Path) -> None:
    found = told(tmp_path)
    assert (found["importance"], found["partial_dependence"], found["subgroups"]) == (None, None, None)
    assert found["coefficients"]["groups"]
    assert len(found["worst"]) == 10
    bare = told(tmp_path, interpret={"terms": 0, "worst": 0})
    assert all(bare[part] is None for part in ("importance", "coefficients", "partial_dependence", "worst"))


def test_with_a_report_the_importance_is_computed_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner.api, "write_run_page", lambda folder: None)
    monkeypatch.setattr("runner.execute.interpreting.importance._SECONDS", 60)
    found = told(tmp_path, report="html")
    assert found["importance"]["features"][0]["name"] == "size"
    assert len(found["partial_dependence"]) == 3


def test_curves_of_named_columns_need_no_importance_and_wrong_names_are_told(tmp_path: Path) -> None:
    section = {"importance": False, "partial_dependence": ["age", "agee"], "subgroups": ["jobb"]}
    outcome = runner.run({**EXPERIMENT, "interpret": section}, outputs=tmp_path)
    found = strict_json.read(outcome.path / layout.INTERPRETATION)
    assert [one["feature"] for one in found["partial_dependence"]] == ["age"]
    assert "Did you mean 'age'" in found["left_out"]["partial dependence of agee"]
    assert any(
        note.startswith(
            "no subgroups of jobb in the interpretation: the data have no column 'jobb'. Did you mean 'job'"
        )
        for note in outcome.remarks
    )


@pytest.mark.parametrize(
    ("changes", "which"),
    [
        ({"splitter": {"use": "stratified_kfold", "folds": 3}}, "the model of fold 1 of 3"),
        ({"splitter": "judged_folds"}, "the model of the last judgement"),
        ({"splitter": "three_way"}, "the model that was scored"),
    ],
    ids=["kfold", "judged", "three_way"],
)
def test_the_model_is_one_that_has_rows_it_has_not_seen(tmp_path: Path, changes: Any, which: str) -> None:
    found = told(tmp_path, **changes, interpret=ALL)
    assert found["importance"]["note"].startswith(f"Importance for {which}, whose accuracy is")
    rows = sum(group["rows"] for group in found["subgroups"][0]["groups"])
    assert rows == (160 if which.endswith("3") else found["importance"]["rows"])
    if which.endswith("3"):
        assert "trained on all rows and is shipped" in found["coefficients"]["note"]


@pytest.mark.parametrize(
    ("model", "coefficients"),
    [
        ({"use": "softmax", "epochs": 5}, True),
        ({"use": "RandomForestClassifier", "n_estimators": 5}, False),
        ({"use": "tuned_threshold", "model": {"use": "LogisticRegression"}}, True),
        ({"use": "calibrated", "model": {"use": "LinearSVC"}}, False),
    ],
    ids=["gradient", "forest", "threshold", "calibrated"],
)
def test_every_sort_of_classifier_is_told_of(tmp_path: Path, model: Any, coefficients: bool) -> None:
    more = {"optimizer": "adam"} if model["use"] == "softmax" else {}
    found = told(tmp_path, model=model, metrics=["accuracy"], interpret=ALL, **more)
    assert found["importance"]["features"][0]["name"] in ("size", "job")
    assert (found["coefficients"] is not None) == coefficients
    assert coefficients or "has no coefficients" in found["left_out"]["coefficients"]
    assert found["partial_dependence"]


def test_a_regression_is_told_of_by_its_error(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        source={"use": "sklearn_dataset", "name": "diabetes"},
        splitter="holdout",
        transforms=[],
        model="Ridge",
        metrics=["mae"],
        interpret={"importance": True},
    )
    assert found["importance"]["features"][0]["mean"] > 0
    assert found["coefficients"]["classes"] is None
    assert found["worst"][0]["loss"] == pytest.approx(abs(found["worst"][0]["truth"] - found["worst"][0]["label"]))


def test_images_are_shuffled_in_blocks(tmp_path: Path) -> None:
    outcome = runner.run(
        {
            "source": {"use": "sklearn_dataset", "name": "digits"},
            "splitter": "stratified_holdout",
            "transforms": ["image_to_matrix"],
            "model": {"use": "softmax", "epochs": 5},
            "optimizer": {"use": "momentum", "learning_rate": 0.2},
            "metrics": ["accuracy"],
            "exporters": [],
            "interpret": {"importance": True},
        },
        outputs=tmp_path,
    )
    found = strict_json.read(outcome.path / layout.INTERPRETATION)
    assert len(found["importance"]["features"]) == 16
    assert "Neighbours are shuffled together" in found["importance"]["note"]
    assert found["partial_dependence"] is None
    assert found["coefficients"]["groups"][0]["terms"][0]["name"].startswith("pixel_")


def test_of_rows_that_came_in_batches_only_the_coefficients_are_told(tmp_path: Path) -> None:
    TABLE.to_csv(tmp_path / "rows.csv", index=False)
    found = told(
        tmp_path / "outputs",
        source={"use": "csv", "path": str(tmp_path / "rows.csv"), "target": "kind", "stream": True, "drop": ["job"]},
        splitter="hashed_holdout",
        transforms=[],
        model="SGDClassifier",
        metrics=["accuracy"],
        interpret=ALL,
    )
    assert (found["importance"], found["subgroups"], found["worst"]) == (None, None, None)
    assert "came in batches" in found["left_out"]["importance"]
    assert "no held-out row was kept" in found["left_out"]["worst"]
    assert {term["name"] for term in found["coefficients"]["groups"][0]["terms"]} == {"size", "age"}


def test_a_fault_in_the_interpretation_never_fails_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(module, "worst_rows", broken)
    outcome = runner.run(EXPERIMENT, outputs=tmp_path)
    found = strict_json.read(outcome.path / layout.INTERPRETATION)
    assert found["worst"] is None
    assert found["left_out"]["worst"] == "ZeroDivisionError: ours"
    assert "ZeroDivisionError: ours" in (outcome.path / layout.LOG).read_text()
