"""An export is asked by an interpreter of its own, which knows nothing of the run."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from runner.contracts import FinishedRun
from runner.data import Dataset
from runner.errors import IntegrityError
from runner.ship.asking import Question, answered, asked_afresh, main
from runner.ship.rows import plain_rows
from runner.ship.signature import Signature
from runner_builtin.exporters.skops_exporter import SkopsExporter

ROWS = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": ["1", "0", "1", "0"]})
SIGNATURE = Signature.of(Dataset.of(ROWS[["a"]]), classes=["no", "ja, ß"], probabilities=True)
SKOPS = "runner_builtin.exporters.skops_exporter:SkopsExporter"


def question(tmp_path: Path, exporter: str = SKOPS) -> tuple[Question, Any]:
    labels = np.array(["no", "no", "ja, ß", "ja, ß"])
    pipeline = Pipeline([("model", LogisticRegression())]).fit(ROWS[["a"]], labels)
    run = FinishedRun("case", pipeline, Dataset.of(ROWS[["a"]], labels), {}, list(pipeline.classes_))
    (path,) = SkopsExporter().export(run, tmp_path)
    columns = plain_rows(SIGNATURE, ROWS[["a"]])
    return Question(exporter, {"compression": 1}, str(path), [], SIGNATURE, columns), pipeline


def test_a_fresh_interpreter_answers_like_this_one_and_says_how_long_it_took(tmp_path: Path) -> None:
    asked, pipeline = question(tmp_path)
    reply, here = asked_afresh(asked), answered(asked, pipeline)
    assert reply.answers.labels.tolist() == here.answers.labels.tolist() == ["no", "no", "ja, ß", "ja, ß"]
    np.testing.assert_array_equal(reply.answers.probabilities, here.answers.probabilities)
    assert reply.latency > 0
    assert reply.load > 0


def test_a_module_of_the_folder_one_stands_in_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IntegrityError, match=r"a fresh interpreter cannot use it: .*nowhere"):
        asked_afresh(question(tmp_path, exporter="nowhere:Exporter")[0])


class Numbers:
    """An exporter of a model that answers with whole numbers, several of each row."""

    def load(self, path: Path, trusted_types: Collection[str]) -> Any:
        del path, trusted_types
        return self

    def predict(self, rows: Any) -> Any:
        return np.column_stack([np.arange(len(rows)), np.arange(len(rows))])


def test_numbers_of_several_targets_come_back_as_numbers(tmp_path: Path) -> None:
    asked, _ = question(tmp_path)
    import json

    told = {
        "exporter": f"{Numbers.__module__}:Numbers", "settings": {}, "path": "x", "trusted": [],
        "signature": SIGNATURE.plain(), "columns": dict(asked.columns), "vouched": None,
    }  # fmt: skip
    (tmp_path / "question.json").write_text(json.dumps(told), encoding="utf-8")
    main(str(tmp_path))
    with np.load(tmp_path / "answers.npz") as arrays:
        assert arrays["labels"].tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]
