import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.augmenters.noise_augmenter import GaussianNoise


def augmented(augmenter, features, seed=0):
    return augmenter.augment(Dataset.of(features), np.random.default_rng(seed))


@pytest.mark.parametrize("shape", [(400, 3), (400, 4, 4)])
def test_noise_has_the_asked_spread(shape):
    features = np.full(shape, 7.0)
    dataset = augmented(GaussianNoise(std=0.5), features)
    np.testing.assert_array_equal(dataset.features[:400], features)
    noise = dataset.features[400:] - 7.0
    assert noise.shape == (400, *shape[1:])
    assert noise.std() == pytest.approx(0.5, rel=0.1)
    assert abs(noise.mean()) < 0.05


def test_frames_get_noise_in_the_chosen_columns():
    frame = pd.DataFrame({"a": [1, 2], "b": [1.0, np.nan], "t": ["x", "y"]})
    made = augmented(GaussianNoise(columns=["a", "b"]), frame).features.iloc[2:]
    assert (made["a"] != [1, 2]).all()
    assert made["b"].isna().tolist() == [False, True]
    assert made["t"].tolist() == ["x", "y"]
    assert frame["a"].tolist() == [1, 2]


def test_single_precision_stays():
    assert augmented(GaussianNoise(), np.ones((2, 2), dtype=np.float32)).features.dtype == np.float32


def test_integers_become_fractions():
    dataset = augmented(GaussianNoise(), np.ones((2, 2), dtype=int))
    assert dataset.features[:2].tolist() == [[1, 1], [1, 1]]
    assert (dataset.features[2:] % 1 != 0).all()


def test_the_same_seed_makes_the_same_noise():
    one, two, other = (augmented(GaussianNoise(), np.eye(3), seed).features for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("features", "told"),
    [
        (pd.DataFrame({"a": [1], "t": ["x"]}), "not a column of numbers: 't'"),
        (np.array([["x"]]), "works on numbers"),
        (sparse.csr_matrix(np.eye(2)), "csr_matrix"),
    ],
)
def test_what_is_no_number_is_refused(features, told):
    with pytest.raises(DataError, match=told):
        augmented(GaussianNoise(), features)


def test_columns_can_be_chosen_by_type():
    frame = pd.DataFrame({"a": [1, 2], "b": [1.0, 2.0], "t": ["x", "y"]})
    made = augmented(GaussianNoise(columns={"types": ["number"], "except": ["b"]}), frame).features.iloc[2:]
    assert (made["a"] != [1, 2]).all()
    assert made["b"].tolist() == [1.0, 2.0]
