"""The checks of clear words, against components that fail where nobody thought of the case."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from runner.errors import DataError

DATA, OPTIONS = "refuses other data in clear words", "refuses odd options in clear words"


class Careful:
    keeps_rows = True

    def __init__(self, share: float = 0.5, names: list[str] | None = None) -> None:
        if not 0 < share < 1:
            raise ValueError(f"share is a number between 0 and 1, not {share}")
        self.share, self.names = share, names

    def clean(self, dataset):
        if not hasattr(dataset.features, "columns"):
            raise DataError(f"only a table has columns; found {type(dataset.features).__name__}")
        return dataset


class Careless(Careful):
    def clean(self, dataset):
        list(dataset.features.columns)
        return dataset


class Asserts(Careful):
    def clean(self, dataset):
        assert hasattr(dataset.features, "columns"), "only a table has columns"
        return dataset


class Mumbles(Careful):
    def clean(self, dataset):
        if not hasattr(dataset.features, "columns"):
            raise ValueError("features")
        return dataset


class Shrugs(Careful):
    def clean(self, dataset):
        return dataset if hasattr(dataset.features, "columns") else None


class Divides(Careful):
    def __init__(self, share: float = 0.5) -> None:
        self.share = share

    def clean(self, dataset):
        if 1 / self.share < 0:
            raise ValueError("share is a number above 0, not below")
        return super().clean(dataset)


class TakesTheFirst(Careful):
    def __init__(self, names: list[str] | None = None) -> None:
        self.names = names

    def clean(self, dataset):
        first = None if self.names is None else self.names[0]
        return super().clean(dataset) if first is None else dataset


class BuiltInHaste:
    def __init__(self, folder: str = "out") -> None:
        self.first = folder[0]

    def update(self, event):
        pass


class Sums(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.stack([X.sum(axis=1), X.sum(axis=1)], axis=1)


def test_what_is_refused_in_words_is_well(broken):
    assert not {DATA, OPTIONS} & set(broken("cleaner", Careful))


@pytest.mark.parametrize(
    ("component", "check", "told"),
    [
        (Careless, DATA, "an array of numbers, it raises AttributeError: 'numpy.ndarray' object has no attribute"),
        (Asserts, DATA, "an array of numbers, it raises AssertionError: only a table has columns"),
        (Mumbles, DATA, "an array of numbers, it raises ValueError: features. That does not say what was found"),
        (Divides, OPTIONS, "share=0, it raises ZeroDivisionError: "),
        (TakesTheFirst, OPTIONS, "names=[], it raises IndexError: list index out of range"),
    ],
)
def test_an_accident_is_no_refusal(broken, component, check, told):
    failed = broken("cleaner", component)
    assert f"given {told}" in failed[check]
    assert not ({DATA, OPTIONS} - {check}) & set(failed)


def test_giving_nothing_back_is_no_refusal(broken):
    assert "clean() returned NoneType, not a Dataset" in broken("cleaner", Shrugs)[DATA]


def test_a_constructor_that_stumbles(broken):
    assert (
        "given folder='', it raises IndexError: string index out of range" in broken("tracker", BuiltInHaste)[OPTIONS]
    )


def test_transforms_meet_every_sort_of_features(broken):
    assert (
        "given a table with missing values, it raises TypeError: unsupported operand"
        in broken("transform", Sums)[DATA]
    )
