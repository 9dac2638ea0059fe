from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from runner.report.html.figures import drawn
from runner.report.html.judged_rows import Judged, judged
from runner.report.html.run_classes import class_section
from runner.report.html.run_curves import curve_section, positive_of
from runner.report.html.sections import Figures, Rows, Section, Words
from tests.report.html.samples import HOSTILE, classified


def figures_of(section: Section, folder: Path) -> dict[str, str]:
    """Draw all figures of a section; return name -> text."""
    figures = [figure for part in section.parts if isinstance(part, Figures) for figure in part.figures]
    return {picture.name: picture.text for picture in drawn(figures, folder)}


def test_each_class_has_its_precision_recall_and_rows(tmp_path: Path) -> None:
    truth, said = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 1, 2])
    told = Judged(["a", "b", "c"], truth, said, None, None, np.zeros(5, dtype=int))
    section = class_section(told)
    rows, confused = [part.table for part in section.parts if isinstance(part, Rows)]
    assert [cell.text for cell in rows.rows[0]] == ["a", "1", "0.6667", "0.8", "3"]
    assert [[cell.text for cell in row] for row in confused.rows] == [["a", "b", "1", "0.3333"]]
    text = figures_of(section, tmp_path)["confusion_matrix"]
    assert text == "4 of 5 held-out rows are on the diagonal; the others were taken for another class."


def test_two_classes_have_roc_precision_calibration_and_threshold_as_scikit_learn_has_them(tmp_path: Path) -> None:
    rows = judged(classified(["ham", "spam"], 300, folds=2))
    texts = figures_of(curve_section(rows, 1), tmp_path)
    assert list(texts) == ["roc_curve", "precision_recall_curve", "calibration", "threshold"]
    assert rows.chances is not None
    truth, chance = rows.truth == 1, rows.chances[:, 1]
    assert f"{roc_auc_score(truth, chance):.4f}" in texts["roc_curve"]
    assert f"{average_precision_score(truth, chance):.4f}" in texts["precision_recall_curve"]
    assert "Grey: the curve of each fold" in texts["roc_curve"]
    assert "The model says it from 0.5" in texts["threshold"] or "between" in texts["threshold"]


def test_the_calibration_error_is_the_mean_distance_of_the_bins(tmp_path: Path) -> None:
    chances = np.array([[0.95, 0.05], [0.95, 0.05], [0.25, 0.75], [0.25, 0.75]])
    rows = Judged(["a", "b"], np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), chances, None, np.zeros(4, dtype=int))
    # two bins of two rows: |0.05 - 0| and |0.75 - 0.5|
    assert "On average they are 0.1500 apart" in figures_of(curve_section(rows, 1), tmp_path)["calibration"]


def test_five_hundred_classes_are_readable(tmp_path: Path) -> None:
    rows = judged(classified([f"class {place}" for place in range(500)], 1500))
    section = class_section(rows)
    table, confused = [part for part in section.parts if isinstance(part, Rows)]
    assert (len(table.table.rows), table.filterable, len(confused.table.rows)) == (500, True, 15)
    texts = figures_of(section, tmp_path) | figures_of(curve_section(rows, 499), tmp_path)
    assert "The 8 hardest are drawn. Looked at were the 60 most frequent." in texts["roc_curve"]
    assert (tmp_path / "confusion_matrix.svg").stat().st_size < 300_000


def test_one_class_has_no_ranking(tmp_path: Path) -> None:
    rows = judged(classified(["only"], 2))
    assert figures_of(class_section(rows), tmp_path)["confusion_matrix"].startswith("2 of 2 held-out rows")
    (words,) = curve_section(rows, 0).parts
    assert isinstance(words, Words)
    assert "all of one class" in words.text


def test_a_model_without_chances_says_why_there_are_no_curves() -> None:
    (words,) = curve_section(judged(classified(["a", "b", "c"], chances=False)), 2).parts
    assert isinstance(words, Words)
    assert "neither chances nor scores" in words.text


@pytest.mark.parametrize("n_rows", [2, 3])
def test_two_rows_are_enough(tmp_path: Path, n_rows: int) -> None:
    rows = Judged(
        ["a", "b"],
        np.arange(n_rows) % 2,
        np.arange(n_rows) % 2,
        np.full((n_rows, 2), 0.5),
        None,
        np.zeros(n_rows, int),
    )
    assert "roc_curve" in figures_of(curve_section(rows, 1), tmp_path)


def test_hostile_names_are_drawn(tmp_path: Path) -> None:
    rows = judged(classified(HOSTILE, 200))
    assert figures_of(class_section(rows), tmp_path)
    assert figures_of(curve_section(rows, 0), tmp_path)


def test_the_class_to_find_is_the_one_that_a_metric_names_or_else_the_last() -> None:
    named = {"metrics": {"accuracy": {"use": "accuracy"}, "f1": {"use": "f1", "positive": 0}}}
    assert positive_of(named, ["0", "1"]) == 0
    assert positive_of({}, ["0", "1"]) == 1
