"""Which learning rate? Try them all for a short while (the range test of Smith, 2017), at once.

Every rate of a grid trains the same model on the same batches, as one fused training, so the test costs
little more than one short training. Smith raises the rate during one training, where what a late rate
achieves depends on the rates before it; here each rate has its own trial.

The rule: of the rates whose loss after the test is within `TOLERANCE` of the way from the best loss to the
loss before the first step, the smallest. The rate that is best after a few steps stands close to those that
diverge, and has been favoured by the shortness of the test; the smallest one that is nearly as good keeps a
distance and loses next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import ConfigError
from runner.learn.fusing import with_options
from runner.learn.passes import mean_loss
from runner.learn.trained import Setting, Trained
from runner.learn.training import Task, Training

Array = NDArray[Any]

#: The rates tried: 0.00001 to 10, four a decade.
GRID: tuple[float, ...] = tuple(float(f"{10 ** (quarter / 4):.3g}") for quarter in range(-20, 5))
#: How many steps are made at most, and at least where the training itself has so many.
STEPS = 100
#: How much worse than the best a loss may be, as a share of what the best has gained.
TOLERANCE = 0.05


@dataclass(frozen=True)
class RangeTest:
    """What the test found. rates, losses: (n_rates,), the loss infinite where the training diverged."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    first_loss: float

    @property
    def choice(self) -> float:
        """The learning rate by the rule. Raises ConfigError where no rate makes the loss smaller."""
        best = min(self.losses)
        if not best < self.first_loss:
            raise ConfigError(
                f"No learning rate from {self.rates[0]:g} to {self.rates[-1]:g} makes the loss smaller than it is "
                f"before the first step, {self.first_loss:.6g}. Scale the columns, or give a learning rate yourself."
            )
        limit = best + TOLERANCE * (self.first_loss - best)
        return next(rate for rate, loss in zip(self.rates, self.losses, strict=True) if loss <= limit)


def range_test(task: Task, setting: Setting, rates: Sequence[float] = GRID) -> RangeTest:
    """Train with each rate for a few steps and look at the loss over the rows used.

    task, setting: of the training that a rate is wanted for; the rows held out stay out, and of very many
    rows a random part is used. The schedule plays no part.
    """
    short = _shortened(task)
    settings = [
        replace(setting, optimizer=with_options(setting.optimizer, {"learning_rate": rate}), scheduler=None)
        for rate in rates
    ]
    training = Training.started(short, settings)
    first = mean_loss(task.family, training.params, short.rows)[:1]
    while not training.done:
        training.run_epoch()
    trained = training.trained()
    return RangeTest(tuple(rates), tuple(_losses(short, trained)), float(first[0]))


def _shortened(task: Task) -> Task:
    """The task over at most `STEPS` steps, and no more rows than those steps look at."""
    rows = task.rows
    if not task.whole and len(rows) > STEPS * task.batch_size:
        everyone = np.arange(len(rows)) if rows.chosen is None else rows.chosen
        rng = np.random.default_rng([task.seed, 2])
        rows = replace(rows, chosen=rng.choice(everyone, STEPS * task.batch_size, replace=False))
    short = replace(task, rows=rows, held=None, patience=None)
    return replace(short, epochs=min(task.epochs, max(1, STEPS // len(short.step_sizes))))


def _losses(task: Task, trained: Trained) -> list[float]:
    with np.errstate(all="ignore"):
        losses = mean_loss(task.family, dict(trained.params), task.rows)
    sound = [flag is None for flag in trained.divergences]
    return [float(loss) if ok and np.isfinite(loss) else np.inf for loss, ok in zip(losses, sound, strict=True)]
