"""The search `nsga2`: for several objectives at once, such as a score and the size of the model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

from annotated_types import Len

from runner.contracts import Space
from runner.options import Count, Several, UnitInterval
from runner_builtin.searches.optuna_searches import Proposing, study

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


@dataclass(frozen=True)
class Nsga2:
    """Non-dominated sorting genetic algorithm II: breeds from the trials that no other beats (Deb et al., 2002).

    It looks for the best score at every price. against: what counts besides the score: metrics of the experiment,
    costs (`model_bytes`, `latency`, `seconds`, `peak_bytes`) or swept numbers (`model.hidden`; more is better with a
    minus before it). trials: in all, or fewer if there are no more cells. batch: of a generation, carried out side by
    side; the first one is drawn by chance. crossover: of a pair's settings, how often they are mixed at all.
    """

    against: Annotated[tuple[str, ...], Len(1)] = ("model_bytes",)
    trials: Count = 100
    batch: Several = 20
    crossover: UnitInterval = 0.9
    startup_trials = 0  # none beside the first generation

    def begin(self, space: Space, seed: int) -> Proposing:
        """Open a study in memory."""
        return Proposing(self, space, study("nsga2", partial(_genetic, self, seed), 1 + len(self.against)))


def _genetic(options: Nsga2, seed: int) -> BaseSampler:
    import optuna  # imported when the study is made

    return optuna.samplers.NSGAIISampler(population_size=options.batch, crossover_prob=options.crossover, seed=seed)
