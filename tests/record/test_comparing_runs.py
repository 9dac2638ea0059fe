from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from runner.record.comparing_runs import Comparison, compare_runs
from runner.record.read import Run
from runner.record.records import Metrics, Total

MACHINE = {
    "libraries": [{"user_api": "blas", "internal_api": "openblas", "version": "0.3", "num_threads": 2}],
    "variables": {},
    "cpu": {"model": "fast", "usable": 2, "features": "avx"},
    "python": {"implementation": "CPython", "version": "3.11.7"},
    "platform": {"system": "Linux", "machine": "x86_64", "libc": "glibc 2.36"},
}
OTHER_MACHINE = {**MACHINE, "cpu": {"model": "slow", "usable": 2, "features": "sse"}}


@pytest.fixture
def compared(make_run: Callable[..., Path]) -> Callable[..., Comparison]:
    """Compare two runs that are alike except for what is given of the second one."""

    def run(score: float, model: str, raw: str, machine: Mapping[str, Any]) -> Run:
        bits = {"folds": [{"transforms": "t", "model": model, "prediction": "p"}], "refit": None, "shipped": model}
        prints = {"raw": {"sha256": raw, "target": None}, "split": "s"}
        metrics = Metrics("f1", "maximize", [{"f1": score}], {"f1": Total(score, None, 1)})
        files = {"bits.json": json.dumps(bits), "env/threads.json": json.dumps(machine)}
        return Run.open(make_run(metrics=metrics, fingerprints=prints, files=files))

    def compare(
        score: float = 0.5,
        model: str = "m",
        raw: str = "r",
        machine: Mapping[str, Any] = MACHINE,
        tolerance: float = 1e-9,
    ) -> Comparison:
        return compare_runs(run(0.5, "m", "r", MACHINE), run(score, model, raw, machine), tolerance=tolerance)

    return compare


def test_runs_that_are_alike_are_the_same(compared: Callable[..., Comparison]) -> None:
    comparison = compared()
    assert (comparison.verdict, comparison.first, comparison.why) == ("same", None, [])


def test_what_one_of_the_two_did_not_record_is_unknown_and_no_difference(compared: Callable[..., Comparison]) -> None:
    clean = next(fact for fact in compared().bits if fact.what == "clean")
    assert (clean.same, clean.then) == (None, "not recorded")


def test_the_first_stage_that_differs_is_named(compared: Callable[..., Comparison]) -> None:
    assert compared(model="n").first == "model, fold 1"
    assert compared(model="n", raw="q").first == "raw"


def test_a_component_without_a_seed_is_suspected_where_nothing_else_differs(
    compared: Callable[..., Comparison],
) -> None:
    comparison = compared(model="n")
    assert comparison.verdict == "different"
    assert any("not recorded, so not compared: data" in text for text in comparison.why)


def test_another_machine_excuses_bits_and_no_score(compared: Callable[..., Comparison]) -> None:
    assert compared(model="n", machine=OTHER_MACHINE).verdict == "within tolerance"
    assert compared(model="n", machine=OTHER_MACHINE, score=0.5 + 1e-12).verdict == "within tolerance"
    assert compared(model="n", machine=OTHER_MACHINE, score=0.51).verdict == "different"
    assert compared(model="n", machine=OTHER_MACHINE, score=0.51, tolerance=0.1).verdict == "within tolerance"


def test_other_rows_are_excused_by_nothing(compared: Callable[..., Comparison]) -> None:
    assert compared(raw="q", machine=OTHER_MACHINE).verdict == "different"


def test_a_score_that_differs_is_named_with_its_fold(compared: Callable[..., Comparison]) -> None:
    assert compared(score=0.6).first == "f1, fold 1"
