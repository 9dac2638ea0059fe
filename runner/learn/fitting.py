"""Train many models at once: the mini-batch loop.

    trained = fit_many(
        Linear(losses.softmax), X, y, [Setting(Adam(learning_rate=rate)) for rate in (0.1, 0.01)],
        n_outputs=10, epochs=30, batch_size=64, seed=0,
    )

The trials share the rows, their order, the family and the shapes, and differ only in numbers; a single
training is the same with one trial. Each mini-batch is taken once and meets the parameters of all trials
in one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import ConfigError
from runner.learn.cohort import Cohort
from runner.learn.families import Family, Params
from runner.learn.ledger import Ledger
from runner.learn.pace import Pace
from runner.learn.rows import Batch, Rows, mean_one
from runner.learn.trained import EpochReport, Setting, Trained
from runner.learn.trial_axis import as_rows, keep

Array = NDArray[Any]


def fit_many(
    family: Family,
    X: Any,
    targets: Array,
    settings: Sequence[Setting],
    *,
    n_outputs: int,
    epochs: int,
    batch_size: int,
    seed: int,
    shuffle: bool = True,
    sample_weight: Array | None = None,
    dtype: str = "float32",
    on_epoch: Callable[[EpochReport], None] | None = None,
) -> Trained:
    """Train one model for each setting and return them all.

    X: (n_rows, n_features), dense or CSR; targets: as the family's loss wants them. seed: of the row order.
    A trial whose loss or parameters stop being finite, or explode, keeps the parameters it had before that
    epoch and takes no further part; the others do not notice. Raises `ConfigError` for settings that differ
    in more than numbers, `DataError` for sample weights that cannot be used.
    """
    if not settings:
        raise ConfigError("There is no trial to train: the list of settings is empty. Give at least one.")
    kind = np.dtype(dtype)
    rows = Rows(X, targets, mean_one(sample_weight, X.shape[0], kind), kind)
    drill = _Drill(family, rows, batch_size, whole=_asks_for_all_rows(settings, batch_size, len(rows)))
    pace = Pace.of(settings, epochs, drill.steps_per_epoch)
    cohort = Cohort.start(family, settings, X.shape[1], n_outputs, kind)
    ledger = Ledger(cohort, epochs)
    rng = np.random.default_rng(seed) if shuffle else None
    # a diverging trial overflows: it is caught by looking, not by a warning
    with np.errstate(all="ignore"):
        for epoch in range(epochs):
            rates = pace.of_epoch(epoch)
            after, losses = drill.epoch(cohort, rates, rng)
            cohort = ledger.enter(epoch, cohort, after, losses, rates, drill.step_sizes)
            if on_epoch is not None:
                on_epoch(ledger.report(epoch))
            if not len(cohort.numbers):
                break
    return ledger.close(cohort)


@dataclass(frozen=True)
class _Drill:
    """One epoch over and over. whole: a step looks at all rows instead of a mini-batch."""

    family: Family
    rows: Rows
    batch_size: int
    whole: bool

    @property
    def steps_per_epoch(self) -> int:
        return len(self.step_sizes)

    @property
    def step_sizes(self) -> list[int]:
        """How many rows each step of an epoch looks at."""
        n_rows = len(self.rows)
        if self.whole:
            return [n_rows]
        full, rest = divmod(n_rows, self.batch_size)
        return [self.batch_size] * full + [rest] * (rest > 0)

    def epoch(self, cohort: Cohort, rates: Array, rng: np.random.Generator | None) -> tuple[Cohort, Array]:
        """Take every row once. Returns the cohort, without trials whose loss was not finite, and the losses.

        rates: (n_steps, n_all_trials). losses: likewise, NaN after a trial has left.
        """
        losses = np.full(rates.shape, np.nan)
        active = rates[:, cohort.numbers]
        for step, batches in enumerate(self._steps(rng)):
            loss, gradients = _mean(self.family, cohort.params, batches)
            losses[step, cohort.numbers] = loss
            finite = np.isfinite(loss)
            if not finite.all():
                cohort = cohort.keeping(finite)
                if not len(cohort.numbers):
                    break
                gradients = {name: keep(gradient, finite) for name, gradient in gradients.items()}
                active = rates[:, cohort.numbers]
            cohort = cohort.stepped(gradients, as_rows(active[step], 1, self.rows.dtype))
        return cohort, losses

    def _steps(self, rng: np.random.Generator | None) -> Iterable[Iterable[Batch]]:
        if self.whole:
            return [self.rows.blocks()]
        return ((batch,) for batch in self.rows.batches(self.batch_size, rng))


def _asks_for_all_rows(settings: Sequence[Setting], batch_size: int, n_rows: int) -> bool:
    return batch_size >= n_rows or bool(getattr(settings[0].optimizer, "full_batch", False))


def _mean(family: Family, params: Params, batches: Iterable[Batch]) -> tuple[Array, Params]:
    """Average loss and gradients over batches, each row counting the same."""
    seen = 0
    loss: Array = np.zeros(0)
    gradients: Params = {}
    for X, targets, weights in batches:
        seen += len(targets)
        share = len(targets) / seen
        part_loss, part = family.loss_and_gradients(params, X, targets, weights)
        if share == 1:
            loss, gradients = part_loss, part
        else:
            loss = loss + (part_loss - loss) * share
            gradients = {name: mean + (part[name] - mean) * share for name, mean in gradients.items()}
    return loss, gradients
