import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from runner.errors import DataError
from runner_builtin.transforms.selection import SparseChoice, Varying

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(120, 8))
BINARY = np.where(ROWS[:, 2] - ROWS[:, 5] > 0, "plus", "minus")
THREE = np.digitize(ROWS[:, 1], [-0.5, 0.5])
TYPES = ["runner_builtin.transforms.selection.SparseChoice", "runner_builtin.transforms.selection.Varying"]


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, pd.DataFrame])
def test_a_sparse_model_keeps_the_columns_that_tell_the_classes_apart(form):
    chosen = clone(SparseChoice(C=0.1, random_state=0)).fit(form(ROWS), BINARY)
    assert np.flatnonzero(chosen.get_support()).tolist() == [2, 5]
    assert chosen.transform(form(ROWS)).shape == (120, 2)


def test_with_several_classes_the_largest_weight_counts():
    chosen = SparseChoice(C=0.05, random_state=0).fit(ROWS, THREE)
    assert np.flatnonzero(chosen.get_support()).tolist() == [1]
    assert len(chosen.weights_) == 8


def test_the_number_of_columns_can_be_bounded():
    free = SparseChoice(random_state=0).fit(ROWS, BINARY)
    assert free.get_support().sum() > 2
    bounded = SparseChoice(max_features=2, random_state=0).fit(ROWS, BINARY)
    assert np.flatnonzero(bounded.get_support()).tolist() == [2, 5]


def test_its_weights_are_those_of_a_logistic_regression_with_an_l1_penalty():
    weights = SparseChoice(C=0.5, random_state=0).fit(ROWS, BINARY).weights_
    parameters = LogisticRegression().get_params()
    penalty = {"l1_ratio": 1.0} if parameters["penalty"] == "deprecated" else {"penalty": "l1"}
    model = LogisticRegression(solver="liblinear", C=0.5, random_state=0, **penalty).fit(ROWS, BINARY)
    np.testing.assert_allclose(weights, np.abs(model.coef_[0]))


def test_columns_that_vary_are_kept():
    frame = pd.DataFrame({"same": [1.0] * 4, "little": [0.0, 0.1, 0.0, 0.1], "much": [0.0, 9.0, 0.0, 9.0]})
    assert clone(Varying()).fit(frame).get_feature_names_out().tolist() == ["little", "much"]
    assert Varying(threshold=0.01).fit(frame).get_feature_names_out().tolist() == ["much"]


@pytest.mark.parametrize("chooser", [SparseChoice(C=0.1), Varying()], ids=["select_from_model", "variance_threshold"])
def test_a_fitted_one_names_its_columns_and_can_be_saved(chooser):
    fitted = clone(chooser).fit(pd.DataFrame(ROWS, columns=list("abcdefgh")), BINARY)
    assert {"c", "f"} <= set(fitted.get_feature_names_out())
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=TYPES)
    frame = pd.DataFrame(ROWS, columns=list("abcdefgh"))
    np.testing.assert_array_equal(saved.transform(frame), fitted.transform(frame))


@pytest.mark.fault("F83")
@pytest.mark.parametrize(
    ("chooser", "rows", "told"),
    [
        (SparseChoice(C=1e-4), ROWS, "with C 0.0001 none of 8 columns has a weight. A larger C keeps more"),
        (Varying(threshold=50.0), ROWS, "none of 8 columns has a variance above 50.0 in 120 training rows"),
        (Varying(), np.ones((120, 1)), "none of 1 columns has a variance above 0.0"),
    ],
)
def test_a_choice_that_leaves_no_column_is_refused(chooser, rows, told):
    with pytest.raises(DataError, match=told):
        chooser.fit(rows, BINARY)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (ROWS[:, 0], "tells classes apart, found a target of values"),
        (np.ones(120), "all training rows are of class 1.0"),
    ],
)
def test_a_target_without_classes_is_refused(target, told):
    with pytest.raises(DataError, match=told):
        SparseChoice().fit(ROWS, target)
