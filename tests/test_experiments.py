"""The shipped experiments, whole: they learn something, within seconds, and their models can be loaded again."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import runner
from runner.record.read_sweep import Sweep
from runner.testing import Project

ROOT = Path(__file__).parent.parent
SMS = ROOT.parent / "shared" / "data" / "sms-spam" / "SMSSpamCollection"

#: Experiment -> (metric, at least this on held-out rows).
GOOD = {
    "digits": ("accuracy", 0.90),
    "breast_cancer": ("f1", 0.95),
    "docstrings": ("f1", 0.80),
    "diabetes": ("r2", 0.40),
    "forest": ("accuracy", 0.95),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_shipped_experiment_is_complete_and_learns_in_seconds(name: str, tmp_path: Path) -> None:
    metric, least = GOOD[name]
    run = Project(tmp_path).run(f"+experiment={name}").assert_success().run
    total = run.scores.total[metric]
    assert isinstance(total.mean, float)
    assert total.mean >= least
    assert run.info.seconds < 30
    for group in ("source", "cleaners", "splitter", "transforms", "model", "metrics", "exporters"):
        assert run.config[group], f"{name} declares no {group}"


def test_every_shipped_experiment_is_known_here() -> None:
    shipped = {path.stem for path in (ROOT / "conf/experiment").glob("*.yaml")}
    elsewhere = {"adult", "wine_quality", "fashion_mini", "fashion_png", "spam_from_api", "spam_from_sql", "iris_svc"}
    assert shipped == {*GOOD, *elsewhere, "mlp_strategies", "sms_spam"}


#: Accuracy and loss on the training rows of iris, as scikit-learn publishes them, in the order of the sweep.
STRATEGIES = [
    (0.98, 0.096950), (0.98, 0.049530), (0.98, 0.049540), (0.36, 0.978444), (0.86, 0.504185), (0.86, 0.503452),
    (0.98, 0.045311),
]  # fmt: skip


def test_the_sweep_of_learning_strategies_meets_the_published_figures(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.run("-m", "+experiment=mlp_strategies", "sweep.ship=none").assert_success()
    (folder,) = tmp_path.glob("outputs/mlp_strategies/sweep-*")
    sweep = Sweep.open(folder)
    trials = [sweep.trial(trial.number) for trial in sweep.trials()]
    theirs = [trial for trial in trials if trial.settings["model"] == "MLPClassifier"]
    ours = [trial.curves["loss"][-1] for trial in trials if trial.settings["model"] == "mlp"]
    found = [(trial.score, trial.curves["loss"][-1]) for trial in theirs]
    assert found == [(pytest.approx(score, abs=5e-4), pytest.approx(loss, abs=1e-5)) for score, loss in STRATEGIES]
    # constant, inverse, momentum, inverse, Nesterov, inverse, Adam: the ranking is the published one
    assert ours[6] < min(ours[2], ours[4]) < max(ours[2], ours[4]) < ours[0] < min(ours[3], ours[5])
    assert max(ours[3], ours[5]) < ours[1]


def test_the_same_command_twice_gives_equal_scores(tmp_path: Path) -> None:
    project = Project(tmp_path)
    scores = [project.run("+experiment=digits").assert_success().run.scores for _ in range(2)]
    assert scores[0] == scores[1]


def test_a_recorded_model_predicts_in_a_fresh_process(tmp_path: Path) -> None:
    run = Project(tmp_path).run("+experiment=breast_cancer").assert_success().run
    code = """
import sys, runner
from sklearn.datasets import load_breast_cancer
data = load_breast_cancer(as_frame=True)
model = runner.load(sys.argv[1])
names = data.target_names[data.target]
print([float((model.predict(data.data) == names).mean()), model.predict_proba(data.data).shape])
"""
    command = [sys.executable, "-P", "-c", code, str(run.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    accuracy, shape = ast.literal_eval(done.stdout)
    assert accuracy > 0.97
    assert shape == (569, 2)


@pytest.mark.skipif(not SMS.is_file(), reason="the SMS spam collection is not here")
def test_sms_spam_is_told_from_ham(tmp_path: Path) -> None:
    outcome = Project(tmp_path).run("+experiment=sms_spam", f"source.path={SMS}").assert_success()
    assert "5,574 rows" in outcome.out
    assert "403 dropped" in outcome.out
    total = outcome.run.scores.total["f1"].mean
    assert isinstance(total, float)
    assert total > 0.9
    loaded = runner.load(outcome.run.path)
    assert loaded.predict(["WINNER!! Claim your free prize now, call 09061701461", "are you home yet?"]).tolist() == [
        "spam",
        "ham",
    ]
