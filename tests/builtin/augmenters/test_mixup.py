import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.data import MADE, Dataset
from runner.errors import DataError
from runner_builtin.augmenters.mixup import Mixup

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(200, 3))


def mixed(augmenter, features, target, seed=0):
    dataset = augmenter.augment(Dataset.of(features, target), np.random.default_rng(seed))
    n = features.shape[0]
    assert dataset.row_ids.tolist() == [*range(n), *[MADE] * n]
    made = dataset.take(np.arange(n, 2 * n))
    return made.features, made.target


def test_rows_made_lie_between_two_given_and_values_with_them():
    values = ROWS @ [1.0, 2.0, 3.0]
    features, target = mixed(Mixup(alpha=1.0), ROWS, values)
    np.testing.assert_allclose(features @ [1.0, 2.0, 3.0], target)
    assert features.var() < ROWS.var()
    assert (np.abs(features[:, None] - ROWS).sum(axis=2).min(axis=1) > 1e-6).mean() > 0.9


def test_a_label_is_that_of_the_larger_part():
    corners = np.array([[0.0, 0.0]] * 50 + [[1.0, 1.0]] * 50)
    labels = np.array(["zero"] * 50 + ["one"] * 50)
    features, target = mixed(Mixup(alpha=1.0), corners, labels)
    inside = (features[:, 0] > 0) & (features[:, 0] < 1)
    assert inside.sum() > 20
    assert ((features[:, 0] > 0.5) == (target == "one")).all()


@pytest.mark.parametrize(
    ("target", "given", "fractions"),
    [("auto", np.arange(200), False), ("mix", np.arange(200), True), ("larger_part", np.arange(200) + 0.5, False)],
)
def test_what_becomes_of_the_target_can_be_said(target, given, fractions):
    _, made = mixed(Mixup(alpha=1.0, target=target), ROWS, given)
    assert bool(np.setdiff1d(made, given).size) == fractions
    assert fractions or made.dtype == given.dtype


def test_a_small_alpha_stays_close_to_the_rows_given():
    far, near = (
        np.abs(mixed(Mixup(alpha=alpha), ROWS, ROWS[:, 0])[0][:, None] - ROWS).sum(axis=2).min(axis=1).mean()
        for alpha in (5.0, 0.05)
    )
    assert near < far / 3


def test_columns_that_are_no_numbers_are_those_of_the_larger_part():
    frame = pd.DataFrame({"x": [0.0] * 50 + [1.0] * 50, "kind": ["zero"] * 50 + ["one"] * 50, "n": [3] * 100})
    features, target = mixed(Mixup(alpha=1.0), frame, frame["kind"].to_numpy())
    assert ((features["x"] > 0.5) == (features["kind"] == "one")).all()
    assert features["kind"].tolist() == target.tolist()
    assert set(features["n"]) == {3.0}


def test_columns_can_be_chosen():
    frame = pd.DataFrame(ROWS, columns=list("abc"))
    features, _ = mixed(Mixup(alpha=1.0, columns=["a"]), frame, ROWS[:, 0])
    assert set(features["b"]) <= set(frame["b"])
    assert not set(features["a"]) <= set(frame["a"])


def test_images_are_mixed_and_single_precision_stays():
    images = RNG.uniform(size=(10, 4, 4)).astype(np.float32)
    features, _ = mixed(Mixup(), images, np.arange(10))
    assert features.shape == (10, 4, 4)
    assert features.dtype == np.float32


def test_missing_values_stay_missing():
    features, _ = mixed(Mixup(), np.where(ROWS > 1, np.nan, ROWS), ROWS[:, 0])
    assert 0 < np.isnan(features).mean() < 0.6


def test_the_same_seed_mixes_alike():
    one, two, other = (mixed(Mixup(), ROWS, ROWS[:, 0], seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("augmenter", "features", "target", "told"),
    [
        (Mixup(), pd.DataFrame({"t": ["a", "b"]}), [0, 1], r"the table holds no numbers. The columns are: 't'"),
        (Mixup(columns=["t"]), pd.DataFrame({"t": ["a", "b"]}), [0, 1], "not a column of numbers: 't'"),
        (Mixup(), np.array([["a"]]), [0], "works on numbers; found an array"),
        (Mixup(), sparse.csr_matrix(np.eye(2)), [0, 1], "csr_matrix"),
        (Mixup(target="mix"), ROWS[:2], ["a", "b"], "needs a target of numbers"),
    ],
)
def test_what_cannot_be_mixed_is_refused(augmenter, features, target, told):
    with pytest.raises(DataError, match=told):
        mixed(augmenter, features, np.array(target))
