from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest

from runner.errors import DataError
from runner_builtin.sources.sql_columns import BlockTable

ORIGIN = "sqlite:///x.db"
NOON, LATE = datetime(2026, 1, 31, 12), datetime(9999, 1, 1)


def whole(*blocks, types=None, names=("a",), needed=("a", "b")):
    """Read blocks, each a list of values of one column or a list of rows."""
    table = BlockTable(names, ORIGIN, types or {}, needed)
    for block in blocks:
        table.add([row if isinstance(row, tuple) else (row,) for row in block])
    return table.whole()


def refusal(*blocks, **options):
    with pytest.raises(DataError) as caught:
        whole(*blocks, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("blocks", "dtype", "values"),
    [
        ([[1, 2], [3]], "int64", [1, 2, 3]),
        ([[1], [2.5]], "float64", [1.0, 2.5]),
        ([[True], [False]], "bool", [True, False]),
        ([[NOON], [LATE]], "datetime64[us]", [NOON, LATE]),
    ],
)
def test_blocks_become_one_column_of_their_common_type(blocks, dtype, values):
    column = whole(*blocks)["a"]
    assert column.dtype == dtype
    assert column.tolist() == values


@pytest.mark.parametrize("blocks", [[[1, None]], [[1], [None]], [[None], [1]]])
def test_whole_numbers_beside_missing_ones_are_floats_wherever_these_stand(blocks):
    column = whole(*blocks)["a"]
    assert column.dtype == float
    assert sorted(column.isna()) == [False, True]


def test_texts_and_truths_keep_their_missing_values():
    table = whole([("x", True), (None, None)], names=("a", "b"))
    assert table["a"].dtype == pd.Series(["x"]).dtype
    assert table.isna().to_numpy().tolist() == [[False, False], [True, True]]
    assert table["b"][0] is True


def test_a_column_without_any_value_is_one_of_missing_numbers():
    assert whole([None], [None])["a"].isna().all()
    assert whole([None])["a"].dtype == float


@pytest.mark.fault("F79")
@pytest.mark.parametrize(
    "blocks", [[[2**53 + 1, None]], [[2**53 + 1], [None]], [[2**53 + 1], [0.5]], [[0.5], [2**53 + 1]]]
)
def test_whole_numbers_that_floats_would_change_are_refused(blocks):
    assert "beyond 2^53 beside missing values or decimals" in refusal(*blocks)
    assert whole(*blocks, types={"a": "string"})["a"].iloc[0] in (str(2**53 + 1), "0.5")


def test_whole_numbers_beyond_64_bits_are_refused():
    assert whole([2**63 - 1])["a"].tolist() == [2**63 - 1]
    assert "column 'a' of sqlite:///x.db holds whole numbers beyond 64 bits" in refusal([2**63])
    assert whole([2**63], types={"a": "number"})["a"].tolist() == [2.0**63]


def test_infinite_numbers_are_refused():
    assert "column 'a' of sqlite:///x.db holds infinite numbers" in refusal([float("inf")])
    assert whole([float("nan")])["a"].isna().all()


def test_blocks_of_different_kinds_are_refused():
    assert "kinds integer and text" in refusal([1], ["x"])


@pytest.mark.fault("F79")
def test_decimals_and_times_with_a_zone_are_noted():
    table = BlockTable(("price", "at"), ORIGIN, {}, ("price", "at"))
    table.add([(Decimal("1.10"), datetime(2026, 1, 31, 12, tzinfo=UTC)), (None, None)])
    read = table.whole()
    assert read["price"][0] == 1.1
    assert read["at"].dtype == "datetime64[us]"
    assert read["at"][0] == pd.Timestamp(2026, 1, 31, 12)
    price, at = table.notes
    assert "column 'price' of sqlite:///x.db: 1 decimals were read as floats" in price
    assert "column 'at' of sqlite:///x.db: 1 times with a zone were read as times of UTC" in at


def test_times_with_and_without_a_zone_are_refused_together():
    assert "with a zone and times without" in refusal([datetime(2026, 1, 31, tzinfo=UTC)], [datetime(2026, 1, 31)])


def test_categories_of_all_blocks_are_known_at_the_end():
    column = whole(["x"], ["y", None], types={"a": "category"})["a"]
    assert column.cat.categories.tolist() == ["x", "y"]


@pytest.mark.fault("F79")
def test_a_column_that_is_left_out_may_hold_anything():
    assert list(whole([(b"\xff", 1)], names=("photo", "a"), needed=["a"]).columns) == ["a"]


def test_a_type_for_no_column_is_refused():
    assert "types of sqlite:///x.db: there is no column 'b'" in refusal([1], types={"b": "string"})


def test_a_single_block_can_be_had_without_keeping_it():
    table = BlockTable(("a",), ORIGIN, {}, ("a",))
    assert table.frame([(1,)])["a"].dtype == "int64"
    assert table.frame([(None,)])["a"].dtype == float
    assert table.frame([(2,)])["a"].dtype == float
