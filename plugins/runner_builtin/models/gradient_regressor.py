"""Regressors trained by gradients: targets of any unit, one or several."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import validate_data

from runner.learn import Family
from runner_builtin.models.gradient_models import GradientModel, Params, Problem, checked_weights, learns_in_parts

Array = NDArray[Any]


class GradientRegressor(RegressorMixin, GradientModel):
    """The target is centred and scaled for the training, so that a learning rate means the same in any unit.

    Several targets, y (n_rows, n_targets), share one scale and their errors are summed; bring targets of very
    different units to one before. The loss curve is in the target's own unit, squared.
    """

    def _family(self) -> Family:
        """Return what is trained."""
        raise NotImplementedError

    def _keep(self, params: Params, centre: Array, unit: float) -> None:
        """Store the parameters of one trial. centre: (n_targets,)."""
        raise NotImplementedError

    def _scores(self, X: Any) -> Array:
        """Return predictions (n_rows, n_targets)."""
        raise NotImplementedError

    def _centre(self, y: Array, weights: Array | None) -> Array:
        """The middle of the targets (n_rows, n_targets)."""
        return np.average(y, axis=0, weights=weights)

    def _spread(self, errors: Array, weights: Array | None) -> float:
        """The scale of the centred targets."""
        return float(np.sqrt(np.average(np.square(errors), axis=0, weights=weights).mean()))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from X (n_rows, n_features), dense or CSR, and values y (n_rows,) or (n_rows, n_targets)."""
        self._take(self._learn(self._pose(X, y, sample_weight)))
        return self

    def _pose(self, X: Any, y: Any, sample_weight: Any = None) -> Problem:
        X, y = validate_data(self, X, y, accept_sparse="csr", y_numeric=True, multi_output=True)
        self.__dict__.pop("training_state_", None)
        seeds, weights = self._seeds(), checked_weights(sample_weight, len(y))
        held_out = self._put_aside(len(y), seeds[2])
        train = slice(None) if held_out is None else np.setdiff1d(np.arange(len(y)), held_out)
        self._measure(y[train], None if weights is None else weights[train])
        return self._problem(X, y, weights, seeds, held_out)

    def _take(self, params: Params) -> None:
        self._keep(params, self._middle, self._unit)

    @available_if(learns_in_parts)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn for one epoch more. Centre and scale of the target are those of the first call."""
        begins = not hasattr(self, "training_state_")
        X, y = validate_data(self, X, y, accept_sparse="csr", y_numeric=True, multi_output=True, reset=begins)
        weights = checked_weights(sample_weight, len(y))
        if begins:
            self._measure(y, weights)
        problem = self._problem(X, y, weights, self._seeds(), None)
        self._take(self._learn_on(problem))
        return self

    def predict(self, X: Any) -> Array:
        """Return the predicted values, shaped like the y that was learned from."""
        values = self._scores(self._checked(X))
        return values[:, 0] if self._is_flat else values

    def _measure(self, y: Array, weights: Array | None) -> None:
        """Find the target's middle and unit, and remember its form."""
        self._is_flat = y.ndim == 1
        values = y.reshape(len(y), -1).astype(np.float64)
        self._middle = self._centre(values, weights)
        self._unit = self._spread(values - self._middle, weights) or 1.0

    def _problem(
        self,
        X: Any,
        y: Array,
        weights: Array | None,
        seeds: tuple[int, int, int],
        held_out: NDArray[np.intp] | None,
    ) -> Problem:
        values = (y.reshape(len(y), -1) - self._middle) / self._unit
        return Problem(
            family=self._family(),
            X=X,
            targets=values.astype(self.dtype),
            n_outputs=values.shape[1],
            weights=weights,
            seeds=seeds,
            l1=getattr(self, "l1", 0.0) / self._unit,
            unit=self._unit,
            held_out=held_out,
        )
