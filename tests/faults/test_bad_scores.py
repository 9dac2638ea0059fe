"""Trials that end in nothing that could win, and mistakes that all trials share."""

from __future__ import annotations

from typing import Any

import pytest

from runner.record import strict_json

SOFTMAX = ("model=softmax", "optimizer=sgd", "model.epochs=5")


@pytest.mark.fault("F25")
def test_a_training_that_runs_away_neither_wins_nor_disturbs_those_trained_with_it(
    workplace: Any, make_workplace: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    calm = make_workplace(tmp_path_factory.mktemp("calm"))
    calm.sweep(*SOFTMAX, "optimizer.learning_rate=0.01,0.1").assert_success()
    outcome = workplace.sweep(*SOFTMAX, "optimizer.learning_rate=0.01,1e30,0.1").assert_code(1)
    trials = workplace.trials("optimizer.learning_rate")
    wild = trials[1e30]
    assert (wild.state, wild.score) == ("diverged", None)
    assert wild.error is not None
    assert wild.error.kind == "diverged"
    record = strict_json.read(workplace.path / f"trials/{wild.number:04d}/trial.json")
    assert record["score"] is None
    alone = calm.trials("optimizer.learning_rate")
    assert {rate: trials[rate].score for rate in alone} == {rate: alone[rate].score for rate in alone}
    assert trials[0.1].fused is not None
    assert f"best: {trials[0.1].score:.4g} (trial {trials[0.1].number}: " in outcome.out
    workplace.assert_nothing_lost()


@pytest.mark.fault("F26")
def test_a_sweep_in_which_all_trials_fail_names_the_three_most_frequent_reasons(workplace: Any) -> None:
    outcome = workplace.sweep(
        "model.does=value_error,no_memory,sys_exit,die", "model.level=1,2,3", "sweep.ship=best"
    ).assert_code(1)
    assert "all 12 trials failed: there is no best one, and nothing was exported" in outcome.out
    reasons = [line for line in outcome.out.splitlines() if line.startswith("  3 × ")]
    assert len(reasons) == 3, outcome.out
    assert "and 3 more for 1 other reason" in outcome.out
    assert "best:" not in outcome.out
    assert not (workplace.path / "best.json").exists()
    assert outcome.runs == []
    workplace.assert_nothing_lost()


@pytest.mark.fault("F27")
def test_five_trials_with_one_mistake_of_all_trials_end_the_sweep(workplace: Any) -> None:
    words = ("model.does=config_error", "model.level=" + ",".join(str(level) for level in range(40)))
    stopped = workplace.sweep(*words).assert_code(1)
    assert "trials failed with the same config error: model.level: no level suits it" in stopped.out
    assert "--keep-going" in stopped.out
    assert 5 <= workplace.done() <= 5 + 2 * 4  # what lay before the two workers
    workplace.assert_nothing_lost()
    workplace.sweep(*words, "--keep-going").assert_code(1)
    assert workplace.done() == 40
