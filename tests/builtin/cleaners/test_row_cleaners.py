import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.row_cleaners import DropConflicts, DropDuplicates, DropMissing

FRAME = pd.DataFrame({"a": [1.0, 1.0, np.nan, np.nan, 2.0], "b": ["x", "x", None, None, "x"]})


def kept(cleaner, features, target=None):
    return cleaner.clean(Dataset.of(features, target)).row_ids.tolist()


def test_the_first_of_equal_rows_stays_and_missing_values_are_equal():
    assert kept(DropDuplicates(), FRAME) == [0, 2, 4]


def test_a_subset_decides_what_is_equal():
    assert kept(DropDuplicates(subset=["b"]), FRAME) == [0, 2]


def test_targets_count_on_request():
    target = np.array([0, 1, 0, 0, 1])
    assert kept(DropDuplicates(), FRAME, target) == [0, 2, 4]
    assert kept(DropDuplicates(with_target=True), FRAME, target) == [0, 1, 2, 4]


def test_a_number_and_its_text_are_not_equal():
    frame = pd.DataFrame({"a": pd.Series([1, "1", 1], dtype=object)})
    assert kept(DropDuplicates(), frame) == [0, 1]


@pytest.mark.parametrize("dtype", [int, float, np.float32, np.uint8, str, object])
def test_arrays_of_any_type_are_compared_by_row(dtype):
    assert kept(DropDuplicates(), np.array([[1, 2], [2, 1], [1, 2]]).astype(dtype)) == [0, 1]


def test_images_are_compared_whole():
    images = np.zeros((3, 2, 2))
    images[1, 1, 1] = 1
    assert kept(DropDuplicates(), images) == [0, 1]


def test_both_zeros_are_equal():
    assert kept(DropDuplicates(), np.array([[0.0], [-0.0]])) == [0]


def test_a_slice_of_an_array_is_compared_by_its_values():
    assert kept(DropDuplicates(), np.arange(12).reshape(3, 4)[:, ::2] % 4) == [0]


def test_dropped_duplicates_are_counted_and_take_their_targets_with_them():
    dataset = DropDuplicates().clean(Dataset.of(FRAME, [0, 1, 2, 3, 4], groups=[5, 6, 7, 8, 9]))
    assert dict(dataset.dropped) == {"duplicate rows": 2}
    assert dataset.target.tolist() == [0, 2, 4]
    assert dataset.groups.tolist() == [5, 7, 9]


def test_values_that_cannot_be_compared_are_refused():
    with pytest.raises(DataError, match="cannot be compared"):
        kept(DropDuplicates(), pd.DataFrame({"a": [[1], [2]]}))


def test_one_missing_value_drops_a_row_or_only_all():
    frame = pd.DataFrame({"a": [1.0, np.nan, np.nan], "b": ["x", "y", None]})
    assert kept(DropMissing(), frame) == [0]
    assert kept(DropMissing(how="all"), frame) == [0, 1]
    assert kept(DropMissing(subset=["b"]), frame) == [0, 1]


def test_arrays_lose_rows_with_nan():
    images = np.ones((3, 2, 2))
    images[1, 0, 0] = np.nan
    assert kept(DropMissing(), images) == [0, 2]


def test_missing_rows_are_counted():
    assert dict(DropMissing().clean(Dataset.of(FRAME)).dropped) == {"missing values": 2}


@pytest.mark.parametrize("cleaner", [DropDuplicates(subset=["aa"]), DropMissing(subset=["aa"])])
def test_a_misspelt_subset_is_explained(cleaner):
    with pytest.raises(DataError, match="there is no column 'aa'"):
        kept(cleaner, FRAME)


@pytest.mark.parametrize("cleaner", [DropDuplicates(), DropMissing()])
def test_sparse_features_are_refused(cleaner):
    with pytest.raises(DataError, match="csr_matrix"):
        kept(cleaner, sparse.csr_matrix(np.eye(2)))


@pytest.mark.parametrize("cleaner", [DropDuplicates(with_target=True), DropMissing()])
def test_the_input_is_not_changed(cleaner):
    before = FRAME.copy()
    cleaner.clean(Dataset.of(FRAME, np.zeros(5)))
    pd.testing.assert_frame_equal(FRAME, before)


def test_equal_rows_with_different_targets_all_go():
    frame = pd.DataFrame({"a": [1, 1, 2, 2, 3], "b": [None, None, 0.0, 0.0, 0.0]})
    dataset = DropConflicts().clean(Dataset.of(frame, np.array(["p", "q", "p", "p", "q"])))
    assert dataset.row_ids.tolist() == [2, 3, 4]
    assert dict(dataset.dropped) == {"equal rows with different targets": 2}


def test_conflicts_can_be_looked_for_in_some_columns():
    frame = pd.DataFrame({"a": [1, 1, 2], "id": [7, 8, 9]})
    assert kept(DropConflicts(), frame, np.array([0, 1, 0])) == [0, 1, 2]
    assert kept(DropConflicts(subset={"pattern": "^a$"}), frame, np.array([0, 1, 0])) == [2]


def test_conflicts_need_a_target():
    with pytest.raises(DataError, match="these rows have none"):
        kept(DropConflicts(), FRAME)


def test_only_what_looks_at_one_row_says_so():
    assert DropMissing().row_by_row
    assert not getattr(DropDuplicates(), "row_by_row", False)
    assert not getattr(DropConflicts(), "row_by_row", False)


def test_rows_in_batches_lose_the_same_as_rows_together():
    dataset = Dataset.of(FRAME)
    parts = [DropMissing().clean(dataset.take(np.array([row]))) for row in range(dataset.n_rows)]
    assert kept(DropMissing(), FRAME) == [row for part in parts for row in part.row_ids.tolist()]
