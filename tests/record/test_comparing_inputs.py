from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runner.record.comparing_inputs import Fact, code_told, compare_inputs, leaves
from runner.record.read import Run

DIRTY = {"commit": "c" * 40, "dirty": True, "changed": ["a.py"], "patch": "+ 1", "patch_left_out": None}


def test_leaves_are_told_by_their_dotted_keys() -> None:
    assert dict(leaves({"a": {"b": 1, "c": {}}, "d": [2]})) == {"a.b": 1, "a.c": {}, "d": [2]}


def test_a_state_of_code_is_told_by_its_commit_and_its_changes() -> None:
    clean = {**DIRTY, "dirty": False}
    assert code_told(clean) == "c" * 12
    assert code_told(DIRTY) != code_told({**DIRTY, "patch": "+ 2"})
    assert "too large" in code_told({**DIRTY, "patch": None, "patch_left_out": "too large"})
    assert code_told(None) == "not under git"


def test_what_was_not_recorded_is_neither_the_same_nor_different() -> None:
    assert Fact.of("seeds", None, "s") == Fact("seeds", "not recorded", "s", None)


def test_only_settings_that_differ_are_shown(make_run: Callable[..., Path]) -> None:
    then, now = Run.open(make_run()), Run.open(make_run())
    now.config["model"] = {"use": "softmax", "l2": 0.5}
    fact = compare_inputs(then, now)[0]
    assert (fact.then, fact.now, fact.same) == ("model.l2 1e-05", "model.l2 0.5", False)


def test_trackers_and_deployers_are_not_compared(make_run: Callable[..., Path]) -> None:
    then, now = Run.open(make_run()), Run.open(make_run())
    then.config["trackers"] = {"mlflow": {"use": "mlflow"}}
    assert compare_inputs(then, now)[0].same
