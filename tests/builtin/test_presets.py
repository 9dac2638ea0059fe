"""The models that are other models with certain values: files in `conf/model`."""

import pytest

from runner.testing import Project

PRESETS = {
    "ridge": ("diabetes", "r2", 0.4),
    "lasso": ("diabetes", "r2", 0.4),
    "elastic_net": ("diabetes", "r2", 0.4),
    "huber": ("diabetes", "r2", 0.4),
    "logistic": ("breast_cancer", "f1", 0.9),
    "perceptron": ("breast_cancer", "accuracy", 0.9),
}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_chosen_like_a_model_and_learns(name, tmp_path):
    experiment, metric, least = PRESETS[name]
    words = [f"+experiment={experiment}", f"model={name}", f"metrics=[{metric}]", f"score_by={metric}"]
    run = Project(tmp_path).run(*words).assert_success().run
    assert run.scores.total[metric].mean > least
