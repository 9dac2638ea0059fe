"""Trainings that an optimizer carries out as a whole, such as a quasi-Newton method with its line searches.

An optimizer that has `minimise` is not stepped: it is given the objective over all rows and the first
parameters of one trial, and searches on its own. Each trial is trained alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from runner.errors import ConfigError
from runner.learn.families import Params
from runner.learn.passes import mean_gradients, mean_loss
from runner.learn.trained import Divergence, EpochReport, Setting, Trained, joined
from runner.learn.training import Task

Vector = NDArray[np.float64]
#: Parameters (n_numbers,) -> the value to make small, and its gradient (n_numbers,).
Objective = Callable[[Vector], tuple[float, Vector]]


@runtime_checkable
class Minimiser(Protocol):
    """An optimizer that searches for the best parameters by itself."""

    def minimise(
        self, objective: Objective, start: Vector, iterations: int, goes_on: Callable[[Vector], bool]
    ) -> None:
        """Search for where the objective is least.

        iterations: at most so many. goes_on: called with the parameters after each iteration; where it
        answers False the search ends. What it was called with last is the outcome.
        """
        ...


def train_whole(task: Task, settings: Sequence[Setting], on_epoch: Callable[[EpochReport], None] | None) -> Trained:
    """Train each trial by its own minimiser; an epoch is one iteration. Raises `ConfigError`."""
    for setting in settings:
        _check(task, setting)
    return joined([_Search(task, setting, on_epoch).carried_out() for setting in settings])


class _Search:
    """One trial on its way. Losses stand after each iteration."""

    def __init__(self, task: Task, setting: Setting, on_epoch: Callable[[EpochReport], None] | None) -> None:
        self._task = task
        self._setting = setting
        self._on_epoch = on_epoch
        generator = np.random.default_rng(setting.seed)
        self._start = task.family.init([generator], task.n_features, task.n_outputs, task.rows.dtype)
        self._losses: list[float] = []
        self._validation: list[float] = []
        self._best = self._packed(self._start)
        self._best_epoch = -1
        self._divergence: Divergence | None = None

    def carried_out(self) -> Trained:
        minimiser: Any = self._setting.optimizer
        with np.errstate(all="ignore"):
            minimiser.minimise(self._objective, self._packed(self._start), self._task.epochs, self._goes_on)
        curves = np.full((3, 1, self._task.epochs), np.nan)
        curves[0, 0, : len(self._losses)] = self._losses
        curves[2, 0, : len(self._validation)] = self._validation
        steps, best = np.array([len(self._losses)]), np.array([self._best_epoch])
        return Trained(self._unpacked(self._best), curves[0], curves[1], curves[2], (self._divergence,), steps, best)

    def _objective(self, vector: Vector) -> tuple[float, Vector]:
        params = self._unpacked(vector)
        loss, gradients = mean_gradients(self._task.family, params, self._task.rows.blocks(), None)
        value = float(loss[0])
        for name in self._task.family.penalised if self._setting.l2 else ():
            value += 0.5 * self._setting.l2 * float(np.square(params[name], dtype=np.float64).sum())
            gradients[name] = gradients[name] + self._setting.l2 * params[name]
        return value, self._packed(gradients)

    def _goes_on(self, vector: Vector) -> bool:
        params, task = self._unpacked(vector), self._task
        loss = float(mean_loss(task.family, params, task.rows)[0])
        score = loss if task.held is None else float(mean_loss(task.family, params, task.held)[0])
        if not (np.isfinite(loss) and np.isfinite(score) and np.isfinite(vector).all()):
            self._divergence = Divergence(len(self._losses), None)
            return False
        epoch = len(self._losses)
        self._losses.append(loss)
        if task.held is not None:
            self._validation.append(score)
        if task.patience is None or score <= min(self._validation):
            self._best, self._best_epoch = vector.copy(), epoch
        if self._on_epoch is not None:
            held = np.array([np.nan if task.held is None else score])
            self._on_epoch(EpochReport(epoch, np.array([loss]), np.array([np.nan]), held))
        return task.patience is None or epoch - self._best_epoch < task.patience

    def _packed(self, params: Params) -> Vector:
        return np.concatenate([params[name].ravel() for name in self._start]).astype(np.float64)

    def _unpacked(self, vector: Vector) -> Params:
        params: Params = {}
        first = 0
        for name, start in self._start.items():
            part = vector[first : first + start.size].reshape(start.shape)
            params[name] = part.astype(start.dtype)
            first += start.size
        return params


def _check(task: Task, setting: Setting) -> None:
    """Refuse what has no meaning without steps, instead of ignoring it."""
    asked = {
        "a scheduler": setting.scheduler is not None,
        "an l1 penalty": setting.l1 > 0,
        "clip_norm": np.isfinite(setting.clip_norm),
        "averaging": setting.averaging > 0,
        "dropout": task.family.random,
    }
    wrong = [name for name, is_asked in asked.items() if is_asked]
    if wrong:
        raise ConfigError(
            f"Optimizer {type(setting.optimizer).__name__!r} makes no steps of its own accord that "
            f"{' or '.join(wrong)} could act on: it minimises the smooth objective over all rows as a whole. "
            "Take that away (scheduler=none), or choose an optimizer that steps, such as 'adam'."
        )
