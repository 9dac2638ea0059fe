from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from runner.data import Dataset
from runner.errors import RunnerError
from runner.execute.components import build_components
from runner.execute.preparing import Prepared
from runner.plan.experiment import resolve
from runner.testing import make_catalogue
from runner.trials.rows import Held
from runner.trials.training import Runner, alone, begin, groups

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = (X[:, 0] > 0).astype(int)
TRAIN, TEST = (Dataset.of(X[rows], Y[rows], fingerprint="f") for rows in (slice(30), slice(30, 40)))
HELD = Held(Prepared(TRAIN, TEST, TEST), ())


class Stubborn(DummyClassifier):  # type: ignore[misc]
    """A model that cannot be trained."""

    def __init__(self, *, what: str = "no") -> None:
        self.what = what

    def fit(self, X: Any, y: Any) -> Stubborn:
        raise ZeroDivisionError(self.what)


class Course:
    """A training that notes what it is asked for."""

    epochs = 10

    def __init__(self, models: Sequence[Any]) -> None:
        self.models = models
        self.asked: list[Any] = []

    def advance(self, until: int) -> None:
        self.asked.append(until)
        if until > 9:
            raise ZeroDivisionError("too far")

    def drop(self, positions: Sequence[int]) -> None:
        self.asked.append(list(positions))

    def fitted(self, position: int) -> Any:
        return self.models[position].fit(X, Y)


class Trainer:
    free: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        self.threads = 0

    def fusion_key(self, model: Any) -> Any:
        return None if model.strategy == "uniform" else model.strategy

    def begin(self, models: Sequence[Any], X: Any, y: Any, *, threads: int) -> Course:
        self.threads = threads
        return Course(models)


CATALOGUE = make_catalogue({"model": {"stubborn": Stubborn}})


def runner(number: int, model: Any) -> Runner:
    declared = {
        "source": {"use": "csv", "path": "a.csv", "target": "y"},
        "splitter": "kfold",
        "metrics": ["accuracy"],
    }
    return Runner(
        number, build_components(resolve({**declared, "model": model, "executor": "inline"}, CATALOGUE), Path())
    )


def dummies(*strategies: str) -> list[Runner]:
    return [runner(place, {"use": "DummyClassifier", "strategy": one}) for place, one in enumerate(strategies)]


def test_a_trial_alone_is_trained_and_scored_on_held_out_rows() -> None:
    answer = alone(runner(7, {"use": "softmax", "epochs": 2}), HELD, 1)
    assert answer["fused"] == 1
    assert 0.5 < answer["scores"]["accuracy"] <= 1.0
    assert len(answer["curves"]["loss"]) == 2
    assert [(step["step"], step["fold"]) for step in answer["steps"]] == [
        ("train/softmax", 1),
        ("predict/softmax", 1),
        ("score", 1),
    ]
    assert answer["seconds"] > 0
    assert json.loads(json.dumps(answer)) == answer


def test_a_model_that_fails_is_named() -> None:
    with pytest.raises(
        RunnerError, match=r"model 'stubborn' of local .* failed while training: ZeroDivisionError: no"
    ):
        alone(runner(0, "stubborn"), HELD, 0)


def test_trials_are_grouped_by_what_their_models_have_in_common() -> None:
    runners = dummies("prior", "uniform", "stratified", "prior", "most_frequent")
    found, lonely = groups(runners, Trainer())
    assert [[one.number for one in group] for group in found] == [[0, 3]]
    assert sorted(one.number for one in lonely) == [1, 2, 4]
    found, lonely = groups(runners, Trainer(), least=1)
    assert [[one.number for one in group] for group in found] == [[0, 3], [2], [4]]
    assert [one.number for one in lonely] == [1]
    assert groups(runners, None) == ([], runners)


def test_a_course_advances_by_shares_of_its_epochs_and_drops_by_position() -> None:
    trainer = Trainer()
    together = begin([Runner(5, dummies("prior")[0].components), *dummies("prior")], trainer, HELD.value, 3)
    for share in (0.01, 0.25, 0.5):
        together.advance(share)
    together.drop([5, 99])
    assert isinstance(together.course, Course)
    assert together.course.asked == [1, 2, 5, [0]]
    assert (trainer.threads, together.share) == (3, 0.5)
    with pytest.raises(RunnerError, match=r"model 'DummyClassifier' .* failed while training together: ZeroDivision"):
        together.advance(1.0)


def test_those_asked_for_are_scored_as_they_are_now() -> None:
    together = begin(dummies("prior", "prior", "prior"), Trainer(), HELD.value, 1)
    together.advance(0.5)
    together.seconds = 30.0
    answers = together.answers(HELD, 2, [0, 2])
    assert answers.keys() == {0, 2}
    one = answers[2]
    assert (one["fused"], one["diverged"]) == (3, None)
    assert 10.0 < one["seconds"] < 11.0
    assert one["steps"][0]["note"] == "one of 3 trained together"
    assert json.loads(json.dumps(one)) == one


def test_the_models_of_the_trials_stay_unfitted() -> None:
    runners = dummies("prior", "prior")
    together = begin(runners, Trainer(), HELD.value, 1)
    together.answers(HELD, 0, [0, 1])
    assert not any(hasattr(one.components.one("model").component, "classes_") for one in runners)
