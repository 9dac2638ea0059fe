"""Each check of transforms and models, against a component that breaks it."""

import itertools

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression

# --- transforms --------------------------------------------------------------------------------------------


class Halve(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        if not isinstance(X, np.ndarray) or X.ndim != 2:
            raise TypeError("no matrix")
        return X / 2


class NotAnEstimator:
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.asarray(X, dtype=float)


class DropsARow(Halve):
    def transform(self, X):
        return super().transform(X)[1:]


class ScalesWhatComes(Halve):
    def transform(self, X):
        return super().transform(X) - X.mean(axis=0)


class OwnChance(Halve):
    def fit(self, X, y=None):
        self.shift_ = np.random.default_rng().random()
        return self

    def transform(self, X):
        return super().transform(X) + self.shift_


class ForgetsWhenPickled(Halve):
    def fit(self, X, y=None):
        self.shift_ = 1.0
        return self

    def transform(self, X):
        return super().transform(X) + self.shift_

    def __getstate__(self):
        return {"shift_": 0.0}


class HalvesInPlace(Halve):
    def transform(self, X):
        super().transform(X)
        X /= 2
        return X


def test_a_sound_transform_passes(broken):
    assert broken("transform", Halve) == {}


@pytest.mark.parametrize(
    ("transform", "check", "told"),
    [
        (ScalesWhatComes, "treats each row by itself", "what other rows come with them"),
        (OwnChance, "transforms the same way again", "transforms otherwise"),
        (ForgetsWhenPickled, "is the same after pickling", "comes back as another"),
    ],
)
def test_a_broken_transform_is_seen(broken, transform, check, told):
    found = broken("transform", transform)
    assert set(found) == {check}
    assert told in found[check]


def test_a_transform_gives_a_row_for_each_row(broken):
    assert "(59, 5) for 60 rows" in broken("transform", DropsARow)["gives a row for each row"]


def test_a_transform_does_not_work_in_place(broken):
    assert "writes into the arrays" in broken("transform", HalvesInPlace)["does not change its input"]


def test_a_transform_that_cannot_be_cloned_is_told(broken):
    assert "scikit-learn cannot clone it" in broken("transform", NotAnEstimator)["can be cloned"]


# --- models ------------------------------------------------------------------------------------------------


class Majority(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.most_ = self.classes_[counts.argmax()]
        return self

    def predict(self, X):
        return np.full(X.shape[0], self.most_)


class ColumnOfLabels(Majority):
    def predict(self, X):
        return super().predict(X)[:, None]


class UnheardOf(Majority):
    def predict(self, X):
        return np.full(X.shape[0], 99)


class NoNumber(Majority):
    def predict(self, X):
        return np.full(X.shape[0], np.nan)


class MoreThanSure(Majority):
    def predict_proba(self, X):
        return np.full((X.shape[0], 2), 0.7)


class Moody(Majority):
    moods = itertools.cycle([0, 1])

    def fit(self, X, y):
        super().fit(X, y)
        self.most_ = next(self.moods)
        return self


class Forgetful(Majority):
    def __getstate__(self):
        return {"most_": 1}


class RunsAway(Majority):
    def fit(self, X, y):
        self.diverged_ = {"step": 3}
        return super().fit(X, y)


class CentresInPlace(Majority):
    def fit(self, X, y):
        X -= X.mean()
        return super().fit(X, y)


class KeepsItsNamesToItself(Majority):
    def __init__(self, depth=3):
        self.levels = depth


def test_a_sound_model_passes(broken):
    assert broken("model", Majority) == {}
    assert broken("model", LogisticRegression) == {}


@pytest.mark.parametrize(
    ("model", "check", "told"),
    [
        (ColumnOfLabels, "predicts a label or value for each row", "shape (60, 1), (60,) is due"),
        (UnheardOf, "predicts a label or value for each row", "[99]"),
        (NoNumber, "predicts a label or value for each row", "NaN"),
        (MoreThanSure, "gives probabilities that sum to one", "[0.7, 0.7]"),
        (Moody, "learns the same again", "predicts otherwise"),
        (Forgetful, "is the same model after pickling", "predicts otherwise"),
        (RunsAway, "does not diverge", "{'step': 3}"),
    ],
)
def test_a_broken_model_is_seen(broken, model, check, told):
    found = broken("model", model)
    assert check in found
    assert told in found[check]
    assert set(found) <= {check, "is the same model after pickling"}


def test_a_model_does_not_work_in_place(broken):
    found = broken("model", CentresInPlace)
    assert set(found) == {"does not change the training rows"}
    assert "writes into the arrays" in found["does not change the training rows"]


def test_a_model_that_cannot_be_cloned_is_told(broken):
    assert "scikit-learn cannot clone it" in broken("model", KeepsItsNamesToItself)["can be cloned"]
