"""Of metrics and searches: what judges predictions, and what chooses trials by the judgement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.conformance.samples import labels, values
from runner.conformance.subject import Broken, Subject
from runner.contracts import Asking, Axis, Trial
from runner.data import Prediction
from runner.errors import ConfigError
from runner.plan.axes import interval
from runner.plan.space import SweepSpace
from runner.plan.space_section import space_of

# --- metrics -----------------------------------------------------------------------------------------------

Case = tuple[NDArray[Any], Prediction, Prediction]


def declares_what_it_reads(subject: Subject) -> None:
    """`direction`, `needs` and `task` are among those the core knows."""
    metric = subject.build()
    allowed = {
        "direction": ("maximize", "minimize", None),
        "needs": ("labels", "probabilities", "scores", "values"),
        "task": ("classification", "regression"),
    }
    for name, offered in allowed.items():
        subject.expect(hasattr(metric, name), f"it has no class attribute {name!r}; it is one of {offered}")
        found = getattr(metric, name)
        subject.expect(found in offered, f"its {name!r} is {found!r}; it is one of {offered}")


def _cases(metric: Any) -> list[Case]:
    """Give truth, perfect and random predictions, which hold only what the metric says it needs."""
    rng = np.random.default_rng(0)
    if metric.task == "regression":
        truth = values()
        return [(truth, Prediction(truth.copy()), Prediction(rng.permutation(truth)))]
    two, three = labels(), np.arange(60) % 3
    return [(truth, _sure(metric, truth), _sure(metric, rng.permutation(truth))) for truth in (two, three)]


def _sure(metric: Any, said: NDArray[Any]) -> Prediction:
    """Return the prediction that says these labels, with probabilities of 0.9 or so."""
    classes = np.unique(said)
    probabilities = np.where(said[:, None] == classes, 0.9, 0.1 / (len(classes) - 1))
    scores = np.log(probabilities)
    one_column = scores[:, 1] - scores[:, 0] if len(classes) == 2 else scores
    return Prediction(
        said.copy(),
        classes,
        probabilities if metric.needs == "probabilities" else None,
        one_column if metric.needs == "scores" else None,
    )


def _scored(subject: Subject) -> list[tuple[Any, Any]]:
    """Score perfect and random predictions; of two and three classes, one must suffice."""
    metric = subject.build()
    pairs, refusals = [], []
    for truth, perfect, random in _cases(metric):
        try:
            pairs.append(tuple(subject.call(metric.score, truth, said) for said in (perfect, random)))
        except Broken:
            raise
        except Exception as error:  # noqa: BLE001 - a metric of two classes may refuse three in any words
            refusals.append(f"{type(error).__name__}: {error}")
    told = f"it scores no prediction that holds what it needs, {metric.needs!r}: {' | '.join(refusals)}"
    subject.expect(pairs, told)
    return [(perfect, random) for perfect, random in pairs]


def gives_a_finite_number(subject: Subject) -> None:
    """A score is a finite float; a description (direction None) may be nested lists of numbers."""
    described = subject.build().direction is None
    for score in (score for pair in _scored(subject) for score in pair):
        if described and isinstance(score, list):
            numbers = np.asarray(score, dtype=float)
        else:
            subject.expect(
                isinstance(score, float), f"score() gives {type(score).__name__} {score!r}, a float is due"
            )
            numbers = np.asarray(score)
        subject.expect(np.isfinite(numbers).all(), f"score() gives {score!r}, which is not finite")


def ranks_perfect_predictions_above_random_ones(subject: Subject) -> None:
    """In its own direction, perfect predictions are at least as good."""
    direction = subject.build().direction
    for perfect, random in _scored(subject) if direction else ():
        better = perfect >= random if direction == "maximize" else perfect <= random
        told = f"it says {direction!r}, but gives perfect predictions {perfect} and random ones {random}"
        subject.expect(better, told)


def does_not_change_truth_or_prediction(subject: Subject) -> None:
    """Arrays given to `score` stay as they are."""
    _scored(subject)
    metric = subject.build()
    for truth, perfect, _ in _cases(metric):
        before = _written(truth, perfect)
        try:
            subject.call(metric.score, truth, perfect)
        except Broken:
            raise
        except Exception:  # noqa: BLE001 - one of the cases may be refused, see `_scored`
            continue
        subject.expect(_written(truth, perfect) == before, "score() changes the truth or the prediction it is given")


def _written(truth: NDArray[Any], prediction: Prediction) -> str:
    arrays = [truth, prediction.labels, prediction.probabilities, prediction.scores]
    return repr([None if array is None else array.tolist() for array in arrays])


def scores_resamples_as_the_rows_repeated(subject: Subject) -> None:
    """What `resampled` gives for rows drawn so often is `score` of the rows repeated so often."""
    metric = subject.build()
    if not hasattr(metric, "resampled") or metric.direction is None:
        return
    for truth, _, said in _cases(metric):
        times = np.random.default_rng(1).integers(1, 3, size=len(truth))
        rows = np.repeat(np.arange(len(truth)), times)
        try:
            score = subject.call(metric.score, truth[rows], _drawn(said, rows))
        except Broken:
            raise
        except Exception:  # noqa: BLE001 - one of the cases may be refused, see `_scored`
            continue
        found = subject.call(metric.resampled, truth, said, times[None].astype(float))
        if found is NotImplemented:
            continue
        told = f"resampled() gives {found!r} where score() of the rows repeated gives {score!r}"
        same = np.shape(found) == (1,) and (np.isnan(found[0]) or np.isclose(found[0], score))
        subject.expect(same, told)


def _drawn(said: Prediction, rows: NDArray[np.intp]) -> Prediction:
    return said.take(rows)


METRIC = (
    declares_what_it_reads,
    gives_a_finite_number,
    ranks_perfect_predictions_above_random_ones,
    does_not_change_truth_or_prediction,
    scores_resamples_as_the_rows_repeated,
)

# --- searches ----------------------------------------------------------------------------------------------

#: A search that is still asking after so many trials is taken for endless.
MOST_TRIALS = 1000
_AT_ONCE = 4


def _countable() -> SweepSpace:
    """Return a space of 20 cells, some with an axis more than others and some dropped."""
    section = {
        "grid": {"model": ["a", "b"], "model.size": [1, 2, 4, 8]},
        "when": {"model=b": {"grid": {"model.rate": [0.1, 0.2, 0.3, 0.4]}}},
        "drop": ["model=b and model.rate > 0.35 and model.size < 16"],
    }
    return space_of({**section, "zip": {"x": [1, 2], "y": [3, 4]}}, {}, _unread)


def _endless() -> SweepSpace:
    words = {
        "model.size": interval("model.size", 1, 64, "sample", log=True, integer=True),
        "model.rate": interval("model.rate", 1e-4, 1.0, "sample", log=True),
    }
    return space_of({"grid": {"model": ["a", "b"]}, "drop": ["model=b and model.rate > 0.5"]}, words, _unread)


def _unread(key: str, text: str) -> Axis:
    raise NotImplementedError(f"{key}: {text!r} is not a list")


def _courses(subject: Subject, at_once: int = _AT_ONCE) -> list[tuple[SweepSpace, list[Trial]]]:
    """Carry the search out over a countable space, and over an endless one if it takes such."""
    countable = _countable()
    courses = [(countable, _course(subject, countable, at_once))]
    endless = _endless()
    try:
        subject.call(subject.build().begin, endless, 0)
    except ConfigError:
        return courses
    return [*courses, (endless, _course(subject, endless, at_once))]


def _course(subject: Subject, space: SweepSpace, at_once: int) -> list[Trial]:
    """Ask and tell until the search ends; answers lag behind, and every fifth trial fails."""
    search = subject.build()
    asking = subject.call(search.begin, space, 0)
    subject.expect(isinstance(asking, Asking), f"begin() gives a {type(asking).__name__} without ask, tell and done")
    against = getattr(search, "against", ())
    named = isinstance(against, Sequence) and all(isinstance(name, str) and name for name in against)
    subject.expect(named and not isinstance(against, str), f"'against' is {against!r}, and not the names of measures")
    trials: list[Trial] = []
    waiting: list[Trial] = []
    while not asking.done or waiting:
        asked = [trial for _ in range(_AT_ONCE // at_once) for trial in _asked(subject, asking, at_once)]
        subject.expect(asked or waiting, "it asks for nothing, although every trial has answered and it is not done")
        trials += asked
        waiting += asked
        told = f"after {MOST_TRIALS} trials it still asks for more; 'done' ends a search"
        subject.expect(len(trials) < MOST_TRIALS, told)
        subject.call(_answer, asking, waiting[:3], len(against))
        del waiting[:3]
    subject.expect(not _asked(subject, asking, 1), "it is done, and asks for another trial")
    return trials


def _answer(asking: Any, trials: list[Trial], others: int) -> None:
    for trial in trials:
        score = None if trial.number % 5 == 4 else trial.share / (1 + trial.number % 7)
        if not others:
            asking.tell(trial, score)
            continue
        known = trial.number % 9 != 8  # of some trials, the other measures are not known
        values = [-float(trial.number % 4) if known else -math.inf] * others
        asking.tell(trial, score, [] if score is None else values)


def _asked(subject: Subject, asking: Asking, count: int) -> list[Trial]:
    asked = list(subject.call(asking.ask, count))
    subject.expect(len(asked) <= count, f"asked for up to {count} trials, it gives {len(asked)}")
    for trial in asked:
        subject.expect(isinstance(trial, Trial), f"ask() gives {type(trial).__name__} objects, not Trials")
    return asked


def comes_to_an_end(subject: Subject) -> None:
    """Told every score, it asks for some trials and then is done."""
    for space, trials in _courses(subject):
        subject.expect(trials, f"it asks for no trial at all of a space with the axes {space.keys}")


def numbers_its_trials(subject: Subject) -> None:
    """New trials count 0, 1, 2, …; a number comes again only to train the same settings further."""
    for _, trials in _courses(subject):
        latest: dict[int, Trial] = {}
        for trial in trials:
            before = latest.get(trial.number)
            told = f"its trials are numbered {[trial.number for trial in trials[:8]]} …, not 0, 1, 2, …"
            subject.expect(before or trial.number == len(latest), told)
            subject.expect(
                0 < trial.share <= 1, f"trial {trial.number} has a share of {trial.share!r}, not of 0 to 1"
            )
            further = before is None or (before.settings == trial.settings and before.share < trial.share)
            told = f"trial {trial.number} comes again with other settings or no larger share: {before}, {trial}"
            subject.expect(further, told)
            latest[trial.number] = trial


def asks_for_cells_of_the_space(subject: Subject) -> None:
    """Each trial's settings are a cell, with nothing added, left out or dropped by a condition."""
    for space, trials in _courses(subject)[:1]:
        cells = list(space.cells())
        strange = next((trial for trial in trials if trial.settings not in cells), None)
        subject.expect(strange is None, f"the space has no such cell: {strange}")


def asks_the_same_again(subject: Subject) -> None:
    """With the same seed and the same scores it chooses the same trials, one at a time or several."""
    first, second, by_one = (_courses(subject, at_once) for at_once in (_AT_ONCE, _AT_ONCE, 1))
    for (_, trials), (_, again), (_, single) in zip(first, second, by_one, strict=True):
        subject.expect(trials == again, "with the same seed and the same scores it chooses other trials")
        subject.expect(trials == single, f"asked for one trial {_AT_ONCE} times it chooses others than asked once")


SEARCH = (comes_to_an_end, numbers_its_trials, asks_for_cells_of_the_space, asks_the_same_again)
