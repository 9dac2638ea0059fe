from __future__ import annotations

from pathlib import Path

import numpy as np

from runner.data import Prediction
from runner.record.predictions import HeldOut
from runner.report.html.figures import drawn
from runner.report.html.run_regression import regression_section
from runner.report.html.sections import Figures, Rows, Section, Words
from tests.report.html.samples import regressed


def values(truth: list[float], said: list[float]) -> list[HeldOut]:
    return [HeldOut(0, "test", np.arange(len(truth)), np.array(truth), Prediction(np.array(said)))]


def texts(section: Section, folder: Path) -> dict[str, str]:
    figures = [figure for part in section.parts if isinstance(part, Figures) for figure in part.figures]
    return {picture.name: picture.text for picture in drawn(figures, folder)}


def test_distances_are_told_in_numbers(tmp_path: Path) -> None:
    section = regression_section(values([0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0, 5.0]))
    told = texts(section, tmp_path)
    assert list(told) == ["predicted_actual", "residuals", "residual_histogram"]
    assert "Half of the 5 rows are within 1" in told["predicted_actual"]
    assert "True minus predicted: -1 on average" in told["residuals"]
    (table,) = [part.table for part in section.parts if isinstance(part, Rows)]
    assert [cell.text for cell in table.rows[0]] == ["0 … 0", "1", "1", "-1"]


def test_two_rows_and_equal_values_are_drawn(tmp_path: Path) -> None:
    assert texts(regression_section(values([1.0, 1.0], [1.0, 1.0])), tmp_path)
    assert texts(regression_section(values([1.0], [2.0])), tmp_path)


def test_values_that_are_not_finite_are_left_out_and_counted(tmp_path: Path) -> None:
    section = regression_section(values([1.0, float("nan"), 3.0], [1.0, 2.0, float("inf")]))
    assert isinstance(section.parts[0], Words)
    assert section.parts[0].text.startswith("2 rows have no finite value")
    assert "the 1 rows" in texts(section, tmp_path)["predicted_actual"]


def test_a_hundred_thousand_rows_are_thinned_in_the_figure_and_not_in_the_numbers(tmp_path: Path) -> None:
    told = texts(regression_section(regressed(100_000)), tmp_path)
    assert "Half of the 100,000 rows" in told["predicted_actual"]
    assert "2,000 of 100,000 rows are drawn" in told["residuals"]
    assert (tmp_path / "residuals.svg").stat().st_size < 400_000
