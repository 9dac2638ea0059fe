import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone

from runner_builtin.transforms.frequency import Frequency

FRAME = pd.DataFrame({"c": ["a", "a", "b", None], "n": [1, 1, 1, 2]})


def test_categories_become_their_share_of_the_training_rows():
    assert clone(Frequency()).fit_transform(FRAME).tolist() == [[0.5, 0.75], [0.5, 0.75], [0.25, 0.75], [0.25, 0.25]]


def test_unknown_categories_have_no_share_and_missing_ones_that_of_missing_ones():
    fitted = Frequency().fit(FRAME)
    new = pd.DataFrame({"c": ["z", None, "b"], "n": [3, 1, 2]})
    assert fitted.transform(new).tolist() == [[0.0, 0.0], [0.25, 0.75], [0.25, 0.25]]


def test_missing_values_that_training_did_not_know_have_no_share():
    fitted = Frequency().fit(pd.DataFrame({"c": ["a", "b"]}))
    assert fitted.transform(pd.DataFrame({"c": [None, "a"]})).ravel().tolist() == [0.0, 0.5]


@pytest.mark.parametrize(
    "features",
    [
        np.array([["a"], ["b"]], dtype=object),
        pd.DataFrame({"c": pd.Categorical(["a", "b"])}),
        np.array([[1.0], [2.0]]),
    ],
    ids=["objects", "categories", "numbers"],
)
def test_columns_of_any_type_are_counted(features):
    assert Frequency().fit_transform(features).tolist() == [[0.5], [0.5]]


def test_columns_keep_their_names():
    assert Frequency().fit(FRAME).get_feature_names_out().tolist() == ["c", "n"]
    frame = Frequency().set_output(transform="pandas").fit_transform(FRAME)
    assert frame["n"].tolist() == [0.75, 0.75, 0.75, 0.25]


def test_a_fitted_one_can_be_saved():
    fitted = Frequency().fit(FRAME)
    saved = skops.io.loads(
        skops.io.dumps(fitted), trusted=["runner_builtin.transforms.frequency.Frequency", "numpy.dtype"]
    )
    np.testing.assert_array_equal(saved.transform(FRAME), fitted.transform(FRAME))
