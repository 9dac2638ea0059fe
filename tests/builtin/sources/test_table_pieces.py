import numpy as np
import pandas as pd
import pytest

from runner.errors import DataError
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.sources.column_types import ColumnKind, kind_of
from runner_builtin.sources.table_pieces import TablePieces, batches_of

INTEGERS = ColumnKind("integer")


def table(pieces, shares=(0.5, 1.0, 1.0)):
    found, kind = TablePieces(), ColumnKind("none")
    for piece, share in zip(pieces, shares, strict=False):
        found.add({"a": piece}, share)
        kind = kind | kind_of(piece)
    return found.table({"a": kind})["a"]


def test_numbers_are_written_one_behind_the_other():
    assert table([np.array([1, 2]), np.array([3]), np.arange(4, 9)]).tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_whole_numbers_become_floats_where_decimals_follow():
    column = table([np.array([1, 2]), np.array([0.5])])
    assert column.tolist() == [1.0, 2.0, 0.5]


def test_texts_may_follow_gaps():
    column = table([np.array([np.nan, np.nan]), pd.Series(["x"]), np.array([np.nan])])
    assert column.isna().tolist() == [True, True, False, True]
    assert column.dtype == pd.Series(["x"]).dtype


def test_what_was_added_is_not_what_is_kept():
    piece = np.array([1, 2])
    found = TablePieces()
    found.add({"a": piece}, 1.0)
    piece[0] = 9
    assert found.table({"a": INTEGERS})["a"].tolist() == [1, 2]


def test_a_column_can_be_forgotten_and_come_again():
    found = TablePieces()
    found.add({"a": np.array([1])}, 1.0)
    found.forget(["a"])
    found.add({"a": np.array([2])}, 1.0)
    assert found.table({"a": INTEGERS})["a"].tolist() == [2]


def batches(tables, roles=None):
    return list(batches_of(tables, {"a": INTEGERS}, roles or ColumnRoles(), "t.csv", "f"))


def test_batches_are_bounded_and_numbered_through(monkeypatch):
    monkeypatch.setattr("runner_builtin.sources.table_pieces.BATCH_ROWS", 2)
    found = batches([({"a": np.arange(3)}, ()), ({"a": np.arange(3, 5)}, ())])
    assert [batch.row_ids.tolist() for batch in found] == [[0, 1], [2], [3, 4]]
    assert [batch.features["a"].tolist() for batch in found] == [[0, 1], [2], [3, 4]]


@pytest.mark.fault("F52")
def test_no_record_left_out_is_lost_though_its_block_has_no_rows():
    bad = ((3, "why", "x"),)
    empty = {"a": np.empty(0)}
    found = batches([(empty, bad), ({"a": np.array([1])}, bad), (empty, bad)])
    assert len(found) == 1
    assert found[0].rejected == bad * 3
    assert dict(found[0].dropped) == {"wrong number of fields": 3}


def test_no_rows_at_all_are_refused():
    with pytest.raises(DataError, match="no rows"):
        batches([({"a": np.empty(0)}, ())])
