import datetime
import hashlib
import sys
import zipfile

import pytest

from runner.contracts import SourceContext
from runner.errors import ConfigError, DataError, PluginError
from runner_builtin.sources.excel_source import ExcelSource

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture
def load(tmp_path):
    """Write a workbook of one sheet, or of several by name, and load it."""

    def load(sheets, **options):
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for title, rows in (sheets if isinstance(sheets, dict) else {"Data": sheets}).items():
            sheet = workbook.create_sheet(title)
            for row in rows:
                sheet.append(row)
        workbook.save(tmp_path / "t.xlsx")
        return ExcelSource(path="t.xlsx", **options).load(SourceContext(tmp_path, 0))

    return load


def refusal(load, sheets, error=DataError, **options):
    with pytest.raises(error) as caught:
        load(sheets, **options)
    return str(caught.value)


def test_a_sheet_is_read_with_its_types(load, tmp_path):
    day = datetime.datetime(2024, 2, 29)
    dataset = load([["a", "t", "d", "y"], [1, "x", day, True], [2.5, None, day, False]], target="y")
    assert dataset.features["a"].tolist() == [1.0, 2.5]
    assert dataset.features["t"].isna().tolist() == [False, True]
    assert dataset.features["d"].dtype.kind == "M"
    assert dataset.target.tolist() == [True, False]
    assert dataset.fingerprint == hashlib.sha256((tmp_path / "t.xlsx").read_bytes()).hexdigest()


def test_rows_above_the_header_and_blank_rows_at_the_end_are_passed_over(load):
    rows = [["Sales of the year"], [], ["a", "y"], [1, 2], [None, None], [""]]
    assert load(rows, header_row=3).features.to_dict("list") == {"a": [1], "y": [2]}


def test_several_sheets_need_a_choice(load):
    sheets = {"One": [["a"], [1]], "Two": [["b"], [2]]}
    assert "has 2 sheets: 'One', 'Two'" in refusal(load, sheets, ConfigError)
    assert list(load(sheets, sheet="Two").features.columns) == ["b"]
    assert "has no sheet 'Tow'. Did you mean 'Two'?" in refusal(load, sheets, sheet="Tow")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([[], ["a"], [1]], "row 1 is blank; set header_row"),
        ([["a", "y"], [1, 2], [], [3, 4]], "row 3 is blank, but rows follow"),
        ([["a", "y"], [1, 2, 3]], "row 2 has 3 cells, but the header has 2"),
        ([["a", None, "y"], [1, 2, 3]], "without a name (column 2 of 3)"),
        ([["a", "a"], [1, 2]], "several columns of the same name: 'a'"),
        ([["a", "y"]], "has a header but no rows"),
        ([["a"], ["#DIV/0!"]], "cell A2 holds the error #DIV/0!"),
    ],
)
def test_sheets_that_are_no_table_are_refused(load, rows, told):
    assert told in refusal(load, rows)


def test_formulas_without_a_stored_value_are_refused(load):
    text = refusal(load, [["a", "b"], [1, "=A2*2"], [3, "=A3*2"]])
    assert "2 formulas have no stored value (B2, B3)" in text


@pytest.mark.fault("F58")
def test_not_available_is_a_missing_value_and_counted(load):
    dataset = load([["a", "y"], [1, 0], ["#N/A", 1]])
    assert dataset.features["a"].isna().tolist() == [False, True]
    assert dataset.notes == ("column 'a': 1 values are #N/A and count as missing",)


@pytest.mark.fault("F63")
def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read(load):
    assert "more than max_bytes: 1000" in refusal(load, [["a"], [1]], max_bytes=1000)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"a,y\n1,2\n", "is no .xlsx workbook"), (b"\xd0\xcf\x11\xe0rest", "old .xls workbook or one with a password")],
)
def test_other_files_are_refused(tmp_path, content, told):
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(DataError, match=told):
        ExcelSource(path="t.xlsx").load(SourceContext(tmp_path, 0))


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        ExcelSource(path="t.xlsx").load(SourceContext(tmp_path, 0))


def test_without_openpyxl_the_command_that_installs_it_is_told(load, monkeypatch):
    load([["a"], [1]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(PluginError, match=r"pip install 'runner-ml\[excel\]'"):
        ExcelSource(path="t.xlsx").load(SourceContext(load.__closure__[0].cell_contents, 0))
