"""Each check of metrics and searches, against a component that breaks it."""

import numpy as np
import pytest

from runner.contracts import Trial

# --- metrics -----------------------------------------------------------------------------------------------


class Hits:
    direction, needs, task = "maximize", "labels", "classification"

    def score(self, truth, prediction):
        return float((truth == prediction.labels).mean())


class Counts(Hits):
    direction = None

    def score(self, truth, prediction):
        return [[int((truth == prediction.labels).sum())]]


class SaysHighest(Hits):
    direction = "highest"


class NeedsNothingKnown(Hits):
    needs = "everything"


class NumpyArray(Hits):
    def score(self, truth, prediction):
        return np.array([super().score(truth, prediction)])


class DividesByZero(Hits):
    def score(self, truth, prediction):
        return float("inf") if (truth == prediction.labels).all() else 1.0


class WrongWay(Hits):
    direction = "minimize"


class ReadsMoreThanItSays(Hits):
    def score(self, truth, prediction):
        return float(prediction.probabilities.max())


class SortsTheTruth(Hits):
    def score(self, truth, prediction):
        hits = super().score(truth, prediction)
        truth.sort()
        return hits


def test_sound_metrics_pass(broken):
    assert broken("metric", Hits) == {}
    assert broken("metric", Counts) == {}


@pytest.mark.parametrize(
    ("metric", "check", "told"),
    [
        (SaysHighest, "declares what it reads", "'direction' is 'highest'"),
        (NeedsNothingKnown, "declares what it reads", "'needs' is 'everything'"),
        (DividesByZero, "gives a finite number", "inf"),
        (
            WrongWay,
            "ranks perfect predictions above random ones",
            "says 'minimize', but gives perfect predictions 1.0",
        ),
        (SortsTheTruth, "does not change truth or prediction", "changes the truth"),
    ],
)
def test_a_broken_metric_is_seen(broken, metric, check, told):
    assert told in broken("metric", metric)[check]


def test_a_score_is_a_float(broken):
    assert "ndarray" in broken("metric", NumpyArray)["gives a finite number"]


def test_a_metric_gets_no_more_than_it_says_it_needs(broken):
    assert "holds what it needs, 'labels'" in broken("metric", ReadsMoreThanItSays)["gives a finite number"]


# --- searches ----------------------------------------------------------------------------------------------


class Three:
    def __init__(self):
        self.next = 0

    def ask(self, count):
        numbers = range(self.next, min(3, self.next + count))
        self.next += len(numbers)
        return [Trial(number, {"model.l2": 10.0**-number}) for number in numbers]

    def tell(self, trial, score):
        pass


class Never(Three):
    def ask(self, count):
        return []


class Endless(Three):
    def ask(self, count):
        self.next += count
        return [Trial(number, {}) for number in range(self.next - count, self.next)]


class CountsFromOne(Three):
    def ask(self, count):
        return [Trial(trial.number + 1, trial.settings) for trial in super().ask(count)]


class Greedy(Three):
    def ask(self, count):
        return super().ask(3) if self.next else super().ask(count) * 2


class GivesDicts(Three):
    def ask(self, count):
        return [{"number": trial.number} for trial in super().ask(count)]


class CannotFail(Three):
    def ask(self, count):
        numbers = range(self.next, min(6, self.next + count))
        self.next += len(numbers)
        return [Trial(number, {}) for number in numbers]

    def tell(self, trial, score):
        self.best = score + 0.0


class Guesses(Three):
    def ask(self, count):
        return [Trial(trial.number, {"x": np.random.default_rng().random()}) for trial in super().ask(count)]


def test_a_sound_search_passes(broken):
    assert broken("search", Three) == {}


@pytest.mark.parametrize(
    ("search", "check", "told"),
    [
        (Never, "comes to an end", "no trial at all"),
        (Endless, "comes to an end", "after 1000 trials it still asks"),
        (CountsFromOne, "numbers its trials", "[1, 2, 3]"),
        (Greedy, "comes to an end", "it gives 6"),
        (GivesDicts, "comes to an end", "dict objects"),
        (CannotFail, "comes to an end", "TypeError"),
        (Guesses, "asks the same again", "other trials"),
    ],
)
def test_a_broken_search_is_seen(broken, search, check, told):
    assert told in broken("search", search)[check]
