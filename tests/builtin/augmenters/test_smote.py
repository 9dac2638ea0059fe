import sys
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.data import MADE, Dataset
from runner.errors import DataError, PluginError
from runner_builtin.augmenters.smote import Smote

pytest.importorskip("imblearn", reason="imbalanced-learn, an extra, is not installed")

RNG = np.random.default_rng(0)
TARGET = np.array(["often"] * 40 + ["rare"] * 12 + ["seldom"] * 8)
ROWS = RNG.normal(size=(60, 3)) + np.repeat([0.0, 1.0, 2.0], [40, 12, 8])[:, None]


def augmented(augmenter, features=ROWS, target=TARGET, seed=0):
    before = Dataset.of(features, target, groups=np.arange(len(target)))
    after = augmenter.augment(before, np.random.default_rng(seed))
    assert after.row_ids.tolist() == [*range(before.n_rows), *[MADE] * (after.n_rows - before.n_rows)]
    assert len(after.groups) == after.n_rows
    return after


@pytest.mark.parametrize("kind", ["smote", "borderline"])
def test_small_classes_grow_to_the_size_of_the_largest(kind):
    assert Counter(augmented(Smote(kind=kind)).target.tolist()) == {"often": 40, "rare": 40, "seldom": 40}


def test_adasyn_comes_close_to_the_size():
    sizes = Counter(augmented(Smote(kind="adasyn")).target.tolist())
    assert sizes["often"] == 40
    assert abs(sizes["rare"] - 40) < 10


def test_the_size_can_be_a_share_of_the_largest():
    assert Counter(augmented(Smote(ratio=0.25)).target.tolist()) == {"often": 40, "rare": 12, "seldom": 10}


def test_rows_lie_between_rows_of_their_class():
    after = augmented(Smote(k_neighbors=3))
    for label in ("rare", "seldom"):
        own, new = ROWS[np.isin(TARGET, label)], after.features[60:][after.target[60:] == label]
        ends = own[:, None] - own[None]
        for row in new:
            along = row - own[None]  # a row on the way between two is nearest to both at once
            reach = np.linalg.norm(along, axis=2).T + np.linalg.norm(along, axis=2) - np.linalg.norm(ends, axis=2)
            assert (reach + np.eye(len(own))).min() < 1e-9


def test_tables_keep_their_columns_and_images_their_shape():
    frame = pd.DataFrame(ROWS, columns=list("abc")).assign(n=np.arange(60))
    after = augmented(Smote(), frame)
    assert after.features.dtypes.astype(str).tolist() == ["float64"] * 4
    pd.testing.assert_frame_equal(after.features[:60], frame, check_dtype=False)
    images = augmented(Smote(), RNG.normal(size=(60, 2, 2)).astype(np.float32)).features
    assert images.shape == (120, 2, 2)
    assert images.dtype == np.float32


def test_categories_are_those_of_the_neighbours():
    job = np.where(TARGET == "rare", "nurse", "cook")
    frame = pd.DataFrame({"a": ROWS[:, 0], "job": job, "b": ROWS[:, 1], "shift": pd.Categorical(TARGET)})
    made = augmented(Smote(kind="nominal"), frame).take(np.arange(60, 120))
    assert set(made.features["job"][made.target == "rare"]) == {"nurse"}
    assert made.features["shift"].tolist() == made.target.tolist()
    assert made.features.dtypes.astype(str).tolist() == frame.dtypes.astype(str).tolist()
    assert not set(made.features["a"]) <= set(frame["a"])


def test_the_same_seed_makes_the_same_rows():
    one, two, other = (augmented(Smote(), seed=seed).features for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_classes_of_one_size_get_no_rows():
    assert augmented(Smote(), ROWS[:4], np.array([0, 0, 1, 1])).n_rows == 4


@pytest.mark.parametrize(
    ("augmenter", "features", "target", "told"),
    [
        (
            Smote(k_neighbors=8),
            ROWS,
            TARGET,
            "a class of 8 training rows has no 8 neighbours besides itself. Valid "
            "k_neighbors: 1 to 7. The classes: 'seldom': 8, 'rare': 12, 'often': 40",
        ),
        (Smote(), ROWS[:41], TARGET[:41], "Valid k_neighbors: none; use 'random_oversample'"),
        (Smote(), pd.DataFrame({"a": ROWS[:, 0], "job": "x"}), TARGET, "not a column of numbers: 'job' .str|object"),
        (
            Smote(),
            np.where(ROWS > 2.5, np.nan, ROWS),
            TARGET,
            "of 60 training rows have missing values. Use the clean",
        ),
        (Smote(), sparse.csr_matrix(ROWS), TARGET, "csr_matrix"),
        (Smote(), ROWS, ROWS[:, 0], "augmenter 'smote' needs classes, found a target of values"),
        (
            Smote(kind="borderline"),
            np.repeat(np.eye(3) * 99, [40, 12, 8], axis=0),
            TARGET,
            "made no rows of 'rare', ",
        ),
        (
            Smote(kind="adasyn"),
            np.repeat(np.eye(3) * 99, [40, 12, 8], axis=0),
            TARGET,
            "can make no rows of kind 'ad",
        ),
    ],
)
def test_rows_between_which_none_can_be_made_are_refused(augmenter, features, target, told):
    with pytest.raises(DataError, match=told):
        augmented(augmenter, features, target)


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "imblearn", None)
    with pytest.raises(PluginError, match=r"needs imbalanced-learn.*runner-ml\[imbalance\]"):
        augmented(Smote())
