"""Old results and new ones: refused, kept or made again, and what has changed is said."""

from __future__ import annotations

import pytest

from runner.errors import ConfigError
from runner.record.sweeps import TrialSummary
from runner.trials.drift import Drift


def done(number: int, key: str, value: float, state: str = "done") -> TrialSummary:
    return TrialSummary(
        number=number, key=key, attempt=1, state=state, score=1.0, std=None, seconds=1.0,  # type: ignore[arg-type]
        settings={"model.l2": value}, kind=None, check="",
    )  # fmt: skip


KNOWN = {"old0": done(0, "old0", 0.1), "old1": done(1, "old1", 0.2)}
SETTINGS = [{"model.l2": 0.2}, {"model.l2": 0.1}, {"model.l2": 0.3}]
KEYS = ["new1", "new0", "new2"]


def explain(place: int, before: TrialSummary) -> list[str]:
    return [f"{KEYS[place]} after {before.key}"]


def test_results_of_other_code_are_refused_and_the_first_is_explained() -> None:
    with pytest.raises(
        ConfigError, match=r"2 finished trials .* Of trial 0 changed: new0 after old0\. .*--accept-drift"
    ):
        Drift().checked(KEYS, SETTINGS, KNOWN, explain)


def test_accepted_results_keep_their_keys_and_it_is_told() -> None:
    drift = Drift("accept")
    assert drift.checked(KEYS, SETTINGS, KNOWN, explain) == ["old1", "old0", "new2"]
    assert drift.told == ["2 trials keep results that were made with other code, data or defaults"]


def test_trials_made_again_go_by_their_new_keys() -> None:
    assert Drift("rerun").checked(KEYS, SETTINGS, KNOWN, explain) == KEYS


def test_a_trial_that_had_failed_drifts_from_nothing() -> None:
    known = {"old0": done(0, "old0", 0.1, "failed")}
    assert Drift().checked(KEYS, SETTINGS, known, explain) == KEYS


def test_equal_keys_are_the_same_result() -> None:
    assert Drift().checked(["old0"], [{"model.l2": 0.1}], KNOWN, explain) == ["old0"]
