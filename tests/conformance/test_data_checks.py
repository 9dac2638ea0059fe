"""Each check of sources, splitters and augmenters, against a component that breaks it."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from runner.data import Dataset

# --- sources -----------------------------------------------------------------------------------------------

ROWS = np.arange(6.0).reshape(3, 2)


class Rows:
    def load(self, context):
        return Dataset.of(ROWS, [0, 1, 0], fingerprint="three rows")


class NoRows:
    def load(self, context):
        return Dataset.of(ROWS[:0], [], fingerprint="nothing")


class NoFingerprint:
    def load(self, context):
        return Dataset.of(ROWS, [0, 1, 0])


class ShortTarget:
    def load(self, context):
        return Dataset.of(ROWS, [0, 1], fingerprint="two targets")


class OneIdForAll(Rows):
    def load(self, context):
        return replace(super().load(context), row_ids=np.zeros(3, dtype=np.int64))


class JustTheArray:
    def load(self, context):
        return ROWS


class AnotherOrderEachTime:
    count = itertools.count()

    def load(self, context):
        return Dataset.of(ROWS + next(self.count), [0, 1, 0], fingerprint="a moving table")


def test_a_sound_source_passes(broken):
    assert broken("source", Rows) == {}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (NoRows, "gives no rows"),
        (NoFingerprint, "has no fingerprint"),
        (ShortTarget, r"different lengths [2, 3]"),
        (OneIdForAll, "row ids are not unique"),
    ],
)
def test_a_source_gives_rows_ids_and_a_fingerprint(broken, source, told):
    found = broken("source", source)
    assert set(found) == {"gives rows with ids and a fingerprint"}
    assert told in found["gives rows with ids and a fingerprint"]


def test_a_source_returns_a_dataset(broken):
    assert "returned ndarray" in broken("source", JustTheArray)["gives rows with ids and a fingerprint"]


def test_a_source_gives_the_same_rows_again(broken):
    assert set(broken("source", AnotherOrderEachTime)) == {"gives the same rows again"}


# --- splitters ---------------------------------------------------------------------------------------------


class FirstHalf:
    def split(self, X, y=None, groups=None):
        yield np.arange(30), np.arange(30, 60)


class NoFold:
    def split(self, X, y=None, groups=None):
        return iter(())


class NothingToTestOn:
    def split(self, X, y=None, groups=None):
        yield np.arange(60), np.arange(0)


class CountsFromOne:
    def split(self, X, y=None, groups=None):
        yield np.arange(1, 31), np.arange(31, 61)


class TestsOnTrainingRows:
    __test__ = False

    def split(self, X, y=None, groups=None):
        yield np.arange(40), np.arange(30, 60)


class PartsGroups:
    needs_groups = True

    def split(self, X, y=None, groups=None):
        yield np.arange(33), np.arange(33, 60)


class OwnChance:
    def split(self, X, y=None, groups=None):
        rows = np.random.default_rng().permutation(60)
        yield rows[:30], rows[30:]


class SortsTheTarget:
    def split(self, X, y=None, groups=None):
        y.sort()
        yield np.arange(30), np.arange(30, 60)


class UsesTheGlobalState:
    def split(self, X, y=None, groups=None):
        np.random.seed(0)
        yield np.arange(30), np.arange(30, 60)


def test_a_sound_splitter_passes(broken):
    assert broken("splitter", FirstHalf) == {}


@pytest.mark.parametrize(
    ("splitter", "check", "told"),
    [
        (NoFold, "gives folds with rows in them", "no fold"),
        (NothingToTestOn, "gives folds with rows in them", "0 test rows"),
        (CountsFromOne, "gives folds with rows in them", "[60]"),
        (TestsOnTrainingRows, "keeps test rows out of training", "[30, 31, 32, 33, 34]"),
        (PartsGroups, "keeps groups together", "parts the groups [5]"),
        (OwnChance, "gives the same folds again", "other folds"),
        (SortsTheTarget, "does not change the target", "writes into the arrays"),
    ],
)
def test_a_broken_splitter_is_seen(broken, splitter, check, told):
    found = broken("splitter", splitter)
    assert set(found) == {check}
    assert told in found[check]


@pytest.mark.fault("F94")
def test_a_splitter_that_seeds_the_whole_process_is_named(broken):
    found = broken("splitter", UsesTheGlobalState)
    assert all("changed the state of NumPy's global random numbers" in message for message in found.values())
    assert found


# --- augmenters --------------------------------------------------------------------------------------------


class Twice:
    def augment(self, dataset, rng):
        return dataset.joined(dataset)


class OnlyTheMade:
    def augment(self, dataset, rng):
        return dataset.joined(dataset).take(np.arange(dataset.n_rows, 2 * dataset.n_rows))


class TakesOldIds:
    def augment(self, dataset, rng):
        return replace(dataset.joined(dataset), row_ids=np.tile(dataset.row_ids, 2))


class ForgetsGroups:
    def augment(self, dataset, rng):
        return replace(dataset.joined(dataset), groups=dataset.groups)


class IgnoresTheGenerator:
    def augment(self, dataset, rng):
        return dataset.joined(dataset.take(np.random.default_rng().permutation(dataset.n_rows)))


class WritesIntoImages:
    def augment(self, dataset, rng):
        dataset.features[:, :1, :1] *= 2
        return dataset.joined(dataset)


class LikesNothing:
    def augment(self, dataset, rng):
        raise RuntimeError("these are no songs")


def test_a_sound_augmenter_passes(broken):
    assert broken("augmenter", Twice) == {}


@pytest.mark.parametrize(
    ("augmenter", "check", "told"),
    [
        (TakesOldIds, "marks the rows it makes", "60 rows it made are not marked"),
        (ForgetsGroups, "gives each row a target", "[60, 120]"),
        (IgnoresTheGenerator, "makes the same rows from the same seed", "other rows"),
    ],
)
def test_a_broken_augmenter_is_seen(broken, augmenter, check, told):
    found = broken("augmenter", augmenter)
    assert set(found) == {check}
    assert told in found[check]


def test_an_augmenter_keeps_the_originals(broken):
    found = broken("augmenter", OnlyTheMade)
    assert "are not those given" in found["gives the originals first and unchanged"]


def test_an_augmenter_does_not_write_into_its_input(broken):
    found = broken("augmenter", WritesIntoImages)
    assert "writes into the arrays it is given" in found["does not change its input"]


def test_an_augmenter_that_works_on_nothing_tells_every_refusal(broken):
    message = broken("augmenter", LikesNothing)["does not change its input"]
    assert "none of the sample data" in message
    assert "images: RuntimeError: these are no songs" in message
