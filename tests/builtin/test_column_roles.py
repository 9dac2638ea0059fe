import numpy as np
import pandas as pd
import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.column_roles import ColumnRoles, check_columns, check_names, label_array


@pytest.fixture
def table():
    return pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "z"], "who": [7, 7, 8], "label": ["n", "y", "n"]})


def test_all_columns_but_target_and_groups_are_features(table):
    dataset = ColumnRoles("label", groups="who").part(table, "t.csv", "f")
    assert list(dataset.features.columns) == ["a", "b"]
    assert dataset.target.tolist() == ["n", "y", "n"]
    assert dataset.target.dtype.kind == "U"
    assert dataset.groups.tolist() == [7, 7, 8]
    assert dataset.row_ids.tolist() == [0, 1, 2]
    assert dataset.fingerprint == "f"


def test_features_are_kept_in_the_order_given(table):
    assert list(ColumnRoles("label", features=["b", "a"]).part(table, "t", "").features.columns) == ["b", "a"]


def test_dropped_columns_are_no_features(table):
    assert list(ColumnRoles("label", drop=["who", "a"]).part(table, "t", "").features.columns) == ["b"]


def test_features_and_drop_exclude_each_other(table):
    with pytest.raises(ConfigError, match="features and drop exclude each other"):
        ColumnRoles("label", features=["a"], drop=["b"]).part(table, "t", "")


def test_a_target_among_the_features_is_refused(table):
    with pytest.raises(ConfigError, match="'label' is the target"):
        ColumnRoles("label", features=["a", "label"]).part(table, "t", "")


def test_no_features_left_is_refused(table):
    with pytest.raises(DataError, match="no feature columns left"):
        ColumnRoles("label", drop=["a", "b", "who"]).part(table, "t", "")


@pytest.mark.fault("F67")
def test_a_misspelt_target_names_the_nearest_and_all_columns(table):
    with pytest.raises(DataError) as caught:
        ColumnRoles("lable").part(table, "t.csv", "")
    text = str(caught.value)
    assert "target of t.csv: there is no column 'lable'. Did you mean 'label'?" in text
    assert "The columns are: 'a', 'b', 'who', 'label'." in text
    assert caught.value.exit_code == 3


@pytest.mark.fault("F67")
def test_a_missing_target_lists_the_columns_once(table):
    with pytest.raises(DataError) as caught:
        ColumnRoles("Q").part(table, "t.csv", "")
    assert str(caught.value) == (
        "target of t.csv: there is no column 'Q'. The columns are: 'a', 'b', 'who', 'label'."
    )


@pytest.mark.fault("F67")
def test_a_target_that_is_there_twice_is_refused(table):
    twice = pd.concat([table, table[["label"]]], axis=1)
    with pytest.raises(DataError, match=r"several columns of the same name: 'label'"):
        ColumnRoles("label").part(twice, "t.csv", "")


@pytest.mark.fault("F67")
@pytest.mark.parametrize("drop", [False, True])
def test_a_target_without_any_value_is_refused(table, drop):
    table["label"] = None
    with pytest.raises(DataError, match=r"'label' of t\.csv is empty in all 3 rows"):
        ColumnRoles("label", drop_missing_target=drop).part(table, "t.csv", "")


def test_missing_targets_are_counted_and_located(table):
    table.loc[[0, 2], "label"] = None
    with pytest.raises(DataError) as caught:
        ColumnRoles("label").part(table, "t.csv", "")
    assert "no value in 2 of 3 rows (counted from 0: 0, 2)" in str(caught.value)
    assert "drop_missing_target: true" in str(caught.value)


def test_missing_targets_are_dropped_on_request_and_counted(table):
    table.loc[0, "label"] = None
    dataset = ColumnRoles("label", groups="who", drop_missing_target=True).part(table, "t.csv", "")
    assert dataset.row_ids.tolist() == [1, 2]
    assert dataset.target.tolist() == ["y", "n"]
    assert dataset.groups.tolist() == [7, 8]
    assert dict(dataset.dropped) == {"missing target": 1}


def test_missing_groups_are_refused(table):
    table["who"] = [7, None, 8]
    with pytest.raises(DataError, match="groups: column 'who' of t has no value in 1 of 3 rows"):
        ColumnRoles("label", groups="who").part(table, "t", "")


def test_a_header_without_rows_is_refused(table):
    with pytest.raises(DataError, match="has a header but no rows"):
        ColumnRoles("label").part(table.iloc[:0], "t.csv", "")


def test_the_table_is_not_changed(table):
    before = table.copy()
    ColumnRoles("label", groups="who").part(table, "t", "")
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("names", [["a", "", "c"], ["a", "  ", "c"]])
def test_empty_names_are_located(names):
    with pytest.raises(DataError, match=r"columns without a name \(column 2 of 3\)"):
        check_names(names, "t.csv")


def test_many_columns_are_not_all_listed():
    with pytest.raises(DataError, match=r"… \(100 in all\)"):
        check_columns(["zzz"], [f"c{i}" for i in range(100)], "t")


@pytest.mark.parametrize(
    ("values", "kind"),
    [([1, 2], "i"), ([1.5, 2], "f"), ([True, False], "b"), (["a", "b"], "U")],
)
def test_labels_keep_their_type(values, kind):
    labels = label_array(pd.Series(values), "target")
    assert labels.dtype.kind == kind
    assert labels.tolist() == values


def test_nullable_and_categorical_labels_become_plain_ones():
    assert label_array(pd.Series([1, 2], dtype="Int64"), "t").dtype.kind == "i"
    assert label_array(pd.Series(["a", "b"], dtype="category"), "t").dtype.kind == "U"


def test_labels_that_mix_numbers_and_texts_are_refused():
    with pytest.raises(DataError, match="target holds int and str values"):
        label_array(pd.Series([1, "1"], dtype=object), "target")


def test_dates_are_no_labels():
    with pytest.raises(DataError, match="Timestamp"):
        label_array(pd.Series(np.array(["2020-01-01"], dtype="datetime64[ns]")), "target")


def test_without_a_target_all_rows_are_kept(table):
    dataset = ColumnRoles(groups="who", drop=["label"]).part(table, "t", "")
    assert dataset.target is None
    assert list(dataset.features.columns) == ["a", "b"]
    assert dataset.groups.tolist() == [7, 7, 8]


def test_the_columns_that_play_a_role_are_known_before_the_table_is_read(table):
    roles = ColumnRoles("label", features=["b"], groups="who")
    assert roles.needed(list(table.columns), "t") == ["b", "who", "label"]
    with pytest.raises(DataError, match="there is no column 'c'"):
        ColumnRoles("c").needed(list(table.columns), "t")


def test_rows_of_a_larger_table_are_numbered_on(table):
    table.loc[1, "label"] = None
    batch = ColumnRoles("label", drop_missing_target=True).part_batch(table, "t", "f", first_row=10)
    assert batch.row_ids.tolist() == [10, 12]
    with pytest.raises(DataError, match=r"no value in 1 of 3 rows \(counted from 0: 11\)"):
        ColumnRoles("label").part_batch(table, "t", "f", first_row=10)


def test_features_share_the_memory_of_the_table():
    table = pd.DataFrame({"a": np.arange(5.0), "label": np.arange(5)})
    features = ColumnRoles("label").part(table, "t", "").features
    assert np.shares_memory(features["a"].to_numpy(), table["a"].to_numpy())
