import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy import sparse
from sklearn.base import clone
from sklearn.feature_selection import SelectKBest, chi2, f_classif, f_regression, mutual_info_classif

from runner.errors import DataError
from runner_builtin.transforms.score_selection import BestShare, KBest

RNG = np.random.default_rng(0)
COUNTS = RNG.poisson(3, size=(60, 6)).astype(float)
LABELS = np.where(COUNTS[:, 2] + COUNTS[:, 4] > 6, "many", "few")
VALUES = COUNTS[:, 1] * 2.5 - COUNTS[:, 5] + RNG.normal(size=60)
TYPES = ["runner_builtin.transforms.score_selection.KBest", "runner_builtin.transforms.score_selection.BestShare"]


@pytest.mark.parametrize(
    ("score", "function", "target"),
    [("chi2", chi2, LABELS), ("f_classif", f_classif, LABELS), ("f_regression", f_regression, VALUES)],
)
def test_the_best_columns_are_those_of_scikit_learn(score, function, target):
    ours = clone(KBest(score=score, k=2)).fit(COUNTS, target)
    theirs = SelectKBest(function, k=2).fit(COUNTS, target)
    assert ours.get_support().tolist() == theirs.get_support().tolist()
    np.testing.assert_array_equal(ours.transform(COUNTS), theirs.transform(COUNTS))


def test_mutual_information_is_drawn_from_its_own_seed():
    one, two, other = (
        KBest(score="mutual_info_classif", k=2, random_state=s).fit(COUNTS + 0.5, LABELS) for s in (1, 1, 2)
    )
    expected = mutual_info_classif(COUNTS + 0.5, LABELS, random_state=1)
    np.testing.assert_array_equal(one.scores_, expected)
    np.testing.assert_array_equal(two.scores_, expected)
    assert not np.array_equal(other.scores_, expected)


def test_mutual_information_finds_what_no_line_shows():
    curved = (COUNTS[:, 0] - 3) ** 2 + 0.1 * RNG.normal(size=60)
    chosen = KBest(score="mutual_info_regression", k=1, random_state=0).fit(COUNTS, curved)
    assert chosen.get_support().tolist() == [True] + [False] * 5


def test_a_share_of_columns_is_kept_in_order():
    frame = pd.DataFrame(COUNTS, columns=list("abcdef"))
    chosen = clone(BestShare(percentile=34.0)).fit(frame, LABELS)
    assert chosen.get_feature_names_out().tolist() == ["c", "e"]


def test_sparse_columns_stay_sparse():
    chosen = BestShare(score="chi2", percentile=50.0).fit_transform(sparse.csr_matrix(COUNTS), LABELS)
    assert sparse.issparse(chosen)
    assert chosen.shape == (60, 3)


@pytest.mark.parametrize(
    "chooser",
    [KBest(k=2), KBest(score="mutual_info_classif", k=2, random_state=0), BestShare(percentile=50.0)],
    ids=str,
)
def test_a_fitted_one_can_be_saved(chooser):
    fitted = clone(chooser).fit(COUNTS, LABELS)
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=TYPES)
    np.testing.assert_array_equal(saved.transform(COUNTS), fitted.transform(COUNTS))


@pytest.mark.fault("F90")
def test_more_columns_than_there_are_are_refused_with_the_valid_range():
    with pytest.raises(DataError, match="k is 10, but there are 6 columns; valid is 1 to 6"):
        KBest().fit(COUNTS, LABELS)


@pytest.mark.fault("F83")
def test_a_share_that_leaves_no_column_is_refused():
    with pytest.raises(DataError, match=r"1\.0 % of 2 columns with equal scores are none"):
        BestShare(percentile=1.0).fit(COUNTS[:, [2, 2]], LABELS)


@pytest.mark.parametrize(
    ("chooser", "features", "target", "told"),
    [
        (
            KBest(k=1),
            COUNTS,
            VALUES,
            "score 'f_classif' is for a target of classes, found values. Use one of .'f_regr",
        ),
        (
            KBest(score="f_regression", k=1),
            COUNTS,
            LABELS,
            "for a target of values, found classes. Use one of .'chi2'",
        ),
        (
            BestShare(score="chi2"),
            COUNTS,
            VALUES,
            "transform 'select_percentile': score 'chi2' is for a target of cl",
        ),
        (KBest(score="chi2", k=1), COUNTS - 3, LABELS, "found negative ones. Use 'f_classif'"),
        (BestShare(score="chi2"), COUNTS - 3, LABELS, "transform 'select_percentile': .* found negative ones"),
    ],
)
def test_a_score_that_does_not_fit_is_refused(chooser, features, target, told):
    with pytest.raises(DataError, match=told):
        chooser.fit(features, target)
