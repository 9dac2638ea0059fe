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


class ThreeAsked:
    """The first three cells, or three draws."""

    def __init__(self, space, seed):
        rng = np.random.default_rng(seed)
        self.settings = [self.drawn(space, rng) for _ in range(3)]
        self.next = 0

    def drawn(self, space, rng):
        cell = None
        while cell is None:
            cell = space.choose(lambda axis: axis.draw(rng))
        return cell

    @property
    def done(self):
        return self.next == 3

    def ask(self, count):
        numbers = range(self.next, min(3, self.next + count))
        self.next += len(numbers)
        return [Trial(number, self.settings[number]) for number in numbers]

    def tell(self, trial, score):
        pass


class Three:
    asking = ThreeAsked

    def begin(self, space, seed):
        return self.asking(space, seed)


class OnlyCountable(Three):
    def begin(self, space, seed):
        space.cells()
        return super().begin(space, seed)


def asking(**changed):
    return type("Changed", (Three,), {"asking": type("ChangedAsking", (ThreeAsked,), changed)})


def _ask(change):
    return lambda self, count: [change(self, trial) for trial in ThreeAsked.ask(self, count)]


Mute = type("Mute", (), {"begin": lambda self, space, seed: object()})
Never = asking(ask=lambda self, count: [], done=True)
Stuck = asking(ask=lambda self, count: [])
Endless = asking(ask=lambda self, count: [Trial(0, {})] * count)
GoesOn = asking(done=property(lambda self: self.next > 1), ask=lambda self, count: ThreeAsked.ask(self, 1))
CountsFromOne = asking(ask=_ask(lambda self, trial: Trial(trial.number + 1, trial.settings)))
Repeats = asking(ask=_ask(lambda self, trial: Trial(0, self.settings[0])))
NoShare = asking(ask=_ask(lambda self, trial: Trial(trial.number, trial.settings, 0.0)))
Greedy = asking(ask=lambda self, count: ThreeAsked.ask(self, count) * 2)
GivesDicts = asking(ask=_ask(lambda self, trial: {"number": trial.number}))
Invents = asking(ask=_ask(lambda self, trial: Trial(trial.number, {**trial.settings, "more": 1})))
Guesses = asking(drawn=lambda self, space, rng: ThreeAsked.drawn(self, space, np.random.default_rng()))
ByTheHandful = asking(
    ask=lambda self, count: [
        Trial(trial.number, self.settings[min(count, 3) - 1]) for trial in ThreeAsked.ask(self, count)
    ]
)


class CannotFailAsked(ThreeAsked):
    def ask(self, count):
        numbers = range(self.next, min(6, self.next + count))
        self.next += len(numbers)
        return [Trial(number, self.settings[0]) for number in numbers]

    @property
    def done(self):
        return self.next == 6

    def tell(self, trial, score):
        self.best = score + 0.0


class CannotFail(Three):
    asking = CannotFailAsked


class WeighingAsked(ThreeAsked):
    def tell(self, trial, score, others):
        assert len(others) == (0 if score is None else 2)


class Weighing(Three):
    against = ("latency", "model_bytes")
    asking = WeighingAsked


class Deaf(Three):
    against = ("latency",)


class NamesOne(Three):
    against = "latency"


@pytest.mark.parametrize("search", [Three, OnlyCountable, Weighing])
def test_a_sound_search_passes(broken, search):
    assert broken("search", search) == {}


@pytest.mark.parametrize(
    ("search", "check", "told"),
    [
        (Mute, "comes to an end", "gives a object without ask, tell and done"),
        (Never, "comes to an end", "no trial at all"),
        (Stuck, "comes to an end", "asks for nothing, although every trial has answered"),
        (Endless, "comes to an end", "after 1000 trials it still asks"),
        (GoesOn, "comes to an end", "it is done, and asks for another trial"),
        (CountsFromOne, "numbers its trials", "[1, 2, 3]"),
        (Repeats, "numbers its trials", "trial 0 comes again with other settings or no larger share"),
        (NoShare, "numbers its trials", "has a share of 0.0"),
        (Greedy, "comes to an end", "it gives 6"),
        (GivesDicts, "comes to an end", "dict objects"),
        (CannotFail, "comes to an end", "TypeError"),
        (Deaf, "comes to an end", "TypeError"),
        (NamesOne, "comes to an end", "'against' is 'latency', and not the names of measures"),
        (Invents, "asks for cells of the space", "no such cell: Trial(number=0"),
        (Guesses, "asks the same again", "other trials"),
        (ByTheHandful, "asks the same again", "asked for one trial 4 times"),
    ],
)
def test_a_broken_search_is_seen(broken, search, check, told):
    assert told in broken("search", search)[check]
