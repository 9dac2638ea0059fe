"""What all models trained by gradients have in common, as scikit-learn estimators.

They minimise the mean loss of a training row plus penalties on the weights (intercepts are free), by
mini-batches; X may be dense or CSR and is never copied whole. Without an optimizer they use `Momentum()`,
which wants columns of about unit scale. Sample weights count in proportion to their mean.

The options every one of them has:

* optimizer, scheduler: components; None means `Momentum()` and a constant rate. An optimizer with the
  learning rate "auto" has one chosen by a range test on the training rows.
* epochs, batch_size, shuffle: how often all rows are looked at, how many at a time, in what order.
* clip_norm: gradients longer than this are shortened to it. averaging: how much of the running mean of the
  iterates each step keeps; 0 gives the last iterate, 1 the mean of all.
* validation_share: rows put aside (class by class, for classifiers) to validate on after each epoch.
  patience: the training stops after so many epochs without a better validation loss, and goes back to the best.
* checkpoint: a folder; a training that is killed and started again goes on from there, to the same bits.
* dtype: of the arithmetic. random_state: of the order, the split, the first parameters and dropout.

A training that runs away does not raise: `fit` warns, `diverged_` says at which step and learning rate
(otherwise it is None), and the model keeps the finite parameters from before that epoch. `partial_fit` is one
of the declared `epochs`, on the rows it is given: called so often on the same rows it ends where `fit` does, to
the bit, schedule included. It continues earlier calls of itself; `fit` begins and ends a training of its own.

Fitted: `loss_curve_`, `learning_rate_curve_` and with validation `validation_curve_` (one number an epoch, for
as long as the training was sound; losses without penalties), `best_epoch_` (the one behind the parameters),
`n_iter_` (epochs), `learning_rate_` (the base rate), `range_test_` (its rates and losses, None where none was
made), `diverged_`, `n_features_in_`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from runner.contracts import Optimizer, Scheduler
from runner.errors import ConfigError, DataError
from runner.learn import (
    EpochReport,
    Family,
    Minimiser,
    Setting,
    Snapshot,
    Trained,
    Training,
    fit_many,
    options_of,
    range_test,
    task_of,
    with_options,
)
from runner_builtin.training.checkpoints import Checkpoint, digest
from runner_builtin.training.optimizers import Momentum

Array = NDArray[Any]
Params = dict[str, Array]


class UnfitData(DataError, ValueError):
    """Data a model cannot learn from; a ValueError too, which is what scikit-learn's callers expect."""


@dataclass(frozen=True)
class Problem:
    """What is to be learned. targets: as the loss of the family wants them.

    seeds: of the first parameters, the order, and the split.
    unit: how many units of the given target make one of `targets`. held_out: positions of validation rows.
    l1: the penalty in the unit of `targets`.
    """

    family: Family
    X: Any
    targets: Array
    n_outputs: int
    weights: Array | None
    seeds: tuple[int, int, int]
    l1: float = 0.0
    unit: float = 1.0
    held_out: NDArray[np.intp] | None = None


class GradientModel(BaseEstimator):
    """The options are listed in each model, because they are read from its source text."""

    optimizer: Optimizer | None
    scheduler: Scheduler | None
    epochs: int
    batch_size: int
    l2: float
    shuffle: bool
    clip_norm: float | None
    averaging: float
    validation_share: float | None
    patience: int | None
    checkpoint: str | None
    dtype: str
    random_state: int | None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the options; deep: those of the optimizer and the scheduler too, as optimizer__learning_rate."""
        params: dict[str, Any] = super().get_params(deep=deep)
        for kind in ("optimizer", "scheduler") if deep else ():
            params |= {f"{kind}__{name}": value for name, value in _options(params[kind]).items()}
        return params

    def set_params(self, **params: Any) -> Self:
        """Set options. One of a component gives the model a changed copy of it; the component itself stays."""
        own = {name: value for name, value in params.items() if "__" not in name}
        super().set_params(**own)
        for name in params.keys() - own.keys():
            kind, _, option = name.partition("__")
            component = getattr(self, kind, None)
            if kind not in ("optimizer", "scheduler") or option not in _options(component):
                raise ValueError(
                    f"Invalid parameter {name!r} for {type(self).__name__}: {kind} is {component!r}. Options: "
                    f"{sorted(self.get_params())!r}."
                )
            setattr(self, kind, with_options(component, {option: params[name]}))
        return self

    def for_batches(self, n_batches: int) -> tuple[Self, int]:
        """Plan a training by `partial_fit` on rows that come in so many batches, each of which it counts as an epoch.

        Returns an unfitted copy whose schedule spans all calls, and how often the batches are to be gone through.
        """
        return clone(self).set_params(epochs=self.epochs * n_batches), self.epochs

    def tell_epochs(self, hear: Callable[[int, Mapping[str, float]], None] | None) -> None:
        """Have `fit` tell of each epoch from now on; None: no more."""
        if hear is None:
            vars(self).pop("_tell", None)
        else:
            self._tell = hear

    def _pose(self, X: Any, y: Any, sample_weight: Any = None) -> Problem:
        """Check the data, remember what they are like, and return what is to be learned."""
        raise NotImplementedError

    def _take(self, params: Params) -> None:
        """Store the parameters of one trial."""
        raise NotImplementedError

    def _put_aside(self, n_rows: int, seed: int, labels: Array | None = None) -> NDArray[np.intp] | None:
        """Choose the validation rows, evenly from each class where there are labels (n_rows,)."""
        if self.validation_share is None:
            if self.patience is not None:
                raise ConfigError(
                    f"model.patience {self.patience!r} counts epochs without a better validation loss, and no rows "
                    "are put aside to validate on. Set model.validation_share, such as 0.1."
                )
            return None
        count = max(1, round(self.validation_share * n_rows))
        if count >= n_rows:
            raise UnfitData(
                f"model.validation_share {self.validation_share!r} puts {count} of {n_rows} training rows aside and "
                "leaves none to learn from."
            )
        order = np.random.default_rng(seed).permutation(n_rows)
        if labels is not None:
            order = order[np.argsort(labels[order], kind="stable")]
        places = ((np.arange(count) + 0.5) * n_rows / count).astype(np.intp)
        return np.sort(order[places])

    def _learn(self, problem: Problem) -> Params:
        """Train from beginning to end, set the curves, and return the parameters."""
        setting = self._setting(problem)
        trained = self._trained(problem, setting)
        self._adopt(trained, problem.unit)
        return trained.params_of(0)

    def _learn_on(self, problem: Problem) -> Params:
        """Train for one epoch more, set the curves, and return the parameters."""
        state = getattr(self, "training_state_", None)
        if state is None:
            setting = self._setting(problem)
            training = Training.started(task_of(**self._shared(problem, setting)), [setting])
        else:
            setting = self._setting(problem, rate=self.learning_rate_)
            snapshot = Snapshot(state["arrays"], state["numbers"])
            training = Training.resumed(task_of(**self._shared(problem, setting)), [setting], snapshot)
        if not training.ended:
            training.run_epoch()
        snapshot = training.snapshot()
        trained = training.trained()
        self._adopt(trained, problem.unit)
        self.training_state_ = {"arrays": dict(snapshot.arrays), "numbers": dict(snapshot.numbers)}
        return trained.params_of(0)

    def _setting(self, problem: Problem, rate: float | None = None) -> Setting:
        """Return what the training is like; chooses the learning rate if that is asked for and `rate` is None."""
        optimizer: Any = Momentum() if self.optimizer is None else self.optimizer
        setting = Setting(
            optimizer=optimizer,
            scheduler=self.scheduler,
            l1=problem.l1,
            l2=self.l2,
            seed=problem.seeds[0],
            clip_norm=np.inf if self.clip_norm is None else self.clip_norm,
            averaging=self.averaging,
        )
        if rate is None:
            self.range_test_ = None
            rate = getattr(optimizer, "learning_rate", None)
            if rate == "auto":
                test = range_test(task_of(**self._shared(problem, setting)), setting)
                rate = test.choice
                self.range_test_ = {"learning_rates": list(test.rates), "losses": list(test.losses)}
            self.learning_rate_ = rate
        if rate is None:
            return setting
        return replace(setting, optimizer=with_options(optimizer, {"learning_rate": rate}))

    def _trained(self, problem: Problem, setting: Setting) -> Trained:
        shared = self._shared(problem, setting) | {"on_epoch": self._on_epoch(problem.unit)}
        if self.checkpoint is None:
            return fit_many(**shared)
        if not isinstance(self.random_state, int | np.integer):
            raise ConfigError(
                f"A training with random_state {self.random_state!r} cannot be resumed, for another start draws "
                "another order of rows. Give an int beside model.checkpoint."
            )
        options = {name: value for name, value in self.get_params(deep=False).items() if name != "checkpoint"}
        weights, settings = problem.weights, shared.pop("settings")
        parts = options | {"kind": type(self).__name__, "X": problem.X, "y": problem.targets, "weights": weights}
        checkpoint = Checkpoint(self.checkpoint, digest(parts))
        trained = fit_many(settings=settings, **shared, snapshot=checkpoint.load(), on_snapshot=checkpoint.save)
        checkpoint.remove()
        return trained

    def _on_epoch(self, unit: float) -> Callable[[EpochReport], None] | None:
        """Return what tells the listener of an epoch, in the words and units of the curves."""
        hear = getattr(self, "_tell", None)
        if hear is None:
            return None
        validated, rated = self.validation_share is not None, self.learning_rate_ is not None

        def told(report: EpochReport) -> None:
            values = {"loss": float(report.losses[0]) * unit**2}
            values |= {"learning_rate": float(report.learning_rates[0])} if rated else {}
            values |= {"validation_loss": float(report.validation_losses[0]) * unit**2} if validated else {}
            hear(report.epoch, values)

        return told

    def _shared(self, problem: Problem, setting: Setting) -> dict[str, Any]:
        """Give the arguments of `fit_many` and `task_of`."""
        return {
            "family": problem.family,
            "X": problem.X,
            "targets": problem.targets,
            "settings": [setting],
            "n_outputs": problem.n_outputs,
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "seed": problem.seeds[1],
            "shuffle": self.shuffle,
            "sample_weight": problem.weights,
            "dtype": self.dtype,
            "held_out": problem.held_out,
            "patience": self.patience,
        }

    def _adopt(self, trained: Trained, unit: float, trial: int = 0) -> None:
        """Set what the training tells of itself. unit: losses are in its square. trial: which of those trained."""
        sound = np.isfinite(trained.loss_curve[trial])
        self.loss_curve_ = (trained.loss_curve[trial][sound] * unit**2).tolist()
        self.n_iter_ = len(self.loss_curve_)
        rates = trained.learning_rate_curve[trial][sound]
        self.learning_rate_curve_ = None if self.learning_rate_ is None else rates.tolist()
        self.validation_curve_ = None
        if self.validation_share is not None:
            self.validation_curve_ = (trained.validation_curve[trial][sound] * unit**2).tolist()
        self.best_epoch_ = int(trained.best_epochs[trial])
        self.diverged_ = None
        divergence = trained.divergences[trial]
        if divergence is not None:
            self.diverged_ = {"step": divergence.step, "learning_rate": divergence.learning_rate}
            warnings.warn(_ran_away(self, self.diverged_), ConvergenceWarning, stacklevel=4)

    def _seeds(self) -> tuple[int, int, int]:
        """Draw the seeds of the first parameters, the order of the rows, and the split."""
        fresh = np.random.default_rng(self.random_state)
        first, order, split = (int(fresh.integers(2**63)) for _ in range(3))
        return first, order, split

    def _checked(self, X: Any) -> Any:
        check_is_fitted(self)
        return validate_data(self, X, accept_sparse="csr", reset=False)


def learns_in_parts(model: GradientModel) -> bool:
    """Say that there is a partial_fit. Raises AttributeError for options that need all rows or a whole training."""
    needy = ("validation_share", "patience", "checkpoint", "class_weight")
    wrong = [name for name in needy if getattr(model, name, None) is not None]
    if wrong or isinstance(model.optimizer, Minimiser):
        raise AttributeError(
            f"partial_fit sees some rows for one epoch, so {' and '.join(wrong) or repr(model.optimizer)} cannot "
            "be heeded. Use fit, or leave that out."
        )
    return True


def checked_weights(sample_weight: Any, n_rows: int) -> Array | None:
    """Sample weights as float64 (n_rows,); one number stands for all rows."""
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=np.float64)
    weights = np.full(n_rows, float(weights)) if weights.ndim == 0 else weights
    if weights.shape != (n_rows,) or not np.isfinite(weights).all() or weights.min() < 0 or not weights.any():
        raise UnfitData(
            f"sample_weight has shape {weights.shape!r} and runs from {weights.min()!r} to {weights.max()!r}; it "
            f"must have shape ({n_rows},), finite, not negative, and not all zero."
        )
    return weights


def _options(component: Any) -> dict[str, Any]:
    is_one = isinstance(component, Optimizer | Scheduler) and not isinstance(component, type)
    return options_of(component) if is_one else {}


def _ran_away(model: BaseEstimator, diverged: Mapping[str, Any]) -> str:
    rate = diverged["learning_rate"]
    where = f"step {diverged['step']}" + ("" if rate is None else f" with learning rate {rate:.6g}")
    return (
        f"{type(model).__name__} diverged at {where} and keeps its parameters from before that epoch. Lower "
        "optimizer.learning_rate, or scale the columns."
    )
