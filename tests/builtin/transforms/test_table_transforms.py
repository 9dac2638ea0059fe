import numpy as np
import pandas as pd
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from runner_builtin.transforms.table_transforms import one_hot, standard_scale


def test_columns_are_scaled_by_scikit_learn():
    table = np.random.default_rng(0).normal(3, 5, size=(50, 2))
    np.testing.assert_array_equal(standard_scale().fit_transform(table), StandardScaler().fit_transform(table))


def test_scaling_options_are_passed_on():
    assert standard_scale(with_mean=False, with_std=False).get_params() == {
        **StandardScaler().get_params(),
        "with_mean": False,
        "with_std": False,
    }


def test_an_unknown_category_is_zero_everywhere():
    encoder = one_hot().fit(pd.DataFrame({"c": ["a", "b"]}))
    assert encoder.transform(pd.DataFrame({"c": ["z", "b"]})).toarray().tolist() == [[0, 0], [0, 1]]


def test_encoding_options_are_passed_on():
    options = {
        "handle_unknown": "error",
        "drop": "first",
        "min_frequency": 2,
        "max_categories": 3,
        "sparse_output": False,
    }
    assert one_hot(**options).get_params() == {**OneHotEncoder().get_params(), **options}
