from __future__ import annotations

import pytest

from runner.errors import ConfigError
from runner.record.read_sweep import Sweep
from runner.report.reasons import why

L2 = {"settings": {"model.l2": 0.1}}


def explained(path, number: int) -> str:
    return why(Sweep.open(path), number).sentence()


def test_a_first_attempt_is_compared_with_the_trial_most_like_it(make_sweep) -> None:
    path = make_sweep(
        [{"settings": {"model.l2": l2, "seed": seed}} for l2, seed in ((0.1, 0), (0.2, 1), (0.1, 2), (0.2, 2))]
    )
    assert explained(path, 3) == "trial 3 (attempt 1) against trial 1: seed 1 -> 2"


def test_a_trial_that_ran_again_after_it_was_killed_says_so(make_sweep) -> None:
    killed = {**L2, "state": "killed", "error": ("killed", "ended by signal 9 (SIGKILL)")}
    path = make_sweep([killed, L2])
    assert explained(path, 0) == "trial 0 (attempt 2) against attempt 1: the attempt before was killed (signal 9)"


def test_a_new_version_of_a_plugin_and_changed_data_are_told(make_sweep) -> None:
    components = {"source": "csv of runner-ml 0.4 aaaaaaaaaaaa", "model": "softmax of runner-ml 0.4 cccccccccccc"}
    path = make_sweep([L2, {**L2, "components": components, "data": "9c1f00ba4dad"}])
    assert explained(path, 0) == (
        "trial 0 (attempt 2) against attempt 1: plugin runner-ml 0.3 -> 0.4; data changed (csv 3fa2c1d… -> 9c1f00b…)"
    )


def test_a_setting_that_is_not_swept_is_compared_through_the_base(make_sweep) -> None:
    path = make_sweep([L2, {**L2, "changes": {"model.epochs": 9}}])
    assert "model.epochs 5 -> 9" in explained(path, 0)


def test_a_done_trial_that_ran_again_unchanged_says_that_it_was_done(make_sweep) -> None:
    assert explained(make_sweep([L2, L2]), 0).endswith("against attempt 1: the attempt before was done")


def test_the_only_trial_has_nothing_to_be_compared_with(make_sweep) -> None:
    assert explained(make_sweep([L2]), 0) == "trial 0 (attempt 1): it is the only trial of its sweep that has ended"


def test_a_trial_that_never_ended_cannot_be_explained(make_sweep) -> None:
    with pytest.raises(ConfigError, match="no trial 7 that ended"):
        explained(make_sweep([L2]), 7)
