"""Components are built as declared, with what the core hands in, and models around models with these inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.catalogue import Catalogue
from runner.execute.components import build_components
from runner.plan.experiment import resolve
from runner.testing import make_catalogue

CALIBRATED = {"calibrated": "runner_builtin.models.calibrated:Calibrated"}
SOURCE = {"use": "sklearn_dataset", "name": "iris"}


def catalogue() -> Catalogue:
    return make_catalogue({"model": {f"own_{name}": target for name, target in CALIBRATED.items()}})


def built(model: Any, **more: Any) -> Any:
    declared = {"source": SOURCE, "splitter": "kfold", "executor": "inline", "model": model, **more}
    return build_components(resolve(declared, catalogue()), Path("/")).one("model").component


def test_the_outer_model_receives_the_inner_one_built() -> None:
    outer = built({"use": "own_calibrated", "folds": 3, "model": {"use": "LogisticRegression", "C": 0.25}})
    assert (type(outer).__name__, outer.folds) == ("Calibrated", 3)
    assert (type(outer.model).__name__, outer.model.C) == ("LogisticRegression", 0.25)


def test_each_model_has_a_seed_of_its_own_that_comes_again() -> None:
    declared = {"use": "own_calibrated", "model": {"use": "RandomForestClassifier"}}
    first, again, other = built(declared, seed=1), built(declared, seed=1), built(declared, seed=2)
    assert first.random_state != first.model.random_state
    assert (first.random_state, first.model.random_state) == (again.random_state, again.model.random_state)
    assert first.model.random_state != other.model.random_state


def test_the_optimizer_goes_to_the_model_that_takes_one() -> None:
    declared = {"use": "own_calibrated", "model": {"use": "own_calibrated", "model": {"use": "softmax"}}}
    outer = built(declared, optimizer={"use": "adam", "learning_rate": 0.5})
    assert outer.model.model.optimizer.learning_rate == 0.5
