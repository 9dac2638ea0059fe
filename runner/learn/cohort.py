"""The trials that are still training: their parameters, the state of their optimizers, one step of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer
from runner.learn.averaging import Averaging
from runner.learn.families import Family, Params
from runner.learn.fusing import fused
from runner.learn.kernels import Move
from runner.learn.lane import Lane
from runner.learn.penalties import Penalty
from runner.learn.trained import Setting
from runner.learn.trial_axis import has_trials, keep, trials_first, trials_last

Array = NDArray[Any]
States = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Rules:
    """How a step is made: what the settings of the trials say, as arrays that broadcast over parameters.

    optimizers, penalties: by the name of a parameter array; `moves` has both together.
    clip_norms: (n_trials,), None where none clips. averaging: None where no trial averages its iterates.
    """

    optimizers: Mapping[str, Optimizer]
    penalties: Mapping[str, Penalty]
    clip_norms: Array | None
    averaging: Averaging | None

    @property
    def moves(self) -> Mapping[str, Move]:
        """How each array steps; what clips its gradients adds the penalties first."""
        clips = self.clip_norms is not None
        return {name: Move(one, self.penalties.get(name), added=clips) for name, one in self.optimizers.items()}

    @classmethod
    def of(cls, settings: Sequence[Setting], params: Params, penalised: frozenset[str]) -> Self:
        """Collect the rules of the trials. Raises `ConfigError` where they differ in more than numbers."""
        each = [setting.optimizer for setting in settings]
        clip_norms = np.array([setting.clip_norm for setting in settings])
        optimizers = {name: fused(each, param.ndim, param.dtype) for name, param in params.items()} if each else {}
        return cls(
            optimizers,
            _penalties(settings, params, penalised),
            clip_norms if np.isfinite(clip_norms).any() else None,
            Averaging.of([setting.averaging for setting in settings]),
        )


@dataclass(frozen=True)
class Cohort:
    """Trials in step with each other. A step gives a new cohort; an older one stays as it was.

    numbers: (n_trials,), which of all trials these are. params, states, averages: by the name of a
    parameter array; every array has the trials of `numbers` as its first axis. averages: None where no
    trial has any. n_steps: how many steps were taken. penalised: names of the arrays l1 and l2 act on.
    """

    numbers: NDArray[np.intp]
    settings: tuple[Setting, ...]
    params: Params
    states: States
    averages: Params | None
    n_steps: int
    penalised: frozenset[str]
    rules: Rules

    @classmethod
    def start(cls, family: Family, settings: Sequence[Setting], n_features: int, n_outputs: int, dtype: Any) -> Self:
        """Gather all trials before their first step."""
        generators = [np.random.default_rng(setting.seed) for setting in settings]
        params = family.init(generators, n_features, n_outputs, dtype)
        rules = Rules.of(settings, params, family.penalised)
        return cls(
            numbers=np.arange(len(settings)),
            settings=tuple(settings),
            params=_sealed(params),
            states={name: rules.optimizers[name].init(param) for name, param in params.items()},
            averages=None if rules.averaging is None else params,
            n_steps=0,
            penalised=family.penalised,
            rules=rules,
        )

    @property
    def result(self) -> Params:
        """The parameters that the training gives: the averages, or without any the last iterate."""
        return self.params if self.averages is None else self.averages

    def stepped(self, gradients: Params, learning_rates: Any) -> Cohort:
        """Return the cohort after one step. learning_rates: a float, or (n_trials,) where they differ."""
        lane = Lane(self)
        lane.step_(gradients, learning_rates)
        return lane.cohort

    def part(self, chosen: slice) -> Self:
        """Return the cohort with a run of its trials; the arrays are views of these."""
        settings = self.settings[chosen]
        if len(settings) == len(self.settings):
            return self
        params = {name: param[chosen] for name, param in self.params.items()}
        states = {
            name: {
                key: value[chosen] if has_trials(value, len(self.numbers)) else value for key, value in state.items()
            }
            for name, state in self.states.items()
        }
        return replace(
            self,
            numbers=self.numbers[chosen],
            settings=settings,
            params=params,
            states=states,
            averages=None if self.averages is None else {name: mean[chosen] for name, mean in self.averages.items()},
            rules=Rules.of(settings, params, self.penalised),
        )

    def having(self, parts: Sequence[Self]) -> Self:
        """Put the parts of a cohort together again, some trials having left on their way perhaps."""
        left = [part for part in parts if len(part.numbers)]
        if len(left) < 2:
            return (*left, parts[0])[0]
        numbers = np.concatenate([part.numbers for part in left])
        settings = tuple(setting for part in left for setting in part.settings)
        params = _sealed({name: _joined([part.params[name] for part in left]) for name in self.params})
        states = {
            name: {
                key: _joined([part.states[name][key] for part in left])
                if all(has_trials(part.states[name][key], len(part.numbers)) for part in left)
                else value
                for key, value in state.items()
            }
            for name, state in left[0].states.items()
        }
        averages = [part.averages for part in left if part.averages is not None]
        return replace(
            self,
            numbers=numbers,
            settings=settings,
            params=params,
            states=states,
            averages={name: _joined([each[name] for each in averages]) for name in averages[0]} if averages else None,
            n_steps=left[0].n_steps,
            rules=self.rules if len(numbers) == len(self.numbers) else Rules.of(settings, params, self.penalised),
        )

    def keeping(self, mask: NDArray[np.bool_]) -> Self:
        """Return the cohort with only the trials where the mask (n_trials,) is true."""
        settings = tuple(setting for setting, kept in zip(self.settings, mask, strict=True) if kept)
        params = {name: keep(param, mask) for name, param in self.params.items()}
        rules = Rules.of(settings, params, self.penalised)
        averages = None
        if rules.averaging is not None and self.averages is not None:
            averages = {name: keep(average, mask) for name, average in self.averages.items()}
        states = {
            name: {key: keep(value, mask) if has_trials(value, len(mask)) else value for key, value in state.items()}
            for name, state in self.states.items()
        }
        return replace(
            self,
            numbers=self.numbers[mask],
            settings=settings,
            params=_sealed(params),
            states=states,
            averages=averages,
            rules=rules,
        )


def _penalties(settings: Sequence[Setting], params: Params, penalised: frozenset[str]) -> dict[str, Penalty]:
    l1 = [setting.l1 for setting in settings]
    l2 = [setting.l2 for setting in settings]
    if not any(l1) and not any(l2):
        return {}
    return {name: Penalty.of(l1, l2, params[name].ndim, params[name].dtype) for name in penalised}


def _sealed(params: Params) -> Params:
    """Make the arrays read-only: an optimizer that works in place is stopped before it harms an older cohort."""
    for param in params.values():
        param.flags.writeable = False
    return params


def _joined(pieces: Sequence[Array]) -> Array:
    """Put pieces (n_trials, …) together, laid out alike. Those that lie side by side in memory stay there."""
    together = _side_by_side(pieces)
    return trials_first(np.concatenate(list(map(trials_last, pieces)), axis=-1)) if together is None else together


def _side_by_side(pieces: Sequence[Array]) -> Array | None:
    """Return the array that the pieces are consecutive trials of, and all of them, or None."""
    base = pieces[0].base
    if not isinstance(base, np.ndarray) or base.ndim != pieces[0].ndim:
        return None
    if any(piece.base is not base for piece in pieces):
        return None
    together = trials_first(base)
    edges = np.cumsum([0, *map(len, pieces)])
    if len(together) != edges[-1]:
        return None
    own = [together[start:stop] for start, stop in pairwise(edges)]
    return together if all(map(_are_the_same, pieces, own)) else None


def _are_the_same(one: Array, other: Array) -> bool:
    where, there = one.__array_interface__, other.__array_interface__
    return (one.shape, one.strides, one.dtype, where["data"][0]) == (
        other.shape,
        other.strides,
        other.dtype,
        there["data"][0],
    )
