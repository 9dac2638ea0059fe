"""A bundle for the edge: proven graphs, golden questions, and a program that needs onnxruntime and NumPy only."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from runner.contracts import Deployer
from runner.data import Dataset
from runner.errors import ConfigError
from runner.execute.cleaning import Repair
from runner.record import layout, manifest, strict_json
from runner.ship.golden import golden
from runner.ship.signature import Signature
from runner_builtin.cleaners.fill_missing import FillMissing
from runner_builtin.deployers import edge_predict
from runner_builtin.deployers.edge_onnx import EdgeOnnx
from runner_builtin.exporters.onnx_exporter import OnnxExporter
from runner_builtin.exporters.onnx_int8_exporter import OnnxInt8Exporter
from runner_builtin.models.linear_models import SoftmaxClassifier
from runner_builtin.transforms.tfidf import Tfidf
from tests.builtin.onnx.onnx_cases import finished

RNG = np.random.default_rng(0)
ROWS = pd.DataFrame(
    {
        "job": RNG.choice(["nurse", "cook", "ß ñ"], 80),
        "pay": RNG.normal(1000, 100, 80),
        "note": RNG.choice(["rain and sun", "no, sun", "İstanbul rain"], 80),
    }
)
LABELS = np.where(RNG.random(80) < 0.5, "no", "yes")
PROOF = {"rows": 80, "edge_rows": 9, "labels": 1, "worst": 2e-7, "latency": 1e-4}


def pipeline() -> Pipeline:
    filling = FillMissing(columns=["pay"]).fit(Dataset.of(ROWS, LABELS))
    router = ColumnTransformer(
        [
            ("one_hot", OneHotEncoder(handle_unknown="ignore"), ["job"]),
            ("scale", StandardScaler(), ["pay"]),
            ("tfidf", Tfidf(), "note"),
        ]
    )
    steps = [("repair", Repair([filling])), ("routes", router), ("model", SoftmaxClassifier(epochs=3))]
    return Pipeline(steps).fit(ROWS, LABELS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, Path]:
    """Deploy the bundle of a model of a mixed table."""
    bundle, folder = tmp_path_factory.mktemp("bundle"), tmp_path_factory.mktemp("edge")
    fitted = pipeline()
    for name, exporter in (("onnx", OnnxExporter()), ("onnx_int8", OnnxInt8Exporter())):
        (bundle / layout.ARTIFACTS / name).mkdir(parents=True)
        exporter.export(finished(fitted, ROWS, LABELS), bundle / layout.ARTIFACTS / name)
    signature = Signature.of(Dataset.of(ROWS), classes=["no", "yes"], probabilities=True)
    strict_json.write(bundle / layout.SIGNATURE, signature.plain())
    strict_json.write(bundle / layout.GOLDEN, golden(fitted, signature))
    strict_json.write(bundle / layout.PROOFS, {"onnx": PROOF, "onnx_int8": None})
    (bundle / layout.CARD).write_text("# card\n")
    assert isinstance(EdgeOnnx(), Deployer)
    EdgeOnnx().deploy(bundle, folder)
    return fitted, folder


@pytest.fixture
def edge(made: tuple[Pipeline, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the folder, in which `edge_predict` looks for the model."""
    folder = tmp_path / "edge"
    shutil.copytree(made[1], folder)
    monkeypatch.setattr(edge_predict, "HERE", folder)
    return folder


def answered(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], np.ndarray]:
    lines = list(csv.reader(capsys.readouterr().out.splitlines()))
    assert lines[0] == ["predict", "predict_proba no", "predict_proba yes"]
    return [line[0] for line in lines[1:]], np.array([line[1:] for line in lines[1:]], dtype=float)


def test_the_folder_agrees_with_its_manifest_and_tells_what_was_measured(made: tuple[Pipeline, Path]) -> None:
    _, folder = made
    manifest.verify(folder)
    assert {path.name for path in folder.iterdir()} >= {
        "model.onnx", "model.int8.onnx", "predict.py", "signature.json", "golden.json", "MODEL_CARD.md",
        "requirements.lock", "manifest.json", "README.md",
    }  # fmt: skip
    told = (folder / "README.md").read_text()
    assert (
        f"| model.onnx | {(folder / 'model.onnx').stat().st_size:,} | 89 rows | 1 (1.12%) | 2e-07 | 0.1 ms |" in told
    )
    assert "| not measured |" in told
    locked = (folder / "requirements.lock").read_text().splitlines()
    assert all(line.count("==") == 1 for line in locked)
    assert {"numpy", "onnxruntime"} <= {line.split("==")[0] for line in locked}


def test_rows_of_csv_and_of_json_are_answered_like_the_pipeline_answers_them(
    made: tuple[Pipeline, Path], edge: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ROWS.iloc[:20].assign(pay=ROWS["pay"].where(ROWS.index[:80] % 3 > 0))
    rows.to_csv(edge / "rows.csv", index=False)
    rows.to_json(edge / "rows.json", orient="records")
    for name in ("rows.csv", "rows.json"):
        assert edge_predict.main([str(edge / name)]) == 0
        labels, chances = answered(capsys)
        assert labels == made[0].predict(rows).tolist()
        np.testing.assert_allclose(chances, made[0].predict_proba(rows), atol=1e-6)


def test_the_golden_questions_are_met_by_both_graphs(edge: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert edge_predict.main(["--check"]) == 0
    assert "0 other labels" in capsys.readouterr().out
    assert edge_predict.main(["--check", "--graph", "model.int8.onnx"]) == 0
    told = json.loads((edge / "golden.json").read_text())
    told["predict_proba"][0] = told["predict_proba"][0][::-1]
    (edge / "golden.json").write_text(json.dumps(told))
    strict_json.write(edge / "manifest.json", manifest.build(edge))
    assert edge_predict.main(["--check"]) == 7


@pytest.mark.parametrize("name", ["model.onnx", "golden.json", "signature.json"])
def test_a_folder_that_was_changed_is_refused_before_anything_is_loaded(
    name: str, edge: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bytearray((edge / name).read_bytes())
    content[len(content) // 2] ^= 1
    (edge / name).write_bytes(bytes(content))
    assert edge_predict.main(["--check"]) == 6
    assert f"{name} is not as it was written" in capsys.readouterr().err
    (edge / name).unlink()
    assert edge_predict.main(["--check"]) == 6
    assert f"{name} is missing" in capsys.readouterr().err
    (edge / "manifest.json").write_text("{")
    assert edge_predict.main(["--check"]) == 6


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("job,note\nnurse,sun\n", 3, "there is no column 'pay'"),
        ("job,pay,note\nnurse,much,sun\n", 3, "line 2: 'much' in column 'pay' is no number"),
        ("job,pay,note\nnurse,1\n", 3, "line 2: 2 values where the first line names 3"),
        ("job,pay,note\nnurse,1,\n", 3, "row 0 lacks a text in 'note', and no step fills it"),
        ("", 3, "is empty"),
        ("[1, 2]", 3, "give a list of objects"),
        ("[{", 3, "is no JSON"),
        ('{"job": ["a"], "pay": [1, 2], "note": ["b"]}', 3, "different numbers of rows"),
    ],
)
def test_rows_that_cannot_be_read_or_answered_are_told_by_their_place(
    text: str, code: int, told: str, edge: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (edge / "rows").write_text(text)
    assert edge_predict.main([str(edge / "rows")]) == code
    assert told in capsys.readouterr().err


def test_wrong_commands_are_told(edge: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert edge_predict.main([]) == 2
    assert "name a file of rows" in capsys.readouterr().err
    assert edge_predict.main(["--check", "--graph", "other.onnx"]) == 2
    assert "there is no graph 'other.onnx'; there are" in capsys.readouterr().err
    assert edge_predict.main([str(edge / "nothing.csv")]) == 3


def test_a_bundle_without_a_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "artifacts/skops").mkdir(parents=True)
    (tmp_path / "edge").mkdir()
    with pytest.raises(ConfigError, match=r"needs the model as an ONNX graph.*exporters=\[skops,onnx\]"):
        EdgeOnnx().deploy(tmp_path, tmp_path / "edge")


@pytest.mark.slow
def test_a_machine_with_nothing_but_the_lock_answers(made: tuple[Pipeline, Path], tmp_path: Path) -> None:
    folder = tmp_path / "edge"
    shutil.copytree(made[1], folder)
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv/bin/python"
    lock = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(folder / "requirements.lock")]
    installed: Any = subprocess.run([python, *lock], capture_output=True, text=True, check=False)
    if installed.returncode and "onnxruntime" in installed.stderr:
        pytest.skip("the packages cannot be had here")
    assert installed.returncode == 0, installed.stderr
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def asked(*words: str) -> Any:
        command = [python, "-I", "-W", "error", str(folder / "predict.py"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=bare, cwd=tmp_path)

    held = asked("--check")
    assert held.returncode == 0, held.stderr
    ROWS.iloc[:5].to_csv(tmp_path / "rows.csv", index=False)
    answers = asked("rows.csv")
    assert [line.split(",")[0] for line in answers.stdout.splitlines()[1:]] == made[0].predict(ROWS.iloc[:5]).tolist()
    there = [
        python,
        "-c",
        "import importlib.util as u; print(u.find_spec('sklearn'), u.find_spec('pandas'), u.find_spec('runner'))",
    ]
    assert (
        subprocess.run(there, capture_output=True, text=True, check=True, cwd=tmp_path).stdout.split() == ["None"] * 3
    )
    with open(folder / "model.onnx", "r+b") as graph:
        graph.write(b"\x00\x00")
    assert asked("--check").returncode == 6
