"""The experiment of this plugin runs, and leaves what it says."""

import json

from runner.testing import Project


def test_the_experiment_runs_and_writes_its_weights(tmp_path):
    run = Project(tmp_path).run("+experiment=shouting").assert_success().run
    weights = json.loads((run.path / "artifacts" / "json_weights" / "weights.json").read_text())
    assert len(weights["classes"]) == len(weights["coefficients"]) == 4
    assert run.scores.total["accuracy"].mean > 0.5
