from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.data import MADE, Dataset
from runner.errors import DataError
from runner_builtin.augmenters.resampling import RandomOversample, RandomUndersample

TARGET = np.array(["a"] * 20 + ["b"] * 6 + ["c"] * 2)
FEATURES = {
    "array": np.arange(28)[:, None],
    "frame": pd.DataFrame({"t": [f"text {row}" for row in range(28)]}),
    "sparse": sparse.csr_matrix(np.arange(28)[:, None]),
    "images": np.zeros((28, 2, 2)),
}


@pytest.mark.parametrize("form", FEATURES)
def test_rows_of_small_classes_are_repeated_whatever_the_features_are(form):
    dataset = Dataset.of(FEATURES[form], TARGET)
    after = RandomOversample().augment(dataset, np.random.default_rng(0))
    assert Counter(after.target.tolist()) == {"a": 20, "b": 20, "c": 20}
    assert after.features.shape[0] == 60
    assert after.row_ids.tolist() == [*range(28), *[MADE] * 32]


def test_repeated_rows_keep_features_and_target_together():
    after = RandomOversample(ratio=0.5).augment(Dataset.of(FEATURES["array"], TARGET), np.random.default_rng(0))
    assert Counter(after.target.tolist()) == {"a": 20, "b": 10, "c": 10}
    assert [TARGET[row] for row in after.features[:, 0]] == after.target.tolist()


def test_classes_of_one_size_get_no_rows():
    dataset = Dataset.of(np.eye(4), ["a", "a", "b", "b"])
    assert RandomOversample().augment(dataset, np.random.default_rng(0)).n_rows == 4


def test_rows_of_large_classes_are_dropped_and_counted():
    dataset = Dataset.of(FEATURES["frame"], TARGET)
    after = RandomUndersample(random_state=0).fit(dataset).clean(dataset)
    assert Counter(after.target.tolist()) == {"a": 2, "b": 2, "c": 2}
    assert after.dropped == {"left out of a large class": 22}
    assert after.row_ids.tolist() == sorted(after.row_ids.tolist())
    assert after.features["t"].tolist() == [f"text {row}" for row in after.row_ids]


def test_large_classes_may_stay_somewhat_larger():
    dataset = Dataset.of(FEATURES["array"], TARGET)
    after = RandomUndersample(ratio=0.25).fit(dataset).clean(dataset)
    assert Counter(after.target.tolist()) == {"a": 8, "b": 6, "c": 2}


def test_the_same_seed_drops_the_same_rows():
    dataset = Dataset.of(FEATURES["array"], TARGET)
    one, two, other = (RandomUndersample(random_state=s).fit(dataset).clean(dataset).row_ids for s in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("target", [np.linspace(0, 1, 28), np.zeros(28)])
def test_a_target_without_classes_is_refused(target):
    dataset = Dataset.of(FEATURES["array"], target)
    with pytest.raises(DataError, match="augmenter 'random_oversample' needs"):
        RandomOversample().augment(dataset, np.random.default_rng(0))
    with pytest.raises(DataError, match="cleaner 'random_undersample' needs"):
        RandomUndersample().fit(dataset)
