from __future__ import annotations

import time

from runner.report.aligned import aligned


def test_wide_signs_count_as_two_columns() -> None:
    assert list(aligned(("a", "b"), [("漢", "1"), ("x", "2")])) == ["a   b", "漢  1", "x   2"]


def test_a_cell_with_several_lines_stays_in_its_row_and_umlauts_stay_themselves() -> None:
    assert list(aligned(("a",), [("x\ny",), ("\x1b[31m",), ("ä",)])) == ["a", "x\\ny", "\\x1b[31m", "ä"]


def test_a_table_without_rows_is_its_headings() -> None:
    assert list(aligned(("a", "b"), [])) == ["a  b"]


def test_ten_thousand_rows_take_less_than_a_second() -> None:
    rows = [(str(n), "done", f"{n / 7:.6g}") for n in range(10_000)]
    began = time.process_time()
    assert len(list(aligned(("trial", "state", "l2"), rows, numbers=("l2",)))) == 10_001
    assert time.process_time() - began < 1.0
