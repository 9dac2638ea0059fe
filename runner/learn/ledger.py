"""What a training writes down: the curves, who left and why, and the parameters each trial is left with."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runner.learn.cohort import Cohort
from runner.learn.families import Params
from runner.learn.snapshot import Snapshot
from runner.learn.trained import Divergence, EpochReport, Trained
from runner.learn.trial_axis import trials_first, trials_last

Array = NDArray[Any]

#: A trial has diverged when the mean loss of an epoch is this many times that of its first step (or 1),
EXPLODED_LOSS = 1e3
#: or when a parameter is beyond this at the end of an epoch.
EXPLODED_PARAMETER = 1e12


class Ledger:
    """Filled epoch by epoch, for all trials, in the order in which they were given.

    patience: how many epochs without a better validation loss a trial may train on; None stops nobody.
    """

    def __init__(self, n_trials: int, patience: int | None = None) -> None:
        self._n_trials = n_trials
        self._patience = patience
        self._curves: dict[str, list[Array]] = {"losses": [], "rates": [], "validation": []}
        self._divergences: list[Divergence | None] = [None] * n_trials
        self._n_steps = np.zeros(n_trials, dtype=np.int64)
        self._limits = np.full(n_trials, np.nan)
        self._best = np.full(n_trials, np.inf)
        self._best_epochs = np.full(n_trials, -1)
        # of the trials that have left, and of each one's best epoch: arrays without the trial axis
        self._kept: dict[int, Params] = {}

    @property
    def n_epochs(self) -> int:
        """How many epochs are written down."""
        return len(self._curves["losses"])

    def enter(
        self,
        before: Cohort,
        after: Cohort,
        losses: Array,
        rates: Array,
        step_sizes: Sequence[int],
        validation: Array | None = None,
    ) -> Cohort:
        """Write down an epoch and return the trials that go on.

        losses, rates: (n_steps, n_trials), all trials. step_sizes: (n_steps,) rows behind each loss.
        validation: loss on the held-out rows of the trials in `after`.
        """
        epoch = self.n_epochs
        if epoch == 0:
            self._limits = EXPLODED_LOSS * np.fmax(1, losses[0])
        means = np.average(losses, axis=0, weights=step_sizes)
        sound = (means[after.numbers] <= self._limits[after.numbers]) & _bounded(after)
        if validation is not None:
            sound &= np.isfinite(validation)
        numbers = after.numbers[sound]
        self._write("losses", numbers, means[numbers])
        self._write("rates", numbers, rates[0, numbers])
        self._write("validation", numbers, np.nan if validation is None else validation[sound])
        self._n_steps[numbers] += len(losses)
        self._enter_divergences(before, numbers, losses, rates)
        stays = sound.copy()
        if self._patience is None or validation is None:
            self._best_epochs[numbers] = epoch
        else:
            self._keep_best(epoch, after, sound & (validation < self._best[after.numbers]), validation)
            stays &= epoch - self._best_epochs[after.numbers] < self._patience
        return after if stays.all() else after.keeping(stays)

    def dismiss(self, cohort: Cohort, leave: NDArray[np.bool_]) -> None:
        """Keep the parameters of trials that are sent away, or of their best epoch. leave: (n_trials,)."""
        for number, params in _each(cohort, leave):
            self._kept.setdefault(number, params)

    def report(self) -> EpochReport:
        """Say how the last epoch went."""
        losses, rates, validation = (self._curves[name][-1].copy() for name in ("losses", "rates", "validation"))
        return EpochReport(self.n_epochs - 1, losses, rates, validation)

    def close(self, cohort: Cohort, epochs: int) -> Trained:
        """Add the parameters of the trials that trained to the end. epochs: the length of the curves, at least."""
        if self._patience is None and len(cohort.numbers) == self._n_trials:
            params: Params = cohort.result
        else:
            kept = self._kept | {number: own for number, own in _each(cohort) if number not in self._kept}
            params = {
                name: trials_first(np.stack([kept[number][name] for number in range(self._n_trials)], axis=-1))
                for name in cohort.params
            }
        losses, rates, validation = (
            _padded(self._curves[name], self._n_trials, epochs) for name in ("losses", "rates", "validation")
        )
        flags, best = tuple(self._divergences), self._best_epochs.copy()
        return Trained(params, losses, rates, validation, flags, self._n_steps.copy(), best)

    def snapshot(self) -> Snapshot:
        """Return all that is written down."""
        arrays = {f"curves/{name}": np.array(curve) for name, curve in self._curves.items()}
        arrays |= {"n_steps": self._n_steps.copy(), "limits": self._limits.copy()}
        arrays |= {"best": self._best.copy(), "best_epochs": self._best_epochs.copy()}
        for number, params in self._kept.items():
            arrays |= {f"kept/{number}/{name}": param for name, param in params.items()}
        flags = [None if flag is None else [flag.step, flag.learning_rate] for flag in self._divergences]
        return Snapshot(arrays, {"divergences": flags})

    @classmethod
    def restored(cls, snapshot: Snapshot, n_trials: int, patience: int | None) -> Self:
        """Undo `snapshot`."""
        ledger = cls(n_trials, patience)
        ledger._curves = {name: list(curve) for name, curve in snapshot.under("curves").items()}
        ledger._n_steps, ledger._limits, ledger._best, ledger._best_epochs = (
            snapshot.arrays[name].copy() for name in ("n_steps", "limits", "best", "best_epochs")
        )
        for name, param in snapshot.under("kept").items():
            number, own = name.split("/", 1)
            ledger._kept.setdefault(int(number), {})[own] = param
        flags = snapshot.numbers["divergences"]
        ledger._divergences = [None if flag is None else Divergence(*flag) for flag in flags]
        return ledger

    def _write(self, curve: str, numbers: NDArray[np.intp], values: Any) -> None:
        row = np.full(self._n_trials, np.nan)
        row[numbers] = values
        self._curves[curve].append(row)

    def _enter_divergences(self, before: Cohort, sound: NDArray[np.intp], losses: Array, rates: Array) -> None:
        for number, params in _each(before, ~np.isin(before.numbers, sound)):
            step = _first_beyond(losses[:, number], self._limits[number])
            self._divergences[number] = Divergence(int(self._n_steps[number]) + step, float(rates[step, number]))
            self._kept.setdefault(number, params)

    def _keep_best(self, epoch: int, cohort: Cohort, better: NDArray[np.bool_], validation: Array) -> None:
        self._best[cohort.numbers[better]] = validation[better]
        self._best_epochs[cohort.numbers[better]] = epoch
        self._kept |= dict(_each(cohort, better))


def _each(cohort: Cohort, mask: NDArray[np.bool_] | None = None) -> list[tuple[int, Params]]:
    """The number of each trial, and copies of its own arrays without the trial axis."""
    places = range(len(cohort.numbers)) if mask is None else np.flatnonzero(mask)
    return [
        (int(cohort.numbers[place]), {name: param[place].copy() for name, param in cohort.result.items()})
        for place in places
    ]


def _padded(curve: Sequence[Array], n_trials: int, epochs: int) -> Array:
    padded = np.full((n_trials, max(epochs, len(curve))), np.nan)
    if curve:
        padded[:, : len(curve)] = np.stack(curve, axis=1)
    return padded


def _bounded(cohort: Cohort) -> NDArray[np.bool_]:
    """(n_trials,) whether all parameters are finite and none has exploded."""
    bounded = np.ones(len(cohort.numbers), dtype=bool)
    for param in cohort.params.values():
        rows = trials_last(param).reshape(prod(param.shape[1:]), len(param))
        # no array of absolute values, which would be as large as the parameters
        bounded &= rows.max(axis=0, initial=0) <= EXPLODED_PARAMETER
        bounded &= rows.min(axis=0, initial=0) >= -EXPLODED_PARAMETER
    return bounded


def _first_beyond(losses: Array, limit: float) -> int:
    """The first step whose loss was not finite or beyond the limit; the last where only parameters were."""
    beyond = ~(losses <= limit)
    return int(np.argmax(beyond)) if beyond.any() else len(losses) - 1
