"""Who carries out the trials: workers of this machine, or the experiment's executor where it works elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from runner.plan.experiment import Experiment
from runner.trials.crew import Crew
from runner.trials.far_crew import FarCrew


@dataclass(frozen=True)
class Hired:
    """crew: who is given the trials. workers: how many of them work at once. where: what a person should know of it.

    store: where they keep results, None for the driver's own place.
    """

    crew: Crew | FarCrew
    workers: int
    where: str | None = None
    store: str | None = None


@contextmanager
def hired(experiment: Experiment, at_hand: Crew, workers: int) -> Iterator[Hired]:
    """Have workers for as long as the block lasts. at_hand: of this machine, so many. Raises as the executor does."""
    step = experiment.one("executor")
    executor = None if step is None else step.offer.build(step.settings)
    if executor is None or not getattr(executor, "elsewhere", False):
        yield Hired(at_hand, workers)
        return
    store = getattr(executor, "store", None)
    crew = FarCrew(executor, store)
    try:
        yield Hired(crew, executor.slots(), getattr(executor, "where", None), store)
    finally:
        crew.stop()
        executor.close()
