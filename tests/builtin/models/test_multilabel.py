"""Rows with several labels, from the source to the record of what was predicted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.datasets import make_multilabel_classification
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

import runner
from runner.errors import ConfigError, DataError
from runner.label_sets import indicator, texts_of
from runner.record import layout, strict_json
from runner.record.predictions import read_predictions
from runner_builtin.models.multilabel import Multilabel

NAMES = {
    "f1_micro": {},
    "f1_samples": {},
    "precision_weighted": {},
    "recall_macro": {},
    "jaccard_samples": {},
    "hamming_loss": {},
    "roc_auc_score": {"average": "macro"},
    "average_precision_score": {"average": "micro"},
    "label_ranking_average_precision_score": {},
    "coverage_error": {},
}
SCORERS = {
    name: {"use": "scorer", "name": name, "label_sets": True, **({"options": options} if options else {})}
    for name, options in NAMES.items()
}
EXPERIMENT: dict[str, Any] = {
    "source": {
        "use": "generated",
        "make": "multilabel_classification",
        "n_samples": 400,
        "options": {"n_classes": 4, "n_labels": 2},
        "random_state": 0,
    },
    "splitter": "holdout",
    "transforms": ["standard_scale"],
    "model": {"use": "multilabel", "model": {"use": "LogisticRegression"}},
    "metrics": {"accuracy": {"use": "accuracy"}, **SCORERS},
}


def rows() -> tuple[Any, Any]:
    return make_multilabel_classification(400, n_classes=4, n_labels=2, random_state=0)


def test_it_is_one_classifier_against_the_rest_for_each_label() -> None:
    X, table = rows()
    fitted = Multilabel(model=LogisticRegression(max_iter=1000)).fit(X, texts_of(table, "abcd"))
    expected = OneVsRestClassifier(LogisticRegression(max_iter=1000)).fit(X, table)
    assert fitted.classes_.tolist() == list("abcd")
    assert fitted.predict(X).tolist() == texts_of(expected.predict(X), "abcd").tolist()
    np.testing.assert_array_equal(fitted.predict_proba(X), expected.predict_proba(X))
    np.testing.assert_array_equal(fitted.decision_function(X), expected.decision_function(X))
    assert fitted.coef_.shape == (4, 20)


def test_a_model_without_chances_has_scores_only() -> None:
    X, table = rows()
    fitted = Multilabel(model=LinearSVC()).fit(X, texts_of(table, "abcd"))
    assert not hasattr(fitted, "predict_proba")
    assert fitted.decision_function(X).shape == (400, 4)


def test_a_single_label_and_one_that_all_rows_have_can_be_learned() -> None:
    X, table = rows()
    alone = Multilabel(model=LogisticRegression(max_iter=1000)).fit(X, texts_of(table[:, :1], ["a"]))
    assert alone.predict_proba(X).shape == (400, 1)
    assert set(alone.predict(X).tolist()) == {"", "a"}
    everywhere = np.column_stack([table[:, 0], np.ones(400)])
    assert all(
        "z" in text for text in Multilabel(model=LogisticRegression()).fit(X, texts_of(everywhere, "az")).predict(X)
    )


def test_targets_that_are_no_sets_of_labels_are_refused() -> None:
    X = np.zeros((4, 2))
    with pytest.raises(DataError, match="a text of labels such as 'comedy;drama', found"):
        Multilabel(model=LogisticRegression()).fit(X, np.array([0, 1, 0, 1]))
    with pytest.raises(DataError, match="none of 4 training rows has a label"):
        Multilabel(model=LogisticRegression()).fit(X, np.array([""] * 4))
    with pytest.raises(DataError, match="'b;a' is no set of labels"):
        Multilabel(model=LogisticRegression()).fit(X, np.array(["b;a", "a", "b", "a"]))
    with pytest.raises(ConfigError, match="goes around a classifier, found LinearRegression"):
        Multilabel(model=LinearRegression()).fit(X, np.array(["a"] * 4))


@pytest.mark.parametrize(
    "inner",
    [
        {"use": "LogisticRegression"},
        {"use": "RandomForestClassifier", "n_estimators": 10},
        {"use": "mlp", "epochs": 5, "hidden": [8]},
    ],
    ids=["linear", "forest", "network"],
)
def test_a_run_scores_records_and_ships_several_labels_a_row(tmp_path: Path, inner: Any) -> None:
    chosen = {"optimizer": "adam"} if inner["use"] == "mlp" else {}
    outcome = runner.run({**EXPERIMENT, "model": {"use": "multilabel", "model": inner}, **chosen}, outputs=tmp_path)
    part = read_predictions(outcome.path / layout.PREDICTIONS)[0]
    labels = list("0123")
    truth, said = indicator(_texts(part.truth), labels).astype(int), indicator(_texts(part.prediction.labels), labels)
    chances = part.prediction.probabilities
    assert chances is not None
    assert chances.shape == (100, 4)
    np.testing.assert_array_equal(said, chances > 0.5)
    total = {name: total.mean for name, total in outcome.metrics.total.items()}
    expected = {
        "accuracy": metrics.accuracy_score(truth, said),
        "f1_micro": metrics.f1_score(truth, said, average="micro"),
        "f1_samples": metrics.f1_score(truth, said, average="samples", zero_division=0),
        "precision_weighted": metrics.precision_score(truth, said, average="weighted", zero_division=0),
        "recall_macro": metrics.recall_score(truth, said, average="macro"),
        "jaccard_samples": metrics.jaccard_score(truth, said, average="samples", zero_division=0),
        "hamming_loss": metrics.hamming_loss(truth, said),
    }
    assert {name: total[name] for name in expected} == expected
    if inner["use"] == "RandomForestClassifier":
        assert total["roc_auc_score"] == metrics.roc_auc_score(truth, chances)
        assert total["label_ranking_average_precision_score"] == (
            metrics.label_ranking_average_precision_score(truth, chances)
        )
    loaded = runner.load(outcome.path)
    assert set(loaded.predict(rows()[0]).tolist()) <= set(
        texts_of(np.array(list(np.ndindex(2, 2, 2, 2))), labels).tolist()
    )
    told = strict_json.read(outcome.path / layout.INTERPRETATION)
    assert (told["coefficients"] is not None) == (inner["use"] == "LogisticRegression")
    assert told["worst"][0]["loss"] > told["worst"][-1]["loss"]


def _texts(labels: Any) -> Any:
    return np.array(["" if label is None else str(label) for label in labels.tolist()])


def test_lists_in_a_column_and_tables_of_0_and_1_are_targets(tmp_path: Path) -> None:
    X, table = rows()
    frame = pd.DataFrame(X).rename(columns=str)
    names = ["sport", "news", "art", "law"]
    lists = [[name for name, has in zip(names, row, strict=True) if has] for row in table.tolist()]
    sources: list[dict[str, Any]] = [
        {"use": "in_memory", "features": frame, "target": pd.DataFrame(table, columns=names)},
        {"use": "in_memory", "features": frame.assign(topics=lists), "target": "topics"},
    ]
    scores = [
        runner.run({**EXPERIMENT, "source": source, "exporters": []}, outputs=tmp_path).metrics.total
        for source in sources
    ]
    assert scores[0] == scores[1]
    with pytest.raises(DataError, match="several labels a row are told by 0 and 1 only"):
        runner.run(
            {**EXPERIMENT, "source": {"use": "in_memory", "features": frame, "target": table * 2}}, outputs=tmp_path
        )


def test_texts_of_a_file_are_read_by_a_cleaner(tmp_path: Path) -> None:
    X, table = rows()
    texts = [
        ", ".join(reversed([name for name, has in zip("abcd", row, strict=True) if has])) or "none" for row in table
    ]
    pd.DataFrame(X).rename(columns=str).assign(topics=texts).to_csv(tmp_path / "rows.csv", index=False)
    source = {"use": "csv", "path": str(tmp_path / "rows.csv"), "target": "topics"}
    cleaner = {"use": "label_sets", "nothing": "none"}
    outcome = runner.run({**EXPERIMENT, "source": source, "cleaners": [cleaner]}, outputs=tmp_path / "outputs")
    assert outcome.metrics.total["accuracy"].mean > 0.3  # type: ignore[operator]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"metrics": ["f1"]},
            "metrics.f1: .* is for rows of one class each, and model 'multilabel' gives each row several",
        ),
        ({"metrics": ["confusion_matrix"]}, "one class each"),
        ({"metrics": {"s": {"use": "scorer", "name": "f1_micro"}}}, "one class each"),
        (
            {"model": "LogisticRegression", "metrics": {"s": SCORERS["f1_micro"]}},
            "set to read sets of labels, and model 'LogisticRegression' gives each row one class",
        ),
    ],
    ids=["f1", "confusion", "scorer", "one class"],
)
def test_metrics_of_the_other_sort_are_refused_before_anything_runs(tmp_path: Path, changes: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        runner.run({**EXPERIMENT, **changes}, outputs=tmp_path / "outputs")
    assert not (tmp_path / "outputs").exists()


def test_a_label_that_no_training_row_had_is_told_and_not_scored_away(tmp_path: Path) -> None:
    X, table = rows()
    texts = texts_of(table, "abcd").astype(object)
    texts[350] = "rare"
    source = {"use": "in_memory", "features": X, "target": texts.astype(str)}
    splitter = {"use": "holdout", "shuffle": False}
    with pytest.raises(DataError, match=r"labels that no training row had \('rare'\)"):
        runner.run({**EXPERIMENT, "source": source, "splitter": splitter}, outputs=tmp_path)
