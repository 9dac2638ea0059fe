"""Gradient models of a sweep, trained as one: each mini-batch meets the parameters of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from sklearn.base import clone

from runner.learn import Minimiser, Trained, Training, options_of, task_of
from runner.learn.fusing import is_elementwise
from runner_builtin.models.gradient_models import GradientModel, Problem
from runner_builtin.training.optimizers import Momentum

#: Options that may differ between models trained together: each enters as a number per trial.
_OWN = ("l1", "l2", "clip_norm", "averaging")


class GradientTogether:
    """Trains gradient models that differ in penalties, clipping, averaging, schedules, and numbers of the optimizer.

    Only the order of additions inside a product differs from a training alone, so scores agree to the rounding
    of the model's `dtype`.
    """

    free: ClassVar[Mapping[str, frozenset[str] | Literal["numbers", "any"]]] = {
        "model": frozenset(_OWN),
        "optimizer": "numbers",
        "scheduler": "any",
    }

    def fusion_key(self, model: GradientModel) -> Any:
        """Return the class, the options that must be equal, and what the optimizer is; None if it trains alone."""
        optimizer: Any = Momentum() if model.optimizer is None else model.optimizer
        if isinstance(optimizer, Minimiser) or not is_elementwise(optimizer) or model.checkpoint is not None:
            return None
        shared = {name: value for name, value in model.get_params(deep=False).items() if name not in _OWN}
        scheduler = shared.pop("scheduler")
        del shared["optimizer"], scheduler
        if shared["random_state"] is None:
            return None
        words = [(name, value) for name, value in options_of(optimizer).items() if not _is_number(value)]
        return type(model), type(optimizer), repr(words), repr(sorted(shared.items()))

    def begin(self, models: Sequence[GradientModel], X: Any, y: Any, *, threads: int) -> GradientCourse:
        """Start a training of models with one fusion key. X, y: as the models' `fit` takes them."""
        return GradientCourse(models, X, y, threads)


class GradientCourse:
    """A training of several models under way."""

    def __init__(self, models: Sequence[GradientModel], X: Any, y: Any, threads: int) -> None:
        first = clone(models[0])
        before = set(vars(first))
        self._problem = first._pose(X, y)
        self._posed = {name: value for name, value in vars(first).items() if name not in before}
        self._models = [self._copied(model) for model in models]
        problems = [_own_problem(model, self._problem) for model in self._models]
        settings = [model._setting(problem) for model, problem in zip(self._models, problems, strict=True)]
        shared = first._shared(self._problem, settings[0]) | {"settings": settings, "threads": threads}
        self._training = Training.started(task_of(**shared), settings)
        self._trained: Trained | None = None
        self.epochs = first.epochs

    def advance(self, until: int) -> None:
        """Train until so many epochs are behind."""
        while not self._training.done and self._training.n_epochs < until:
            self._training.run_epoch()
            self._trained = None

    def drop(self, positions: Sequence[int]) -> None:
        """Train these no further."""
        self._training.drop(positions)
        self._trained = None

    def fitted(self, position: int) -> GradientModel:
        """Return a fitted copy of a model as it is now."""
        if self._trained is None:
            self._trained = self._training.trained()
        model = self._copied(self._models[position])
        for name in ("learning_rate_", "range_test_"):
            setattr(model, name, getattr(self._models[position], name))
        model._adopt(self._trained, self._problem.unit, position)
        model._take(self._trained.params_of(position))
        return model

    def _copied(self, model: GradientModel) -> GradientModel:
        """Return a fresh model that remembers what the data are like."""
        copied: GradientModel = clone(model)
        vars(copied).update(self._posed)
        return copied


def _own_problem(model: GradientModel, problem: Problem) -> Problem:
    """Return the problem with the model's own penalty in the unit of the targets."""
    return replace(problem, l1=getattr(model, "l1", 0.0) / problem.unit)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
