import pytest

from runner.errors import DataError
from runner_builtin.sources.csv_findings import ColumnFinding, TableFindings
from runner_builtin.sources.csv_parsing import Parser, Writing
from runner_builtin.sources.csv_records import Dialect
from runner_builtin.sources.csv_rows import Layout, rows_of

DIALECT = Dialect(",", quoting=True)


def findings_of(*texts, infinite="error"):
    """Let several blocks of one table pass by."""
    found = TableFindings(Parser(DIALECT, Writing(), "t.csv"), {"a": ColumnFinding()}, infinite)
    columns = []
    for text in texts:
        (rows,) = rows_of([f"a\n{text}".encode()], Layout(DIALECT), "t.csv")
        columns.append(found.take(found.parser.parse(rows, ["a"], found.texts))["a"])
    return found, columns


@pytest.mark.parametrize(
    ("texts", "kind", "gaps"),
    [
        (["1\n2", "3"], "integer", False),
        (["1", '""\n2'], "number", True),
        (["1", "0.5"], "number", False),
        (["1", '""'], "integer", True),
        (["x", "1"], "text", False),
        (["1", "x"], "mixed", False),
        (["True", "1"], "mixed", False),
        (["True", '""'], "boolean", True),
    ],
)
def test_the_kind_is_that_of_all_blocks(texts, kind, gaps):
    finding = findings_of(*texts)[0].columns["a"]
    assert (finding.kind.name, finding.kind.gaps) == (kind, gaps)


def test_columns_about_which_blocks_disagree_are_texts_from_then_on():
    found, columns = findings_of("1", "x", "2")
    assert found.texts == {"a"}
    assert columns[2].tolist() == ["2"]
    found.start_over(["a"])
    assert found.columns["a"] == ColumnFinding()


@pytest.mark.fault("F58")
def test_infinite_numbers_are_counted_over_all_blocks():
    found, _ = findings_of("1\n1e400", "-inf\ninf")
    with pytest.raises(DataError, match="holds 3 infinite numbers, the first in line 3"):
        found.check()
    found, columns = findings_of("1\n1e400", "7", infinite="missing")
    found.check()
    assert str(columns[0].tolist()) == "[1.0, nan]"
    assert found.notes() == ("column 'a': 1 infinite numbers are missing values now",)


@pytest.mark.fault("F58")
def test_a_pattern_must_hold_in_all_blocks():
    assert "decimal comma" in findings_of('"1,5"\n"2,5"', '"3,5"')[0].notes()[0]
    assert findings_of('"1,5"\n"2,5"', '"3,5"\nx')[0].notes() == ()


@pytest.mark.fault("F59")
def test_leading_zeros_are_counted_over_all_blocks():
    assert "in 3 rows" in findings_of("01\n02", "3\n04")[0].notes()[0]
