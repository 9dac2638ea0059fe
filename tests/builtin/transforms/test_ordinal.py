import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone

from runner_builtin.transforms.ordinal import Ordinal


def test_categories_are_numbered_unknown_ones_are_minus_one_and_missing_ones_minus_two():
    encoder = Ordinal().fit(pd.DataFrame({"c": ["b", "a", None]}))
    assert encoder.transform(pd.DataFrame({"c": ["a", "b", "z", None]})).ravel().tolist() == [0, 1, -1, -2]


def test_the_order_of_categories_can_be_given():
    frame = pd.DataFrame({"size": ["small", "large", "medium"]})
    encoder = clone(Ordinal(categories=[["small", "medium", "large"]])).fit(frame)
    assert encoder.transform(frame).ravel().tolist() == [0, 2, 1]


def test_rare_categories_share_a_number():
    encoder = Ordinal(min_frequency=2).fit(pd.DataFrame({"c": ["a", "a", "b", "c"]}))
    assert encoder.transform(pd.DataFrame({"c": ["a", "b", "c"]})).ravel().tolist() == [0, 1, 1]


@pytest.mark.parametrize("form", [lambda c: c, np.asarray, lambda c: c["c"]], ids=["frame", "array", "series"])
def test_columns_may_come_in_any_form(form):
    frame = pd.DataFrame({"c": ["b", "a", None]}, dtype=object)
    assert Ordinal().fit_transform(form(frame)).ravel().tolist() == [1, 0, -2]


def test_a_fitted_one_can_be_saved():
    frame = pd.DataFrame({"c": ["b", "a"], "n": [3, 4]})
    fitted = Ordinal().fit(frame)
    saved = skops.io.loads(
        skops.io.dumps(fitted), trusted=["runner_builtin.transforms.ordinal.Ordinal", "numpy.dtype"]
    )
    np.testing.assert_array_equal(saved.transform(frame), [[1, 0], [0, 1]])
    assert saved.get_feature_names_out().tolist() == ["c", "n"]
