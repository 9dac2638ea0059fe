import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.sources.csv_records import Dialect
from runner_builtin.sources.csv_rows import Layout, rows_of


def rows(text, **layout):
    separator = layout.pop("separator", ",")
    return list(rows_of([text.encode()], Layout(Dialect(separator, quoting=True), **layout), "t.csv"))


def test_the_header_names_the_columns_and_is_no_row():
    (found,) = rows('"a b",y\n1,2\n3,4\n')
    assert found.names == ["a b", "y"]
    assert found.records.content == b"1,2\n3,4"
    assert found.records.line(1) == 3


def test_without_a_header_the_names_are_given():
    (found,) = rows("1,2\n", header=False, columns=["a", "y"])
    assert found.names == ["a", "y"]
    assert found.records.count == 1


def test_without_a_header_names_are_asked_for():
    with pytest.raises(ConfigError, match="its first line has 2 fields; give 2 names"):
        rows("1,2\n", header=False)


@pytest.mark.fault("F51")
def test_a_record_of_another_width_is_an_error_with_its_line():
    with pytest.raises(DataError, match="1 records have not 2 fields like the header: line 3 has 3"):
        rows("a,y\n1,2\n1,2,3\n")


@pytest.mark.fault("F52")
def test_a_record_of_another_width_can_be_put_aside():
    (found,) = rows("a,y\n1,2\n1\n3,4\n", drop_bad=True)
    assert found.records.content == b"1,2\n3,4"
    assert found.records.line(1) == 4
    assert found.rejected == ((3, "1 fields in place of 2", "1"),)


@pytest.mark.fault("F60")
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_likely_separator_is_named(separator):
    with pytest.raises(DataError) as caught:
        rows(f"a{separator}b\n1{separator}2\n")
    assert f"Set separator: {separator!r}" in str(caught.value)


@pytest.mark.fault("F61")
def test_names_in_brackets_are_no_json():
    (found,) = rows("[id],[y]\n1,2\n")
    assert found.names == ["[id]", "[y]"]


def test_a_name_may_hold_any_separator_of_lines_that_is_none_here():
    (found,) = rows("a\u2028\x85b,y\n1,2\n")
    assert found.names == ["a\u2028\x85b", "y"]


def test_the_first_field_may_be_longer_than_the_csv_modules_limit():
    (found,) = rows("x" * 200_000 + ",1\n", header=False, columns=["a", "y"])
    assert found.records.count == 1
