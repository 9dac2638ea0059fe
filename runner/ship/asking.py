"""An export asked in an interpreter of its own: `python -m runner.ship.asking FOLDER`.

FOLDER/question.json says which exporter wrote what where, and with which types it may be read; the rows lie beside
it. The answers go to FOLDER/answers.npz and FOLDER/answers.json. Nothing here knows how the model was trained.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import IntegrityError
from runner.record import strict_json
from runner.ship.answers import Answers, ask, latency
from runner.ship.rows import features_of
from runner.ship.signature import Signature

#: Longer than this nobody waits for a model to be loaded and asked.
_SECONDS = 600


@dataclass(frozen=True)
class Question:
    """An export to be asked. exporter: "package.module:Class"; settings: it was made with; path: of its file."""

    exporter: str
    settings: Mapping[str, Any]
    path: str
    trusted: Sequence[str]
    signature: Signature
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """What came back. latency: seconds for one row alone, the median; load: seconds to load."""

    answers: Answers
    latency: float
    load: float


def asked_afresh(question: Question) -> Reply:
    """Have a fresh interpreter load the export and answer. Raises IntegrityError with what it said if it cannot."""
    with TemporaryDirectory(prefix="runner-proof-") as folder:
        place = Path(folder)
        told = {
            "exporter": question.exporter,
            "settings": dict(question.settings),
            "path": os.path.abspath(question.path),
            "trusted": sorted(question.trusted),
            "signature": question.signature.plain(),
            "columns": dict(question.columns),
        }
        (place / "question.json").write_text(json.dumps(told), encoding="utf-8")
        # -P: a file of the folder one stands in must not pass for a module
        command = [sys.executable, "-P", "-m", "runner.ship.asking", folder]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise IntegrityError(f"a fresh interpreter did not answer within {_SECONDS} seconds") from None
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or [f"it ended with exit code {done.returncode}"]
            raise IntegrityError(f"a fresh interpreter cannot use it: {last[0][:1000]}")
        return _reply(place)


def answered(question: Question, model: Any, load: float = 0.0) -> Reply:
    """Ask a model that is loaded already."""
    features = features_of(question.signature, question.columns)
    answers = ask(model, features)
    one = features.iloc[:1] if hasattr(features, "iloc") else features[:1]
    return Reply(answers, latency(model, one), load)


def _reply(place: Path) -> Reply:
    told = strict_json.read(place / "answers.json")
    with np.load(place / "answers.npz", allow_pickle=False) as arrays:
        probabilities = arrays.get("probabilities")
        labels = arrays["labels"] if "labels" in arrays else _texts(told["labels"], told["shape"])
    return Reply(Answers(labels, probabilities), told["latency"], told["load"])


def _texts(labels: Sequence[str], shape: Sequence[int]) -> NDArray[Any]:
    return np.asarray(labels, dtype=object).reshape(shape)


def main(folder: str) -> None:
    """Answer the question in a folder."""
    place = Path(folder)
    told = json.loads((place / "question.json").read_text(encoding="utf-8"))
    module, _, name = told["exporter"].partition(":")
    exporter = getattr(import_module(module), name)(**told["settings"])
    start = time.perf_counter()
    model = exporter.load(Path(told["path"]), frozenset(told["trusted"]))
    load = time.perf_counter() - start
    question = Question(
        told["exporter"], told["settings"], told["path"], told["trusted"], Signature.read(told["signature"]),
        told["columns"],
    )  # fmt: skip
    reply = answered(question, model, load)
    labels, probabilities = reply.answers.labels, reply.answers.probabilities
    arrays = {} if probabilities is None else {"probabilities": probabilities}
    plain: dict[str, Any] = {"latency": reply.latency, "load": reply.load}
    if labels.dtype.kind in "biuf":
        arrays["labels"] = labels
    else:
        plain |= {"labels": [str(label) for label in labels.ravel().tolist()], "shape": list(labels.shape)}
    np.savez(place / "answers.npz", **arrays)  # type: ignore[arg-type]
    (place / "answers.json").write_text(strict_json.dumps(plain), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
