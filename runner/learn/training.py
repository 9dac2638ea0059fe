"""A training under way: epoch after epoch, and at the end of any of them a snapshot to go on from.

training = Training.started(task, settings)
while not training.done:
    training.run_epoch()
trained = training.trained()
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runner.learn.cohort import Cohort, Rules
from runner.learn.families import Family, Params
from runner.learn.kernels import can_compile
from runner.learn.ledger import Ledger
from runner.learn.pace import Pace
from runner.learn.passes import mean_loss
from runner.learn.rows import Batch, Rows, density
from runner.learn.snapshot import Snapshot, of_states, of_trials, to_states, to_trials
from runner.learn.stint import Stint
from runner.learn.threads import Plan, budget, limited, plan, together
from runner.learn.trained import EpochReport, Setting, Trained

Array = NDArray[Any]


@dataclass(frozen=True)
class Task:
    """What all trials of a training share.

    rows: to learn from; held: to validate on. whole: a step looks at all rows instead of a mini-batch.
    epochs: how many the schedules are laid out for. patience: see `Ledger`. seed: of the row order.
    threads: how many may compute, see `threads.budget`.
    """

    family: Family
    rows: Rows
    held: Rows | None
    n_features: int
    n_outputs: int
    epochs: int
    batch_size: int
    whole: bool
    seed: int
    shuffle: bool
    patience: int | None
    threads: int | None = None

    @property
    def step_sizes(self) -> list[int]:
        """How many rows each step of an epoch looks at."""
        n_rows = len(self.rows)
        if self.whole:
            return [n_rows]
        full, rest = divmod(n_rows, self.batch_size)
        return [self.batch_size] * full + [rest] * (rest > 0)

    def order(self, rng: np.random.Generator) -> NDArray[np.intp] | None:
        """Draw the order of the rows for an epoch, None where it plays no part."""
        return self.rows.order(rng) if self.shuffle and not self.whole else None

    def steps(self, order: NDArray[np.intp] | None) -> Iterable[Iterable[Batch]]:
        """Give the batches of each step of an epoch."""
        if self.whole:
            return [self.rows.blocks()]
        batches = self.rows.blocks(self.batch_size) if order is None else self.rows.ordered(order, self.batch_size)
        return ((batch,) for batch in batches)

    def plan(self, params: Params) -> Plan:
        """Spread the trials over the threads."""
        n_trials = len(next(iter(params.values())))
        n_numbers = sum(param.size for param in params.values()) // n_trials
        n_rows = len(self.rows) if self.whole else min(self.batch_size, len(self.rows))
        share = density(self.rows.X)
        work = 4.0 * n_rows * n_numbers * share + 10 * n_numbers
        # of a sparse batch's columns few occur, so many trials fit into a tile
        in_work = max(1, round(n_numbers * self.rows.dtype.itemsize * share))
        return plan(n_trials, in_work, work, budget(self.threads))


class Training:
    """Trials in step with each other, with everything that changes while they train."""

    def __init__(
        self,
        task: Task,
        pace: Pace,
        cohort: Cohort,
        ledger: Ledger,
        memories: Sequence[Mapping[str, float]],
        order: np.random.Generator,
        noise: np.random.Generator,
    ) -> None:
        self.task = task
        self._pace = pace
        self._cohort = cohort
        self._ledger = ledger
        self._memories = list(memories)
        self._order = order
        self._noise = noise
        # by the number of trials that still train
        self._plans: dict[int, Plan] = {}

    @classmethod
    def started(cls, task: Task, settings: Sequence[Setting]) -> Self:
        """Begin at the beginning."""
        pace = Pace.of(settings, task.epochs * len(task.step_sizes))
        cohort = Cohort.start(task.family, settings, task.n_features, task.n_outputs, task.rows.dtype)
        ledger = Ledger(len(settings), task.patience)
        order, noise = np.random.default_rng(task.seed), np.random.default_rng([task.seed, 1])
        return cls(task, pace, cohort, ledger, [{} for _ in settings], order, noise)

    @classmethod
    def resumed(cls, task: Task, settings: Sequence[Setting], snapshot: Snapshot) -> Self:
        """Go on from a snapshot. The task and the settings are those it was made with, but for other rows perhaps."""
        numbers = snapshot.numbers
        params = to_trials(snapshot.under("params"))
        own = tuple(settings[number] for number in numbers["trials"])
        penalised = task.family.penalised
        for param in params.values():
            param.flags.writeable = False
        cohort = Cohort(
            numbers=np.array(numbers["trials"], dtype=np.intp),
            settings=own,
            params=params,
            states=to_states(snapshot),
            averages=to_trials(snapshot.under("averages")) or None,
            n_steps=numbers["n_steps"],
            penalised=penalised,
            rules=Rules.of(own, params, penalised),
        )
        ledger = Ledger.restored(Snapshot(snapshot.under("ledger"), numbers["ledger"]), len(settings), task.patience)
        pace = Pace.of(settings, numbers["total_steps"])
        order, noise = (_generator(numbers[name]) for name in ("order", "noise"))
        return cls(task, pace, cohort, ledger, numbers["memories"], order, noise)

    @property
    def n_epochs(self) -> int:
        """How many epochs are behind."""
        return self._ledger.n_epochs

    @property
    def done(self) -> bool:
        """Whether all declared epochs are behind, or no trial trains any more."""
        return self.n_epochs >= self.task.epochs or self.ended

    @property
    def ended(self) -> bool:
        """Whether no trial trains any more."""
        return not len(self._cohort.numbers)

    @property
    def params(self) -> Params:
        """The parameters of the trials that still train, as they are now."""
        return self._cohort.result

    def run_epoch(self) -> EpochReport:
        """Take every row once and say how it went."""
        before, sizes = self._cohort, self.task.step_sizes
        # a diverging trial overflows: it is caught by looking, not by a warning
        with np.errstate(all="ignore"):
            rates = self._pace.rates(before.n_steps, len(sizes), self._memories)
            after, losses = self._steps(before, rates)
            validation = None
            if self.task.held is not None:
                validation = self._validated(after)
            self._cohort = self._ledger.enter(before, after, losses, rates, sizes, validation)
        report = self._ledger.report()
        scores = report.losses if validation is None else report.validation_losses
        self._memories = self._pace.observed(scores, self._memories)
        return report

    def drop(self, trials: Sequence[int]) -> None:
        """Train these trials no further; they keep the parameters they have now."""
        leave = np.isin(self._cohort.numbers, list(trials))
        if leave.any():
            self._ledger.dismiss(self._cohort, leave)
            self._cohort = self._cohort.keeping(~leave)

    def trained(self) -> Trained:
        """Return what the trials have learned so far."""
        return self._ledger.close(self._cohort, self.task.epochs)

    def snapshot(self) -> Snapshot:
        """Return the state between two epochs."""
        cohort, ledger = self._cohort, self._ledger.snapshot()
        arrays, states = of_states(cohort.states, len(cohort.numbers))
        arrays |= of_trials("params", cohort.params)
        arrays |= of_trials("averages", cohort.averages or {})
        arrays |= {f"ledger/{name}": array for name, array in ledger.arrays.items()}
        numbers = {
            "trials": cohort.numbers.tolist(),
            "n_steps": cohort.n_steps,
            "states": states,
            "ledger": ledger.numbers,
            "total_steps": self._pace.total_steps,
            "memories": [dict(memory) for memory in self._memories],
            "order": self._order.bit_generator.state,
            "noise": self._noise.bit_generator.state,
        }
        return Snapshot(arrays, numbers)

    def _validated(self, cohort: Cohort) -> Array:
        """Return the loss on the held-out rows, (n_trials,) of those that are left."""
        assert self.task.held is not None
        if not len(cohort.numbers):
            return np.empty(0)
        with limited(budget(self.task.threads)):
            return mean_loss(self.task.family, cohort.result, self.task.held)

    def _steps(self, cohort: Cohort, rates: Array) -> tuple[Cohort, Array]:
        """Make the steps of an epoch. Returns the cohort, without trials whose loss was not finite, and the losses.

        rates: (n_steps, n_all_trials). losses: likewise, NaN after a trial has left.
        """
        order = self.task.order(self._order)
        losses = np.full(rates.shape, np.nan)
        if len(cohort.numbers) not in self._plans:
            self._plans[len(cohort.numbers)] = self.task.plan(cohort.params)
        spread = self._plans[len(cohort.numbers)]
        n_numbers = rates.shape[0] * self.task.epochs * sum(param.size for param in cohort.params.values())
        stint = Stint(self.task, order, rates, losses, compiled=can_compile(n_numbers))
        with limited(spread.blas):
            noises = [copy.deepcopy(self._noise) if self.task.family.random else self._noise for _ in spread.tiles]
            walks = [partial(stint.walk, cohort, *own) for own in zip(spread.tiles, noises, strict=True)]
            ends = together(walks, spread.workers, stint.given_up)
        # a lane that all trials have left has not drawn all its numbers
        self._noise = max(ends, key=lambda end: end[0].n_steps)[1]
        return cohort.having([part for part, _ in ends]), losses


def _generator(state: Mapping[str, Any]) -> np.random.Generator:
    generator = np.random.default_rng()
    generator.bit_generator.state = dict(state)
    return generator
