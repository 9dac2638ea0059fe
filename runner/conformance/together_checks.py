"""Of models that a trainer trains together (hook `runner_trainers`): each ends as it would have alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from runner.conformance.learning_checks import learnable
from runner.conformance.subject import Subject
from runner.contracts import Trainer
from runner.data import Dataset

#: Only the order of additions differs, so single precision is what may be asked.
_TOLERANCE = 1e-3


def is_trained_together_as_alone(subject: Subject) -> None:
    """Trained with others that differ in what the trainer leaves free, it answers as after its own `fit`."""
    trainer = subject.catalogue.trainer(subject.offer)
    group = [] if trainer is None else _group(subject, trainer)
    if len(group) < 2:
        return
    for sample in learnable(subject):
        dataset, given = sample.make(), [clone(model) for model in group]
        together = subject.call(_together, trainer, given, dataset)
        same = [repr(model) for model in given] == [repr(model) for model in group]
        subject.expect(same, "its trainer changes the models given")
        for place, model in enumerate(together):
            alone = clone(group[place]).fit(dataset.features, dataset.target)
            apart = _apart(_scores(model, dataset), _scores(alone, dataset))
            told = f"trained together with others on {sample.name}, model {place} of {len(group)} answers otherwise"
            subject.expect(apart <= _TOLERANCE, f"{told} than alone: scores are {apart:.2g} apart, of their size")


def _group(subject: Subject, trainer: Trainer) -> list[Any]:
    """Return models that differ in one number each and may be trained together."""
    first = subject.build()
    free, key = trainer.free.get("model", frozenset()), trainer.fusion_key(first)
    group = [first]
    for name, value in first.get_params(deep=False).items():
        if isinstance(value, float) and (isinstance(free, str) or name in free):
            other = clone(first).set_params(**{name: value / 2 or 1e-3})
            group += [other] if key is not None and trainer.fusion_key(other) == key else []
    return group


def _together(trainer: Trainer, group: list[Any], dataset: Dataset) -> list[Any]:
    """Train them to the end, but the last, which leaves after an epoch and must not be missed."""
    course = trainer.begin(group, dataset.features, dataset.target, threads=1)
    course.advance(1)
    course.drop([len(group) - 1])
    course.advance(course.epochs)
    return [course.fitted(place) for place in range(len(group) - 1)]


def _scores(model: Any, dataset: Dataset) -> NDArray[np.float64]:
    answer = model.decision_function if hasattr(model, "decision_function") else model.predict
    return np.asarray(answer(dataset.features), dtype=np.float64)


def _apart(these: NDArray[np.float64], those: NDArray[np.float64]) -> float:
    """Return the largest difference, as a share of the largest score."""
    if these.shape != those.shape:
        return float("inf")
    return float(np.abs(these - those).max() / (np.abs(those).max() or 1.0))
