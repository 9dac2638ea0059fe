"""Each check of cleaners, against a cleaner that breaks it."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest


def tables_only(dataset):
    if not hasattr(dataset.features, "iloc"):
        raise TypeError("no table")
    return dataset.features


class Rounds:
    keeps_rows = True

    def clean(self, dataset):
        return dataset.with_features(tables_only(dataset).round(1))


class Invents:
    def clean(self, dataset):
        return replace(dataset, row_ids=dataset.row_ids + 1000)


class DropsInSilence:
    def clean(self, dataset):
        return dataset.take(np.arange(10))


class SaysItKeepsRows:
    keeps_rows = True

    def clean(self, dataset):
        return dataset.drop(dataset.row_ids % 2 == 0, "even")


class NeedsTheTarget:
    keeps_rows = True

    def clean(self, dataset):
        return dataset.with_features(tables_only(dataset).assign(known=dataset.target.max()))


class LearnsIntoItself:
    keeps_rows = learns = True

    def fit(self, dataset):
        self.median = tables_only(dataset).median(numeric_only=True)
        return self

    def clean(self, dataset):
        return dataset.with_features(tables_only(dataset).fillna(self.median))


class LearnsOnTheWay(LearnsIntoItself):
    def fit(self, dataset):
        return copy(super().fit(dataset))


class DropsByChance:
    def clean(self, dataset):
        return dataset.drop(np.random.default_rng().random(dataset.n_rows) < 0.5, "bad luck")


class WritesIntoTheTable:
    def clean(self, dataset):
        tables_only(dataset)["new"] = 1
        return dataset


class WritesIntoTheArray:
    def clean(self, dataset):
        if hasattr(dataset.features, "iloc"):
            raise TypeError("no array")
        dataset.features[0] = 0
        return dataset


class GivesTheTable:
    def clean(self, dataset):
        return tables_only(dataset)


def test_a_sound_cleaner_passes(broken):
    assert broken("cleaner", Rounds) == {}


@pytest.mark.parametrize(
    ("cleaner", "check", "told"),
    [
        (Invents, "gives only rows it was given", "[1000, 1001"),
        (DropsInSilence, "counts the rows it drops", "dropped 50 rows but counted 0"),
        (NeedsTheTarget, "repairs new rows without a target", "AttributeError"),
        (LearnsIntoItself, "learns into a copy", "returned the cleaner itself"),
        (LearnsOnTheWay, "learns into a copy", "changed the cleaner itself"),
        (DropsByChance, "cleans the same way again", "something else"),
        (WritesIntoTheTable, "does not change its input", "it changes the data it is given"),
    ],
)
def test_a_broken_cleaner_is_seen(broken, cleaner, check, told):
    found = broken("cleaner", cleaner)
    assert set(found) == {check}
    assert told in found[check]


def test_a_cleaner_that_says_it_keeps_rows_keeps_them(broken):
    found = broken("cleaner", SaysItKeepsRows)
    assert "drops or moves rows" in found["keeps every row if it says so"]


def test_writing_into_an_array_is_told_as_such(broken):
    assert "writes into the arrays" in broken("cleaner", WritesIntoTheArray)["does not change its input"]


def test_a_cleaner_returns_a_dataset(broken):
    assert "clean() returned DataFrame" in broken("cleaner", GivesTheTable)["counts the rows it drops"]
