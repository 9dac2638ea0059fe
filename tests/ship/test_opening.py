"""Which export answers is read from the proofs, and a run without a model says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runner.errors import ConfigError, IntegrityError
from runner.record.read import Run
from runner.ship.opening import chosen_engine, signature_of

PROOFS: dict[str, Any] = {
    "skops": {"latency": 1e-3, "changed": 0.0},
    "graph": {"latency": 1e-4, "changed": 0.0},
    "rounded": {"latency": 1e-5, "changed": 0.02},
    "pickle": None,
}


def opened(make_run: Any, **files: Any) -> Run:
    path: Path = make_run(
        files={name.replace("_json", ".json"): json.dumps(record) for name, record in files.items()}
    )
    return Run.open(path)


def test_the_fastest_export_that_changes_no_label_answers(make_run: Any) -> None:
    run = opened(make_run, proofs_json=PROOFS)
    assert [chosen_engine(run, engine) for engine in ("auto", "sklearn", "rounded")] == ["graph", None, "rounded"]


def test_without_proofs_the_pipeline_answers(make_run: Any) -> None:
    assert chosen_engine(opened(make_run), "auto") is None


@pytest.mark.parametrize(("engine", "told"), [("grapf", "Did you mean 'graph'"), ("pickle", "no proven export")])
def test_an_engine_that_is_not_proven_is_refused(make_run: Any, engine: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        chosen_engine(opened(make_run, proofs_json=PROOFS), engine)


def test_a_run_without_a_signature_and_one_with_nonsense_are_told(make_run: Any) -> None:
    with pytest.raises(ConfigError, match=r"has no signature\.json: it shipped no model"):
        signature_of(opened(make_run))
    with pytest.raises(IntegrityError, match="is no signature"):
        signature_of(opened(make_run, signature_json={"inputs": 7}))
