"""One optimizer for many trials, made from the one of each.

An optimizer is written for one array and elementwise. So a copy of it whose number options are arrays,
one entry per trial, shaped to broadcast over the trial axis, does for all trials at once what each would
do alone. Nothing is asked of the optimizer's author. One that is not elementwise, and says so by the class
attribute `elementwise = False`, is trained alone and sees its arrays without the trial axis.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer
from runner.errors import ConfigError
from runner.learn.trial_axis import as_rows

Array = NDArray[Any]


def fused(optimizers: Sequence[Optimizer], ndim: int, dtype: Any) -> Optimizer:
    """Return one optimizer that steps parameter arrays of `ndim` axes, the first being the trials'.

    Raises `ConfigError` where the optimizers differ in more than numbers.
    """
    first = optimizers[0]
    for other in optimizers:
        if type(other) is not type(first):
            raise ConfigError(
                f"Optimizers {type(first).__name__!r} and {type(other).__name__!r} cannot be trained together: "
                "trials in one training share the optimizer and differ only in its numbers. "
                "Train them separately."
            )
    options = {
        name: _joined([getattr(optimizer, name) for optimizer in optimizers], name, type(first).__name__, ndim, dtype)
        for name in options_of(first)
    }
    together = with_options(first, options)
    return together if is_elementwise(first) else _Alone(together)


def is_elementwise(optimizer: Any) -> bool:
    """Say whether many trials can be stepped at once; so it is unless the optimizer's class denies it."""
    return bool(getattr(optimizer, "elementwise", True))


def options_of(component: Any) -> dict[str, Any]:
    """Return what an optimizer or scheduler was told: the fields of a dataclass, else its attributes."""
    if is_dataclass(component):
        return {field.name: getattr(component, field.name) for field in fields(component)}
    return dict(vars(component))


def with_options(component: Any, options: Mapping[str, Any]) -> Any:
    """Return a copy of an optimizer or scheduler with some options set; the one given stays as it is."""
    changed = copy.copy(component)
    for name, value in options.items():
        # object's own, because a frozen dataclass refuses its own
        object.__setattr__(changed, name, value)
    return changed


@dataclass(frozen=True)
class _Alone:
    """An optimizer that looks across its array, stepping the one trial there is."""

    optimizer: Optimizer
    elementwise: ClassVar[bool] = False

    def init(self, param: Array) -> dict[str, Any]:
        return self.optimizer.init(param[0])

    def update(
        self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any
    ) -> tuple[Array, dict[str, Any]]:
        after, state = self.optimizer.update(grad[0], state, param[0], learning_rate)
        return after[None], state


def _joined(values: list[Any], option: str, optimizer: str, ndim: int, dtype: Any) -> Any:
    first = values[0]
    if all(isinstance(value, Real) and not isinstance(value, bool) for value in values):
        if all(value == first for value in values):
            # a NumPy scalar would lift float32 arrays to float64
            return first.item() if isinstance(first, np.generic) else first
        return as_rows(values, ndim, dtype)
    if all(value is first or value == first for value in values):
        return first
    raise ConfigError(
        f"Trials that differ in option {option!r} of optimizer {optimizer!r} cannot be trained together: "
        f"{values!r} are not all numbers. Train them separately."
    )
