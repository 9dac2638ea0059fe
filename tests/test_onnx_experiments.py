"""The shipped experiments as ONNX, by declaration: each export answers a thousand rows and those at the edge alike.

One of them is run always; pytest's -m long runs the others.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import runner
from runner.testing import Project

DATA = Path(__file__).parents[2] / "shared" / "data"

#: Experiment -> (settings, rows asked at least).
SHIPPED = {
    "digits": (["model.epochs=2"], 1000),
    "breast_cancer": (["model.epochs=2"], 569),
    "docstrings": (["model.epochs=2"], 700),
    "forest": (["model.n_estimators=10"], 178),
    "sms_spam": (["model.epochs=2", f"source.path={DATA}/sms-spam/SMSSpamCollection"], 1000),
    "wine_quality": (["model.epochs=2", f"source.path={DATA}/wine-quality/winequality-red.csv"], 1000),
    "adult": (
        ["model.epochs=1", *(f"source.sources.{p}.path={DATA}/adult/adult-{p}.csv" for p in ("train", "test"))],
        1000,
    ),
}


@pytest.mark.parametrize(
    "name", ["sms_spam", *(pytest.param(name, marks=pytest.mark.long) for name in SHIPPED if name != "sms_spam")]
)
def test_a_shipped_experiment_leaves_as_onnx_and_answers_alike(name: str, tmp_path: Path) -> None:
    settings, least = SHIPPED[name]
    files = [setting.partition("=")[2] for setting in settings if "path=" in setting]
    if not all(Path(file).is_file() for file in files):
        pytest.skip("its data are not here")
    run = Project(tmp_path).run(f"+experiment={name}", "exporters=[skops,onnx]", *settings, timeout=300)
    folder = run.assert_success().run.path
    proof = json.loads((folder / "proofs.json").read_text())["onnx"]
    assert proof["rows"] >= least
    assert proof["fresh"]
    assert proof["edge_rows"] > 0
    assert (proof["labels"], proof["worst"] < 1e-5) == (0, True)
    if name == "sms_spam":
        _texts_of_all_scripts_are_answered_exactly(folder)


def _texts_of_all_scripts_are_answered_exactly(folder: Path) -> None:
    texts = [
        "WINNER!! Claim your FREE prize",
        "İstanbul'da görüşürüz",
        "ΟΔΥΣΣΕΥΣ ΣΑΣ",
        "明天见 call me",
        "été \u0301 STRASSE ẞ",
        "",
    ]
    pipeline, graph = runner.load(folder), runner.load(folder, engine="onnx")
    assert graph.predict(texts).tolist() == pipeline.predict(texts).tolist()
    assert abs(graph.predict_proba(texts) - pipeline.predict_proba(texts)).max() < 1e-6
