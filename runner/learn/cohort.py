"""The trials that are still training: their parameters, the state of their optimizers, one step of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer
from runner.errors import PluginError
from runner.learn.families import Family, Params
from runner.learn.fusing import fused
from runner.learn.penalties import Penalty
from runner.learn.trained import Setting
from runner.learn.trial_axis import keep

Array = NDArray[Any]


@dataclass(frozen=True)
class Cohort:
    """Trials in step with each other. A step gives a new cohort; an older one stays as it was.

    numbers: (n_trials,), which of all trials these are. params, states, optimizers, penalties: by the name
    of a parameter array; every array has the trials of `numbers` as its first axis.
    """

    numbers: NDArray[np.intp]
    settings: tuple[Setting, ...]
    params: Params
    states: Mapping[str, Mapping[str, Any]]
    optimizers: Mapping[str, Optimizer]
    penalties: Mapping[str, Penalty]

    @classmethod
    def start(cls, family: Family, settings: Sequence[Setting], n_features: int, n_outputs: int, dtype: Any) -> Self:
        """Gather all trials before their first step."""
        generators = [np.random.default_rng(setting.seed) for setting in settings]
        params = family.init(generators, n_features, n_outputs, dtype)
        optimizers = _optimizers(settings, params)
        return cls(
            numbers=np.arange(len(settings)),
            settings=tuple(settings),
            params=_sealed(params),
            states={name: optimizers[name].init(param) for name, param in params.items()},
            optimizers=optimizers,
            penalties=_penalties(settings, params, family.penalised),
        )

    def stepped(self, gradients: Params, learning_rates: Any) -> Self:
        """Return the cohort after one step. learning_rates: a float, or (n_trials,) where they differ."""
        params: Params = {}
        states = {}
        for name, param in self.params.items():
            gradient, penalty = gradients[name], self.penalties.get(name)
            if penalty is not None:
                gradient = penalty.added_to(gradient, param)
            rate = learning_rates
            if not isinstance(rate, float):
                rate = rate.reshape(-1, *([1] * (param.ndim - 1)))
            after, states[name] = self.optimizers[name].update(gradient, self.states[name], param, rate)
            if after.shape != param.shape:
                raise _wrong_shape(self.optimizers[name], after, param)
            if after.dtype != param.dtype:
                after = after.astype(param.dtype)
            params[name] = after if penalty is None else penalty.stopped_at_zero(after, param, gradient)
        return replace(self, params=_sealed(params), states=states)

    def keeping(self, mask: NDArray[np.bool_]) -> Self:
        """Return the cohort with only the trials where the mask (n_trials,) is true."""
        settings = tuple(setting for setting, kept in zip(self.settings, mask, strict=True) if kept)
        params = {name: keep(param, mask) for name, param in self.params.items()}
        states = {
            name: {key: _kept(value, self.params[name], mask) for key, value in state.items()}
            for name, state in self.states.items()
        }
        optimizers = _optimizers(settings, params)
        penalties = _penalties(settings, params, frozenset(self.penalties))
        return replace(
            self,
            numbers=self.numbers[mask],
            settings=settings,
            params=_sealed(params),
            states=states,
            optimizers=optimizers,
            penalties=penalties,
        )


def _optimizers(settings: Sequence[Setting], params: Params) -> dict[str, Optimizer]:
    each = [setting.optimizer for setting in settings]
    return {name: fused(each, param.ndim, param.dtype) for name, param in params.items()} if each else {}


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


def _kept(value: Any, param: Array, mask: NDArray[np.bool_]) -> Any:
    """Keep the trials of a piece of optimizer state; what has no trial axis, such as a count, is shared."""
    has_trials = isinstance(value, np.ndarray) and value.ndim > 0 and len(value) == len(param)
    return keep(value, mask) if has_trials else value


def _wrong_shape(optimizer: Optimizer, after: Array, before: Array) -> PluginError:
    return PluginError(
        f"Optimizer {type(optimizer).__name__!r} turned parameters of shape {before.shape!r} into "
        f"{after.shape!r}; `update` must return the shape it is given and work elementwise."
    )
