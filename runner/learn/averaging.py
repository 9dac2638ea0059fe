"""Averages of the iterates: a training's noise taken out of what it gives.

a ← a + w (θ − a) with w = max(1 − d, 1/t) at the t-th step. d = 1 is the plain mean of all iterates
(Polyak & Juditsky, 1992); 0 < d < 1 an exponential mean, which begins as a plain one so that it is not drawn
to the first parameters; d = 0 the last iterate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runner.learn.families import Params
from runner.learn.trial_axis import as_rows


@dataclass(frozen=True)
class Averaging:
    """kept: (n_trials,), the d of each trial."""

    kept: NDArray[np.float64]

    @classmethod
    def of(cls, kept: Sequence[float]) -> Self | None:
        """Return the averaging of the trials, None where none averages."""
        return cls(np.asarray(kept, dtype=np.float64)) if any(kept) else None

    def moved(self, averages: Params, params: Params, step: int) -> Params:
        """Return the averages after a step. step: counts from 1."""
        weights = np.maximum(1 - self.kept, 1 / step)
        return {name: self._mean(averages[name], param, weights) for name, param in params.items()}

    def _mean(self, average: NDArray[Any], param: NDArray[Any], weights: NDArray[np.float64]) -> NDArray[Any]:
        moved = average + as_rows(weights, param.ndim, param.dtype) * (param - average)
        # the difference may round, and the last iterate is to be exactly itself
        last = as_rows((weights == 1).astype(float), param.ndim, param.dtype)
        mean: NDArray[Any] = np.where(np.asarray(last) == 1, param, moved)
        return mean
