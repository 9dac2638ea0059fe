"""One optimizer for many trials, made from the one of each.

An optimizer is written for one array and elementwise. So a copy of it whose number options are arrays,
one entry per trial, shaped to broadcast over the trial axis, does for all trials at once what each would
do alone. Nothing is asked of the optimizer's author.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from numbers import Real
from typing import Any

import numpy as np

from runner.contracts import Optimizer
from runner.errors import ConfigError
from runner.learn.trial_axis import as_rows


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
    together = copy.copy(first)
    for name in _option_names(first):
        values = [getattr(optimizer, name) for optimizer in optimizers]
        # object's own, because a frozen dataclass refuses its own
        object.__setattr__(together, name, _joined(values, name, type(first).__name__, ndim, dtype))
    return together


def _option_names(optimizer: Optimizer) -> list[str]:
    if is_dataclass(optimizer):
        return [field.name for field in fields(optimizer)]
    return list(vars(optimizer))


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
