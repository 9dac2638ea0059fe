"""One binary problem (a class against the others) and the trials that learn it side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.linear_model import SGDClassifier

from runner_builtin.models import sgd_kernels as kernels
from runner_builtin.models.sgd_trial import Trial

Array = NDArray[Any]

LOSSES = {
    "hinge": kernels.HINGE,
    "perceptron": kernels.PERCEPTRON,
    "squared_hinge": kernels.SQUARED_HINGE,
    "modified_huber": kernels.MODIFIED_HUBER,
    "log_loss": kernels.LOG,
}
SCHEDULES = {
    "constant": kernels.CONSTANT,
    "adaptive": kernels.ADAPTIVE,
    "invscaling": kernels.INVSCALING,
    "optimal": kernels.OPTIMAL,
}
#: Intercepts of sparse rows move slower, as scikit-learn has it.
SPARSE_DECAY = 0.01
#: Up to 1.7, scikit-learn judges by the loss alone, summed.
JUDGES_PENALTY = tuple(int(part) for part in sklearn.__version__.split(".")[:2]) >= (1, 8)


class Problem:
    """The trials that are still in, with their weights, (n_columns, n_trials).

    number: which of the trials' problems this is. positives: (n_rows,), true for rows of the class. class_weights:
    the places of the weight of these and of the others, None for 1. seed: of the shuffles, 0 for none.
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        *,
        number: int,
        rows: kernels.Rows,
        positives: Array,
        class_weights: tuple[int, int | None],
        seed: int,
        decay: float,
    ) -> None:
        self.trials = list(trials)
        self._number, self._rows, self._positives, self._seed = number, rows, positives, seed
        self._rules = _rules([trial.model for trial in trials], decay)
        for name, place in zip(("positive", "negative"), class_weights, strict=True):
            if place is not None:
                getattr(self._rules, name)[:] = [trial.class_weights[place] for trial in trials]
        if not JUDGES_PENALTY:
            self._rules.tol[:] *= len(positives)
        self._first_l1 = int(np.searchsorted([is_l1(trial.model) for trial in trials], True))
        self._dtype = trials[0].coef.dtype
        self._standing = _standing(self._rules)
        self._order = np.arange(len(positives), dtype=np.int32)
        self._epoch = 0
        self._weights: Array | None = None
        self._felt: Array | None = None

    def advance(self, until: int) -> None:
        """Train to so many epochs; trials that end on the way leave."""
        self.let_go()
        while self.trials and self._epoch < until:
            if self._weights is None:
                n_columns, n_trials = self.trials[0].coef.shape[1], len(self.trials)
                self._weights = np.zeros((n_columns, n_trials), self._dtype)
                self._felt = np.zeros((n_columns, n_trials - self._first_l1), self._dtype)
            self._epoch = kernels.train_(
                self._rows,
                self._positives,
                self._order,
                self._seed,
                self._weights,
                self._felt,
                self._rules,
                self._plan(),
                self._standing,
                self._epoch,
                until,
            )
            for trial in np.array(self.trials, object)[self._standing.state == kernels.OVERFLOWN]:
                trial.failures[self._number] = _overflow(self._epoch)
            self._leave(self._standing.state != kernels.RUNNING)

    def let_go(self) -> None:
        """Let those leave that were dropped, or that failed in another problem."""
        self._leave(np.array([trial.dropped or bool(trial.failures) for trial in self.trials], bool))

    def write_(self, trial: Trial) -> None:
        """Write the trial's results so far into it, if it is still in."""
        if self._weights is None or trial not in self.trials:
            return
        place = self.trials.index(trial)
        scale = self._dtype.type(self._standing.scale[place])
        np.multiply(self._weights[:, place], scale, out=trial.coef[self._number])
        trial.intercept[self._number] = self._standing.intercept[place]
        trial.epochs[self._number] = self._epoch

    def _leave(self, leaving: Array) -> None:
        if not leaving.any():
            return
        for place in np.flatnonzero(leaving):
            self.write_(self.trials[place])
        kept = np.flatnonzero(~leaving)
        if self._weights is not None:
            kept_l1 = kept[kept >= self._first_l1] - self._first_l1
            self._weights = _squeezed(self._weights, kept)
            self._felt = _squeezed(self._felt, kept_l1)
        self._first_l1 = int(np.count_nonzero(kept < self._first_l1))
        self.trials = [self.trials[place] for place in kept]
        self._rules = kernels.Rules(*[numbers[kept] for numbers in self._rules])
        self._standing = kernels.Standing(*[numbers[kept] for numbers in self._standing])
        if not self.trials:
            self._weights = self._felt = None

    def _plan(self) -> kernels.Plan:
        judged = bool(np.isfinite(self._rules.tol).any())
        largest = kernels.largest_of(self._rows.values)
        return kernels.Plan(
            loss_runs=_runs(self._rules.loss),
            schedule_runs=_runs(self._rules.schedule),
            first_l1=self._first_l1,
            judged=judged,
            penalised=judged and JUDGES_PENALTY and bool((self._rules.ridge + self._rules.lasso).any()),
            unit=float(len(self._order)) if JUDGES_PENALTY else 1.0,
            tiny=1e-9 if self._dtype == np.float64 else 1e-6,
            safe=float(np.finfo(self._dtype).max) / 1e6 / max(largest, 1.0),
        )


def is_l1(model: SGDClassifier) -> bool:
    """Say if the penalty pulls weights to zero."""
    return model.penalty in ("l1", "elasticnet")


def likeness(model: SGDClassifier) -> tuple[Any, ...]:
    """Return what to sort models by, so that neighbours do much the same. L1 penalties are last."""
    return is_l1(model), LOSSES[model.loss], SCHEDULES[model.learning_rate], model.power_t


def rows_of(X: Any) -> kernels.Rows:
    """Return the rows of a CSR matrix or an array, without copying any value."""
    if issparse(X):
        ends = X.indptr.astype(np.int64)
        return kernels.Rows(X.data, X.indices, ends[:-1], ends[1:], ends[:-1])
    n_rows, n_columns = X.shape
    starts = np.arange(n_rows) * n_columns
    return kernels.Rows(
        X.reshape(-1), np.arange(n_columns, dtype=np.int32), starts, starts + n_columns, np.zeros_like(starts)
    )


def _rules(models: Sequence[SGDClassifier], decay: float) -> kernels.Rules:
    rules = [_rule(model, decay) for model in models]
    return kernels.Rules(**{name: np.array([rule[name] for rule in rules]) for name in kernels.Rules._fields})


def _rule(model: SGDClassifier, decay: float) -> dict[str, float]:
    """Return one model's rule; see `kernels.Rules`."""
    l1 = {"l1": 1.0, "elasticnet": model.l1_ratio}.get(model.penalty, 0.0)
    alpha = float(model.alpha)
    return {
        "loss": LOSSES[model.loss],
        "schedule": SCHEDULES[model.learning_rate],
        "alpha": alpha,
        "shrinking": 1.0 - l1 if model.penalty in ("l2", "elasticnet") else 0.0,
        "l1": float(l1),
        "ridge": (1.0 - l1) * 0.5 if model.penalty is not None else 0.0,
        "lasso": float(l1),
        "rate": float(model.eta0),
        "power": float(model.power_t),
        "start": 1.0 / (np.sqrt(1.0 / np.sqrt(alpha)) * alpha) if model.learning_rate == "optimal" else 0.0,
        "positive": 1.0,
        "negative": 1.0,
        "decay": decay if model.fit_intercept else 0.0,
        "tol": -np.inf if model.tol is None else float(model.tol),
        "patience": int(model.n_iter_no_change),
        "epochs": int(model.max_iter),
    }


def _standing(rules: kernels.Rules) -> kernels.Standing:
    n_trials = len(rules.alpha)
    return kernels.Standing(
        scale=np.ones(n_trials),
        squares=np.zeros(n_trials),
        sizes=np.zeros(n_trials),
        intercept=np.zeros(n_trials),
        rate=rules.rate.copy(),
        pull=np.zeros(n_trials),
        best=np.full(n_trials, np.inf),
        stalls=np.zeros(n_trials, np.int64),
        bound=np.zeros(n_trials),
        state=np.full(n_trials, kernels.RUNNING),
    )


def _runs(codes: Array) -> Array:
    """Return (n_runs, 3): a code, and the first and the last place (not in it) of a stretch of it."""
    starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    return np.stack([codes[starts], starts, np.append(starts[1:], len(codes))], axis=1)


def _squeezed(numbers: Any, kept: Array) -> Array:
    n_rows, n_columns = numbers.shape
    flat = numbers.reshape(-1)
    kernels.squeeze_(flat, n_rows, n_columns, kept)
    return flat[: n_rows * len(kept)].reshape(n_rows, len(kept))  # type: ignore[no-any-return]


def _overflow(epoch: int) -> ValueError:
    return ValueError(
        f"Floating-point under-/overflow occurred at epoch #{epoch}. Scaling input data with StandardScaler or "
        f"MinMaxScaler might help."
    )
