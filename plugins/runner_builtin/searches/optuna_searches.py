"""Searches that learn from what they were told, by Optuna (Akiba et al., 2019), which the extra `optuna` brings."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from runner.contracts import Axis, Space, Trial
from runner.errors import ConfigError
from runner.options import Count, CountFromZero
from runner_builtin.searches.plain_searches import endless, mark_of

if TYPE_CHECKING:
    import optuna

#: After so many proposals in a row that were tried or are dropped, the next cell of a countable space is taken.
_PROPOSALS = 20
#: In an endless space, which has no next cell, the search gives up after so many.
_PROPOSALS_IN_ENDLESS = 1000


@dataclass(frozen=True)
class TPE:
    """Tree-structured Parzen estimator: draws where good trials are denser than bad ones (Bergstra et al., 2011).

    trials: in all, or fewer if there are no more cells. startup_trials: drawn by chance before it begins to learn.
    batch: how many are then carried out side by side before it learns from them; fewer learn more from each, more
    keep more workers busy. candidates: draws of which the most promising is taken.
    """

    trials: Count = 50
    startup_trials: CountFromZero = 10
    batch: Count = 4
    candidates: Count = 24

    def begin(self, space: Space, seed: int) -> Proposing:
        """Open a study in memory. Raises ConfigError where Optuna is not installed."""
        return Proposing(self, space, study("tpe", partial(_parzen, self, seed)))


class Batches(Protocol):
    """How a search goes on: options `trials`, `startup_trials` and `batch`, as `TPE` has them."""

    @property
    def trials(self) -> int: ...  # noqa: D102 - told above

    @property
    def startup_trials(self) -> int: ...  # noqa: D102

    @property
    def batch(self) -> int: ...  # noqa: D102


class Proposing:
    """Asks for what an Optuna study proposes, no cell twice.

    It goes batch by batch, and learns from a batch once all of it has answered, in the order of the numbers. So what
    it asks for depends on the scores alone and not on which came first, and a resumed sweep meets the same trials.
    """

    def __init__(self, options: Batches, space: Space, study: optuna.Study) -> None:
        self._options = options
        self._space = space
        self._study = study
        self._cells = None if endless(space) else space.cells()
        self._total = _total(space, options.trials)
        self._batch = range(min(self._total, options.startup_trials or options.batch))
        self._asked: list[optuna.trial.Trial | None] = []
        self._tried: set[str] = set()
        self._scores: dict[int, tuple[float, ...]] = {}

    @property
    def done(self) -> bool:
        """Whether all were asked for."""
        return len(self._asked) == self._total

    def ask(self, count: int) -> Sequence[Trial]:
        """Return the next proposals of the batch. Raises ConfigError where an endless space yields nothing new."""
        return [self._next() for _ in range(min(count, self._batch.stop - len(self._asked)))]

    def tell(self, trial: Trial, score: float | None, others: Sequence[float] = ()) -> None:
        """Note the score; the last one of a batch opens the next. Raises ValueError for a trial not of this batch."""
        if trial.number not in self._batch or trial.number >= len(self._asked) or trial.number in self._scores:
            raise ValueError(f"trial {trial.number} was not asked for or has answered")
        self._scores[trial.number] = () if score is None or math.isnan(score) else (score, *others)
        if len(self._scores) == self._batch.stop:
            for number in self._batch:
                self._learn(self._asked[number], self._scores[number])
            self._batch = range(self._batch.stop, min(self._total, self._batch.stop + self._options.batch))

    def _learn(self, proposed: optuna.trial.Trial | None, scores: tuple[float, ...]) -> None:
        if proposed is None:
            return
        if scores:
            self._study.tell(proposed, scores)
        else:
            self._study.tell(proposed, state=_state("FAIL"))

    def _next(self) -> Trial:
        proposed, settings = self._proposal()
        self._tried.add(mark_of(settings))
        self._asked.append(proposed)
        return Trial(len(self._asked) - 1, settings)

    def _proposal(self) -> tuple[optuna.trial.Trial | None, Mapping[str, Any]]:
        for _ in range(_PROPOSALS if self._cells else _PROPOSALS_IN_ENDLESS):
            with _without_notices():
                proposed = self._study.ask()
                settings = self._space.choose(partial(_suggested, proposed))
            if settings is not None and mark_of(settings) not in self._tried:
                return proposed, settings
            self._reject(proposed, dropped=settings is None)
        for cell in self._cells or ():
            if mark_of(cell) not in self._tried:
                return None, cell
        raise ConfigError(
            f"search: after {len(self._asked)} trials, {_PROPOSALS_IN_ENDLESS} proposals in a row were dropped by "
            "'sweep.drop' or had been tried before. Ask for fewer trials, or loosen the conditions."
        )

    def _reject(self, proposed: optuna.trial.Trial, *, dropped: bool) -> None:
        # once it learns it must hear that dropped cells are bad, or it would propose them for ever
        taught = dropped and len(self._asked) >= self._options.startup_trials
        self._study.tell(proposed, state=_state("PRUNED" if taught else "FAIL"))


def _total(space: Space, trials: int) -> int:
    return trials if endless(space) else sum(1 for _ in islice(space.cells(), trials))


def _suggested(proposed: optuna.trial.Trial, axis: Axis) -> Any:
    """Let Optuna decide. A key may have several domains, by conditions; each is a parameter of its own."""
    if axis.values is not None:
        name = f"{axis.key} {axis.values!r}"
        return axis.values[proposed.suggest_categorical(name, range(len(axis.values)))]
    low, high = axis.bounds
    name = f"{axis.key} {low!r} {high!r} {axis.log} {axis.integer}"
    if axis.integer:
        return proposed.suggest_int(name, int(low), int(high), log=axis.log)
    return proposed.suggest_float(name, low, high, log=axis.log)


def study(search: str, sampler: Callable[[], optuna.samplers.BaseSampler], objectives: int = 1) -> optuna.Study:
    """Open a study in memory. Raises ConfigError where Optuna is not installed.

    search: for whom; sampler: makes what proposes; objectives: how many scores a trial has.
    """
    try:
        import optuna  # it takes long, and few have it
    except ImportError as error:
        raise ConfigError(
            f"search {search!r} leans on Optuna, which cannot be imported ({error}). Install it: "
            "pip install 'runner-ml[optuna]'."
        ) from None
    with _without_notices():
        return optuna.create_study(sampler=sampler(), directions=["maximize"] * objectives)


def _parzen(options: TPE, seed: int) -> optuna.samplers.BaseSampler:
    import optuna  # imported when the study is made

    return optuna.samplers.TPESampler(
        n_startup_trials=options.startup_trials,
        n_ei_candidates=options.candidates,
        multivariate=True,
        group=True,
        constant_liar=True,
        seed=seed,
    )


def _state(name: str) -> optuna.trial.TrialState:
    from optuna.trial import TrialState  # imported when the study was made

    return TrialState[name]


@contextmanager
def _without_notices() -> Iterator[None]:
    """Keep Optuna from announcing each study, and from warning that long-standing options are experimental."""
    import optuna  # imported when the study was made

    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(level)
