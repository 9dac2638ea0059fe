import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.contracts import SourceContext
from runner.errors import ConfigError, DataError
from runner_builtin.sources.in_memory_source import InMemorySource


@pytest.fixture
def load(tmp_path):
    def load(features, target=None, groups=None):
        return InMemorySource(features=features, target=target, groups=groups).load(SourceContext(tmp_path, 0))

    return load


def test_an_array_stays_an_array_of_any_shape(load):
    images = np.arange(24.0).reshape(2, 3, 4)
    dataset = load(images, [0, 1])
    np.testing.assert_array_equal(dataset.features, images)
    assert dataset.target.tolist() == [0, 1]


def test_a_frame_gives_up_its_target_and_groups_by_name(load):
    frame = pd.DataFrame({"a": [1, 2], "g": [5, 6], "y": ["n", "p"]}, index=[10, 11])
    dataset = load(frame, "y", "g")
    assert dataset.features.to_dict("list") == {"a": [1, 2]}
    assert dataset.features.index.tolist() == [0, 1]
    assert dataset.target.tolist() == ["n", "p"]
    assert dataset.target.dtype.kind == "U"
    assert dataset.groups.tolist() == [5, 6]
    assert list(frame.columns) == ["a", "g", "y"]


def test_a_mapping_of_columns_is_a_table(load):
    assert load({"a": [1, 2], "y": [0, 1]}, "y").features.to_dict("list") == {"a": [1, 2]}


def test_nested_lists_and_sparse_matrices_are_taken(load):
    assert load([[1, 2], [3, 4]], [0, 1]).features.shape == (2, 2)
    assert load(sparse.coo_matrix(np.eye(3)), [0, 1, 2]).features.format == "csr"


def test_a_target_array_beside_a_frame_is_taken(load):
    assert load(pd.DataFrame({"a": [1, 2]}), np.array([0.5, 1.5])).target.tolist() == [0.5, 1.5]


def test_a_data_set_may_have_no_target(load):
    assert load(np.eye(2)).target is None


def test_a_target_in_another_order_is_refused(load):
    frame = pd.DataFrame({"a": [1, 2]})
    with pytest.raises(DataError, match="target: its index differs"):
        load(frame, pd.Series([0, 1], index=[1, 0]))


def test_lengths_must_agree(load):
    with pytest.raises(DataError, match=r"target: found shape \(3,\), but the features have 2 rows"):
        load(np.eye(2), [0, 1, 2])


def test_a_name_beside_an_array_is_refused(load):
    with pytest.raises(ConfigError, match="the name 'y' needs features with named columns"):
        load(np.eye(2), "y")


def test_a_number_is_no_data(load):
    with pytest.raises(DataError, match="features: found 5"):
        load(5, [1])


@pytest.mark.fault("F67")
@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (pd.DataFrame({"a": [1], "label": [0]}), "Did you mean 'label'?"),
        (pd.DataFrame([[1, 0, 0]], columns=["a", "lable", "lable"]), "several columns of the same name"),
        (pd.DataFrame({"a": [1, 2], "lable": [None, None]}), "2 of 2 values are missing"),
    ],
)
def test_a_target_that_cannot_be_used_is_explained(load, frame, told):
    with pytest.raises(DataError, match=told):
        load(frame, "lable")


@pytest.mark.parametrize("target", [[0.0, np.nan], ["a", None], pd.Series(["a", pd.NA])])
def test_missing_targets_are_located(load, target):
    with pytest.raises(DataError, match=r"1 of 2 values are missing \(counted from 0: rows 1\)"):
        load(np.eye(2), target)


def test_the_fingerprint_is_of_the_content(load):
    frame = pd.DataFrame({"a": [1, 2]})
    assert load(frame, [0, 1]).fingerprint == load(frame.copy(), [0, 1]).fingerprint
    assert load(frame, [0, 1]).fingerprint != load(frame, [1, 0]).fingerprint
    assert load(frame, [0, 1]).fingerprint != load(frame.rename(columns={"a": "b"}), [0, 1]).fingerprint
