"""Penalties that keep weights small (l2) or exactly zero (l1); both together are the elastic net.

They add l1 · Σ|w| + l2/2 · Σw² to the mean loss of a row. l1 has a kink at zero, so its gradient there is
replaced by the pseudo-gradient of OWL-QN (Andrew & Gao, 2007): the steepest way down, or nothing where zero
is the best place. After the step a weight that crossed zero stops at it. Whatever elementwise optimizer
makes the step, it then comes to rest only where the penalised loss is least, and with true zeros; a
proximal step of one length for all weights would aim elsewhere under Adam.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runner.learn.trial_axis import as_rows

Array = NDArray[Any]


@dataclass(frozen=True)
class Penalty:
    """l1 and l2 of all trials: numbers or arrays that broadcast over the parameters; None where no trial has one."""

    l1: Any
    l2: Any

    @classmethod
    def of(cls, l1: Sequence[float], l2: Sequence[float], ndim: int, dtype: Any) -> Self:
        """Collect the penalties of the trials for arrays of `ndim` axes, the first being the trials'."""
        return cls(
            as_rows(l1, ndim, dtype) if any(l1) else None,
            as_rows(l2, ndim, dtype) if any(l2) else None,
        )

    def added_to(self, gradient: Array, param: Array) -> Array:
        """Return the (pseudo-)gradient of loss and penalty. gradient: of the loss alone."""
        if self.l2 is not None:
            gradient = gradient + self.l2 * param
        if self.l1 is not None:
            at_zero = gradient - np.clip(gradient, -self.l1, self.l1)
            gradient = np.where(param == 0, at_zero, gradient + self.l1 * np.sign(param))
        return gradient

    def stopped_at_zero(self, after: Array, before: Array, gradient: Array) -> Array:
        """Return the parameters after a step, with those that l1 holds back set to zero.

        gradient: as `added_to` gave it for `before`. A weight may not leave the side of zero it was on, nor
        leave zero to the side that the gradient does not point to.
        """
        if self.l1 is None:
            return after
        side = np.where(before == 0, -np.sign(gradient), np.sign(before))
        return np.where((np.sign(after) == side) | (self.l1 == 0), after, 0)
