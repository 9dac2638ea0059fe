"""Who computes: one budget of threads for the tiles of trials and for BLAS together.

Trials are independent, so a training of many is cut into tiles, and each worker takes tile after tile
through the epoch with a BLAS of its own share of the budget: nobody waits for the other in the middle of a
step. A tile's parameters fit into the second-level cache. A training with little to do at each step stays on
one thread, for BLAS threads that wait for work cost more than they bring.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from threading import Event
from typing import TypeVar

from threadpoolctl import ThreadpoolController

from runner.errors import ConfigError

Result = TypeVar("Result")

#: Parameters in a tile: about a second-level cache.
TILE_BYTES = 1 << 21
#: A step of so many multiplications and additions is worth being shared by workers; in shorter ones they wait
#: for each other at Python's lock.
WORTH_WORKERS = 100_000_000
#: and one product of a single training is worth being shared by BLAS threads.
WORTH_BLAS = 100_000_000


@dataclass(frozen=True)
class Plan:
    """tiles: runs of trials; workers: how many tiles are in work at a time; blas: the threads of each product."""

    tiles: tuple[slice, ...]
    workers: int
    blas: int


def budget(threads: int | None) -> int:
    """Return how many threads may compute: those asked for, else those BLAS may use at the moment.

    So the environment (OMP_NUM_THREADS), a surrounding limit and a parallel caller are heeded.
    """
    if threads is None:
        return max((pool["num_threads"] for pool in _blas().info()), default=0) or os.cpu_count() or 1
    if threads < 1:
        raise ConfigError(f"A training with threads {threads!r} could compute nothing. Give at least 1, or None.")
    return threads


def plan(n_trials: int, trial_bytes: int, trial_work: float, threads: int) -> Plan:
    """Spread trials over a budget of threads.

    trial_bytes: parameters of one trial. trial_work: multiplications and additions of one trial's step.
    """
    if n_trials * trial_work < WORTH_WORKERS:
        return Plan((slice(0, n_trials),), 1, 1)
    workers = min(threads, n_trials)
    widest = min(-(-n_trials // workers), max(1, TILE_BYTES // trial_bytes))
    rounds = -(-n_trials // (widest * workers))
    count = min(n_trials, rounds * workers)
    edges = [n_trials * number // count for number in range(count + 1)]
    blas = max(1, threads // workers) if trial_work * widest >= WORTH_BLAS else 1
    return Plan(tuple(map(slice, edges[:-1], edges[1:])), workers, blas)


def limited(blas: int) -> AbstractContextManager[object]:
    """Hold BLAS to so many threads for as long as the context lasts."""
    return _blas().limit(limits=blas)  # type: ignore[no-any-return]


def together(jobs: Sequence[Callable[[], Result]], workers: int, given_up: Event) -> list[Result]:
    """Do the jobs, so many at a time, and return their results in order. given_up: set where one fails."""
    if workers == 1:
        return [job() for job in jobs]
    with ThreadPoolExecutor(workers) as pool:
        try:
            return [done.result() for done in [pool.submit(job) for job in jobs]]
        except BaseException:
            given_up.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@cache
def _blas() -> ThreadpoolController:
    # NumPy's BLAS is loaded with NumPy; finding it takes milliseconds, asking it microseconds
    return ThreadpoolController().select(user_api="blas")
