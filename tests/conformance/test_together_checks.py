"""A trainer whose models end otherwise than alone is found out."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin, clone

from runner import hookimpl
from runner.catalogue import Catalogue
from runner.conformance.subject import Broken, Subject
from runner.conformance.together_checks import is_trained_together_as_alone
from runner.discovery import plugin_of


class Shrunk(RegressorMixin, BaseEstimator):
    """Predict the mean, drawn to 0 a little in each of ten epochs."""

    def __init__(self, shrink: float = 0.1) -> None:
        self.shrink = shrink

    def fit(self, X, y):
        self.mean_ = np.mean(y) * (1 - self.shrink) ** 10
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


class Honest:
    free = {"model": frozenset({"shrink"})}  # noqa: RUF012
    off = 0.0
    epochs = 10

    def fusion_key(self, model):
        return "shrunk"

    def begin(self, models, X, y, *, threads):
        self.models, self.mean, self.past = models, np.mean(y), [0] * len(models)
        self.left = set(range(len(models)))
        return self

    def advance(self, until):
        for place in self.left:
            self.past[place] = until

    def drop(self, positions):
        self.left -= set(positions)

    def fitted(self, position):
        model = clone(self.models[position])
        model.mean_ = self.mean * (1 - model.shrink) ** self.past[position] + self.off
        return model


class Lying(Honest):
    off = 0.5


class Meddling(Honest):
    def begin(self, models, X, y, *, threads):
        for model in models:
            model.shrink = 0.3
        return super().begin(models, X, y, threads=threads)


class Forgetful(Honest):
    def drop(self, positions):
        self.left.clear()


class Choosy(Lying):
    def fusion_key(self, model):
        return None


def check(trainer):
    hooks = {
        "runner_models": staticmethod(hookimpl(lambda: {"shrunk": Shrunk})),
        "runner_trainers": staticmethod(hookimpl(lambda: {f"{__name__}:Shrunk": trainer})),
    }
    for name, hook in hooks.items():
        hook.__func__.__name__ = name
    catalogue = Catalogue([plugin_of(type("Acme", (), hooks))])
    is_trained_together_as_alone(Subject(catalogue.find("model", "shrunk"), {}, catalogue))


def test_a_trainer_that_does_as_it_says_passes():
    check(Honest)


def test_models_that_their_trainer_changes_are_told():
    with pytest.raises(Broken, match="its trainer changes the models given"):
        check(Meddling)


def test_a_trainer_that_trains_nothing_together_is_not_asked():
    check(Choosy)


@pytest.mark.parametrize("trainer", [Lying, Forgetful])
def test_a_model_that_ends_otherwise_than_alone_is_told_with_how_far(trainer):
    with pytest.raises(Broken, match=r"model 0 of 2 answers otherwise than alone: scores are \S+ apart"):
        check(trainer)
