"""Of metrics and searches: what judges predictions, and what chooses trials by the judgement."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.conformance.samples import labels, values
from runner.conformance.subject import Broken, Subject
from runner.contracts import Trial
from runner.data import Prediction

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


METRIC = (
    declares_what_it_reads,
    gives_a_finite_number,
    ranks_perfect_predictions_above_random_ones,
    does_not_change_truth_or_prediction,
)

# --- searches ----------------------------------------------------------------------------------------------

#: A search that is still asking after so many trials is taken for endless.
MOST_TRIALS = 1000
_AT_ONCE = 4


def _trials(subject: Subject) -> list[Trial]:
    """Ask and tell until the search ends; every fifth trial fails."""
    search = subject.build()
    trials: list[Trial] = []
    while len(trials) < MOST_TRIALS:
        asked = list(subject.call(search.ask, _AT_ONCE))
        subject.expect(len(asked) <= _AT_ONCE, f"asked for up to {_AT_ONCE} trials, it gives {len(asked)}")
        if not asked:
            return trials
        for trial in asked:
            subject.expect(isinstance(trial, Trial), f"ask() gives {type(trial).__name__} objects, not Trials")
            trials.append(trial)
            subject.call(search.tell, trial, None if len(trials) % 5 == 0 else 1.0 / len(trials))
    raise Broken(f"{subject}: after {MOST_TRIALS} trials it still asks for more; an empty sequence ends a search.")


def comes_to_an_end(subject: Subject) -> None:
    """Told every score, it gives some trials and then none."""
    subject.expect(_trials(subject), "it gives no trial at all")


def numbers_its_trials(subject: Subject) -> None:
    """Trials count 0, 1, 2, … and no number is used twice."""
    numbers = [trial.number for trial in _trials(subject)]
    told = f"its trials are numbered {numbers[:8]} …, not 0, 1, 2, …"
    subject.expect(sorted(numbers) == list(range(len(numbers))), told)


def asks_the_same_again(subject: Subject) -> None:
    """With the same seed and the same scores it chooses the same trials."""
    first, second = (_trials(subject) for _ in range(2))
    subject.expect(first == second, "with the same seed and the same scores it chooses other trials")


SEARCH = (comes_to_an_end, numbers_its_trials, asks_the_same_again)
