import numpy as np
import pytest

from runner.errors import DataError
from runner_builtin.sources.csv_parsing import Parser, Writing
from runner_builtin.sources.csv_records import Dialect
from runner_builtin.sources.csv_rows import Layout, rows_of


def parsed(text, columns, texts=(), quoting=True, **writing):
    dialect = Dialect(",", quoting=quoting)
    (rows,) = rows_of([text.encode()], Layout(dialect), "t.csv")
    return Parser(dialect, Writing(**writing), "t.csv").parse(rows, columns, texts).frame


def test_only_the_columns_asked_for_are_read_in_the_order_of_the_file():
    assert parsed("a,b,c\n1,2,3\n", ["a", "c"]).to_dict("list") == {"a": [1], "c": [3]}


def test_a_column_can_stay_text():
    assert parsed("a,b\n01,2\n,3\n", ["a", "b"], {"a"})["a"].fillna("-").tolist() == ["01", "-"]


def test_decimals_are_read_to_the_last_bit():
    values = np.random.default_rng(0).normal(size=200)
    text = "a,b\n" + "".join(f"{value!r},0\n" for value in values.tolist())
    assert parsed(text, ["a"])["a"].tolist() == values.tolist()


def test_gaps_beside_an_integer_that_overflows_stay_gaps():
    assert parsed(f"a,b\n{10**20},0\n,1\nNA,1\n", ["a"])["a"].isna().tolist() == [False, True, True]


@pytest.mark.fault("F59")
def test_values_that_do_not_fit_their_type_are_counted_and_five_are_located():
    with pytest.raises(DataError) as caught:
        parsed("a,b\n" + "secret,0\n" * 8, ["a"], types={"a": "integer"})
    text = str(caught.value)
    assert text.count("holds a text of 6 characters") == 5
    assert "line 6 holds" in text
    assert "line 7" not in text
    assert "and 3 more near by" in text
    assert "secret" not in text


@pytest.mark.fault("F59")
def test_leading_zeros_are_counted_where_quotes_stray_too():
    dialect = Dialect(",", quoting=True)
    (rows,) = rows_of([b'a,b\n007,5" x\n10,z\n'], Layout(dialect), "t.csv")
    assert rows.records.marks is None
    assert Parser(dialect, Writing(), "t.csv").padded(rows, ["a"]).tolist() == [1]


def test_a_byte_order_mark_inside_of_a_file_is_a_character():
    assert parsed("a,b\n\ufeffx,1\ny,2\n", ["a", "b"])["a"].tolist() == ["\ufeffx", "y"]
