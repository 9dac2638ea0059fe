"""The search `cmaes`: an evolution strategy for several numbers that depend on each other."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from runner.contracts import Space
from runner.options import Count, Several
from runner_builtin.searches.optuna_searches import Proposing, study

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

log = logging.getLogger("runner")


@dataclass(frozen=True)
class CmaEs:
    """Covariance matrix adaptation: draws each generation around the last one's best (Hansen & Ostermeier, 2001).

    trials: in all, or fewer if there are no more cells. startup_trials: drawn by chance before. batch: of a
    generation, carried out side by side; more find better places, fewer get there sooner. What is no number, or not
    in every trial, is drawn by chance.
    """

    trials: Count = 50
    startup_trials: Count = 1
    batch: Several = 6

    def begin(self, space: Space, seed: int) -> Proposing:
        """Open a study in memory. Warns of a space in which nothing but chance is left."""
        if sum(axis.values is None for axis in space.axes) < 2:
            log.warning(
                "search 'cmaes' adapts to two or more intervals of numbers; this space has fewer, "
                "so it draws by chance. 'tpe' learns from any space."
            )
        return Proposing(self, space, study("cmaes", partial(_evolution, self, seed)))


def _evolution(options: CmaEs, seed: int) -> BaseSampler:
    import optuna  # imported when the study is made

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.CmaEsSampler(
            n_startup_trials=options.startup_trials,
            popsize=options.batch,
            independent_sampler=optuna.samplers.RandomSampler(seed),
            warn_independent_sampling=False,
            seed=seed,
        )
