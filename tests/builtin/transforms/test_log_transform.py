import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy import sparse
from sklearn.base import clone

from runner.errors import DataError
from runner_builtin.transforms.log_transform import Log

NUMBERS = np.array([[0.0, 9.0], [np.e - 1, np.nan]])


def test_numbers_become_logarithms_and_missing_ones_stay_missing():
    np.testing.assert_allclose(clone(Log()).fit_transform(NUMBERS), [[0, np.log(10)], [1, np.nan]])


def test_sparse_numbers_stay_sparse():
    rows = Log().fit_transform(sparse.csr_matrix(np.nan_to_num(NUMBERS)))
    assert sparse.issparse(rows)
    np.testing.assert_allclose(rows.toarray(), np.log1p(np.nan_to_num(NUMBERS)))


def test_columns_keep_their_names():
    frame = pd.DataFrame({"a": [1], "b": [2]})
    assert Log().fit(frame).get_feature_names_out().tolist() == ["a", "b"]


def test_a_fitted_one_can_be_saved():
    saved = skops.io.loads(
        skops.io.dumps(Log().fit(NUMBERS)), trusted=["runner_builtin.transforms.log_transform.Log"]
    )
    np.testing.assert_array_equal(saved.transform(NUMBERS), np.log1p(NUMBERS))


@pytest.mark.parametrize("method", ["fit", "transform"])
def test_negative_numbers_are_counted_and_refused(method):
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "loss": [-1.0, 5.0, -0.5]})
    fitted = Log().fit(frame.abs())
    with pytest.raises(DataError, match=r"found some in 1 of 2 columns: 'loss' \(2\). Use 'power'"):
        getattr(fitted, method)(frame)
