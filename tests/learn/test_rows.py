import numpy as np
import pytest
from scipy import sparse

from runner.errors import DataError
from runner.learn.rows import Rows, mean_one

X = np.arange(20.0).reshape(10, 2)


def rows(X=X, weights=None):
    return Rows(X, np.arange(10), weights, np.dtype("float32"))


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, sparse.csr_array])
@pytest.mark.parametrize("shuffled", [False, True])
def test_every_row_is_given_once_with_its_target_and_weight(form, shuffled):
    rng = np.random.default_rng(0) if shuffled else None
    batches = list(rows(form(X), np.arange(10) * 10).batches(4, rng))
    assert [len(targets) for _, targets, _ in batches] == [4, 4, 2]
    order = np.concatenate([targets for _, targets, _ in batches])
    assert sorted(order) == list(range(10))
    assert (order.tolist() == list(range(10))) is not shuffled
    for part, targets, weights in batches:
        dense = part if isinstance(part, np.ndarray) else part.toarray()
        np.testing.assert_array_equal(dense, X[targets])
        np.testing.assert_array_equal(weights, targets * 10)


def test_batches_are_cast_and_the_set_is_not():
    given = X.copy()
    part, _, weights = next(iter(rows(given).batches(4, np.random.default_rng(0))))
    assert part.dtype == np.float32
    assert weights is None
    assert given.dtype == np.float64


def test_rows_in_order_are_views_of_the_set():
    same = X.astype("float32")
    part, _, _ = next(iter(rows(same).blocks(4)))
    assert np.shares_memory(part, same)


def test_sample_weights_are_scaled_to_mean_one():
    np.testing.assert_allclose(mean_one(np.array([1.0, 3.0]), 2, "float32"), [0.5, 1.5])
    assert mean_one(None, 2, "float32") is None


@pytest.mark.parametrize("weights", [[1.0], [[1.0], [1.0]], [0.0, 0.0], [1.0, -1.0], [1.0, np.nan]])
def test_sample_weights_that_cannot_be_used_are_an_error(weights):
    with pytest.raises(DataError, match="sample weights"):
        mean_one(np.array(weights), 2, "float32")


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("shuffled", [False, True])
def test_only_the_chosen_rows_are_given(form, shuffled):
    rng = np.random.default_rng(0) if shuffled else None
    some = Rows(form(X), np.arange(10), None, np.dtype("float64"), np.array([1, 4, 7]))
    assert len(some) == 3
    seen = np.concatenate([targets for _, targets, _ in some.batches(2, rng)])
    assert sorted(seen) == [1, 4, 7]


def test_weights_are_scaled_by_the_chosen_rows_alone():
    weights = mean_one(np.array([1.0, 3.0, 100.0]), 3, "float64", np.array([0, 1]))
    assert weights[:2].tolist() == [0.5, 1.5]
