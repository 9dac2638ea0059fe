"""Train many of scikit-learn's SGDClassifiers on the same rows at once, with its own algorithm and results.

Models that differ in loss, penalty, learning rate or any number share every pass over the rows. Needs numba (the
extra `fast`); without it no models can be trained together.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from importlib.util import find_spec
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from sklearn.linear_model import SGDClassifier

if TYPE_CHECKING:
    from runner_builtin.models.sgd_course import Course

_LOSSES = ("hinge", "log_loss", "modified_huber", "perceptron", "squared_hinge")
_SCHEDULES = ("adaptive", "constant", "invscaling", "optimal")
_PENALTIES = ("elasticnet", "l1", "l2", None)
_FREE = frozenset(
    {
        "alpha", "class_weight", "eta0", "fit_intercept", "l1_ratio", "learning_rate", "loss", "max_iter",
        "n_iter_no_change", "n_jobs", "penalty", "power_t", "tol",
    }
)  # fmt: skip


class SGDTogether:
    """Trains SGDClassifiers together. What each would be after its own `fit`, it is here, up to rounding."""

    @property
    def free(self) -> Mapping[str, frozenset[str]]:
        """Name the options in which models trained together may differ; none where numba is missing."""
        return {"model": _FREE} if find_spec("numba") else {}

    def fusion_key(self, model: Any) -> Hashable | None:
        """Return what models must have in common to be trained together; None for one that must be trained alone.

        Alone are those that average, hold rows back (early_stopping), start from earlier weights, or shuffle by a
        generator that is not given as a number; and those with an option that scikit-learn refuses.
        """
        if type(model) is not SGDClassifier or not (_is_known(model) and _is_allowed(model) and find_spec("numba")):
            return None
        return "sgd_classifier", int(model.random_state), bool(model.shuffle)

    def begin(self, models: Sequence[SGDClassifier], X: Any, y: Any, *, threads: int) -> Course:
        """Return the training of models of equal keys, no epoch made yet.

        X: (n_rows, n_columns), CSR or dense; not copied if it is of floats. y: (n_rows,) labels. Raises ValueError
        for X and y that scikit-learn refuses.
        """
        from runner_builtin.models.sgd_course import Course  # numba takes 0.3 s to import

        return Course(models, X, y, threads=threads)


def _is_known(model: SGDClassifier) -> bool:
    return (
        model.loss in _LOSSES
        and model.learning_rate in _SCHEDULES
        and model.penalty in _PENALTIES
        and isinstance(model.random_state, Integral)
        and not (model.average or model.early_stopping or model.warm_start or model.verbose)
    )


def _is_allowed(model: SGDClassifier) -> bool:
    """Say if the numbers are such as scikit-learn takes; it is to refuse the others itself."""
    counts = (model.max_iter, model.n_iter_no_change)
    tol, l1_ratio = model.tol or 0.0, 0.0 if model.l1_ratio is None else model.l1_ratio
    numbers = (model.alpha, model.eta0, model.power_t, tol, l1_ratio)
    if not (all(isinstance(count, Integral) for count in counts) and all(isinstance(one, Real) for one in numbers)):
        return False
    return (
        min(counts) >= 1
        and min(numbers) >= 0
        and l1_ratio <= 1
        and (model.l1_ratio is not None or model.penalty != "elasticnet")
        and (model.alpha > 0 if model.learning_rate == "optimal" else model.eta0 > 0)
        and (
            model.eta0 > 0 or model.eta0 == SGDClassifier().eta0
        )  # 0 was the default up to 1.7, and is refused later
    )
