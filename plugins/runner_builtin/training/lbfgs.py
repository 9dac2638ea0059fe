"""L-BFGS: the whole training as one search with a memory of the curvature, by SciPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from runner.errors import ConfigError
from runner.options import Count, NonNegative

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class LBFGS:
    """Quasi-Newton steps with line searches, over all training rows (Liu & Nocedal, 1989; Byrd et al., 1995).

    For smooth losses and data that are quickly looked at as a whole; best with the model's dtype float64. An
    epoch of the model is one iteration. There is no learning rate, so nothing for a scheduler to do. memory:
    how many past steps the curvature is estimated from. tolerance: the search ends where no entry of the
    gradient is larger.
    """

    memory: Count = 10
    tolerance: NonNegative = 1e-6
    elementwise: ClassVar[bool] = False

    def minimise(
        self,
        objective: Callable[[Vector], tuple[float, Vector]],
        start: Vector,
        iterations: int,
        goes_on: Callable[[Vector], bool],
    ) -> None:
        """Search for where the objective is least; see `runner.learn.Minimiser`."""

        def after_iteration(intermediate_result: Any) -> None:
            if not goes_on(np.asarray(intermediate_result.x)):
                raise StopIteration

        options = {
            "maxiter": iterations,
            "maxfun": 20 * iterations,
            "maxcor": self.memory,
            "gtol": self.tolerance,
            "ftol": 0.0,
        }
        minimize(objective, start, method="L-BFGS-B", jac=True, callback=after_iteration, options=options)

    def init(self, param: NDArray[Any]) -> dict[str, Any]:
        """Refuse: there are no single steps."""
        return self._refused()

    def update(
        self, grad: NDArray[Any], state: Mapping[str, Any], param: NDArray[Any], learning_rate: Any
    ) -> tuple[NDArray[Any], dict[str, Any]]:
        """Refuse: there are no single steps."""
        return self._refused()

    def _refused(self) -> NoReturn:
        raise ConfigError(
            "Optimizer 'LBFGS' searches over all parameters at once and makes no steps of single arrays. Train "
            "with a model of runner_builtin, by `fit_many`, or by its `minimise`."
        )
