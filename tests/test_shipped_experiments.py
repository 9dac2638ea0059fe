"""From data to an answering server and to C: shipped experiments, by one declaration each, asked over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import pytest

import runner
from runner.ship.golden import compared
from runner.ship.rows import features_of
from runner.ship.signature import MATRIX, Signature

pytest.importorskip("onnxruntime", reason="needs the extra 'onnx'")
pytest.importorskip("uvicorn", reason="needs the extra 'serve'")
pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")

MESSAGES = Path(__file__).parents[2] / "shared" / "data" / "sms-spam" / "SMSSpamCollection"
#: The rows of a request by which server and Python are compared.
ASKED = 5


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("digits", ("model.epochs=3",)),
        pytest.param("breast_cancer", ("model.epochs=3",), marks=pytest.mark.long),
        pytest.param("docstrings", ("model.epochs=3", "transforms.tfidf.max_features=500"), marks=pytest.mark.long),
        pytest.param(
            "sms_spam",
            (f"source.path={MESSAGES}", "model.epochs=3"),
            marks=pytest.mark.skipif(not MESSAGES.is_file(), reason="the messages are not here"),
        ),
    ],
)
def test_data_become_a_server_that_answers_and_a_program_in_c(
    name: str, words: Sequence[str], tmp_path: Path
) -> None:
    command("+experiment=" + name, *words, "exporters=[skops,onnx,c]", "deployers=[edge_c]", at=tmp_path)
    (run,) = tmp_path.glob(f"outputs/{name}/2*")
    proofs = json.loads((run / "proofs.json").read_text())
    assert all(proofs[engine]["labels"] == 0 and proofs[engine]["worst"] < 1e-4 for engine in ("skops", "onnx", "c"))
    command("ship", str(run), "--to", "bundle", at=tmp_path)
    bundle = tmp_path / "bundle"
    signature = Signature.read(json.loads((bundle / "signature.json").read_text()))
    golden = json.loads((bundle / "golden.json").read_text())
    assert compared(runner.load(bundle), signature, golden).within(1e-9)
    columns = {one.name: golden["columns"][one.name][:ASKED] for one in signature.inputs}
    expected = runner.load(run).predict_proba(features_of(signature, columns))
    for engine, near in (("sklearn", 1e-6), ("onnx", 1e-4)):
        assert np.abs(served(bundle, name, engine, signature, columns) - expected).max() <= near
    assert compiled(run / "deployments" / "edge_c")


def command(*words: str, at: Path) -> str:
    """Carry out a command in a folder, and return what it printed."""
    done = subprocess.run([sys.executable, "-m", "runner.cli", *words], cwd=at, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def served(bundle: Path, name: str, engine: str, signature: Signature, columns: dict[str, Any]) -> Any:
    """Start a server, ask it, and end it; return the probabilities."""
    words = ["serve", str(bundle), "--port", "0", "--engine", engine, "--notice", "0", "--json"]
    server = subprocess.Popen([sys.executable, "-m", "runner.cli", *words], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        url = json.loads(server.stdout.readline())["url"]
        inputs = [
            {
                "name": one.name,
                "datatype": one.datatype,
                "shape": list(np.shape(columns[one.name])) if one.name == MATRIX else [ASKED],
                "data": np.asarray(columns[one.name], dtype=object).ravel().tolist(),
            }
            for one in signature.inputs
        ]
        body = json.dumps({"inputs": inputs}).encode()
        request = Request(f"{url}/v2/models/{name}/infer", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            told = {one["name"]: one for one in json.load(answer)["outputs"]}
    finally:
        server.terminate()
        assert server.wait(60) == 0
        server.stdout.close()
    return np.reshape(told["predict_proba"]["data"], told["predict_proba"]["shape"])


def compiled(folder: Path) -> bool:
    """Have the C of a deployment compiled strictly, and let it answer its own golden questions."""
    strict = {**os.environ, "CFLAGS": "-O1 -std=c99 -Wall -Wextra -Werror -pedantic"}
    for made in [path.parent for path in folder.rglob("Makefile")]:
        done = subprocess.run(["make", "test"], cwd=made, env=strict, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return any(folder.rglob("Makefile"))
