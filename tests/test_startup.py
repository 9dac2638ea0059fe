"""Start-up is part of the product: looking at things must not import scikit-learn."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("sklearn", "pandas", "scipy", "torch", "skops", "matplotlib", "jinja2", "uvicorn")

PROBE = """
import json, sys
from runner.cli import main
try:
    code = main(json.loads(sys.argv[1]))
except SystemExit as left:
    code = left.code
loaded = [name for name in {heavy!r} if name in sys.modules]
print("LOADED", json.dumps([code, loaded]))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["--cfg", "job"],
        ["+experiment=digits", "--cfg", "job"],
        ["+experiment=forest", "--cfg", "job"],
        ["+experiment=docstrings", "--cfg", "job"],
        ["plugins"],
        ["plugins", "model", "RandomForestClassifier"],
        ["ls"],
        ["serve", "--help"],
        ["predict", "--help"],
    ],
    ids=" ".join,
)
def test_looking_imports_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    answers = words[0] == "predict"  # which is of arrays from end to end
    probe = PROBE.format(heavy=HEAVY if answers else ("numpy", *HEAVY))
    command = [sys.executable, "-P", "-c", probe, json.dumps(words)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    code, loaded = json.loads(done.stdout.rpartition("LOADED")[2])
    assert (code or 0, loaded) == (0, []), done.stdout + done.stderr
    assert not (tmp_path / "outputs").exists()


def test_completing_a_word_imports_nothing_heavy(tmp_path: Path) -> None:
    probe = PROBE.format(heavy=HEAVY)
    command = [sys.executable, "-P", "-c", probe, json.dumps(["-sc", "query=bash"])]
    environment = {"COMP_LINE": "runner model=soft", "COMP_POINT": "17", "COMP_CWORD": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=True, env={**environment, "PATH": "/usr/bin"}
    )
    assert "model=softmax" in done.stdout.split("LOADED")[0].split()
    assert json.loads(done.stdout.rpartition("LOADED")[2])[1] == []
