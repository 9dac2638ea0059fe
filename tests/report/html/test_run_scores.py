from __future__ import annotations

from runner.record.interval import Interval
from runner.record.records import Metrics, Total
from runner.report.html.run_scores import headlines, score_section
from runner.report.html.sections import Rows, Words

SURE = Interval(low=0.8, high=0.9, confidence=0.9, resamples=1000)


def metrics(**more: object) -> Metrics:
    folds = ({"f1": 0.8, "loss": 0.5}, {"f1": 0.9, "loss": 0.4})
    total = {"loss": Total(0.45, 0.05, 2), "f1": Total(0.85, 0.05, 2), "confusion": Total([[1.0]], None, 2)}
    return Metrics("f1", "maximize", folds, total, **more)  # type: ignore[arg-type]


def test_scores_have_their_interval_spread_and_folds() -> None:
    (part,) = score_section(metrics(intervals={"f1": SURE})).parts
    assert isinstance(part, Rows)
    assert [heading.text for heading in part.table.headings] == [
        "metric", "mean", "spread", "interval", "fold 1", "fold 2",
    ]  # fmt: skip
    assert [cell.text for cell in part.table.rows[1]] == ["f1 (primary)", "0.85", "0.05", "0.8 … 0.9", "0.8", "0.9"]
    assert "Intervals of 90% confidence" in part.table.note


def test_the_primary_score_comes_first_with_how_sure_it_is() -> None:
    first, second = headlines(metrics(intervals={"f1": SURE}))
    assert (first.name, first.value, first.beside) == ("f1", "0.85", "0.8 … 0.9")
    assert (second.name, second.beside) == ("loss", "± 0.05")


def test_why_there_is_no_interval_is_told() -> None:
    none = Interval(low=None, high=None, confidence=0.9, resamples=0, note="only one class was drawn")
    parts = score_section(metrics(intervals={"f1": none})).parts
    assert Words("only one class was drawn") in parts


def test_scores_that_were_not_finite_are_named() -> None:
    found = Metrics(total={"rmse": Total(None, None, 1)}, non_finite=("total.rmse.mean",))
    assert Words("Not finite: total.rmse.mean", "warning") in score_section(found).parts


def test_a_run_without_scores_says_so() -> None:
    (words,) = score_section(Metrics()).parts
    assert isinstance(words, Words)
    assert words.text.startswith("No score was made")


def test_more_folds_than_fit_are_told_by_mean_and_spread() -> None:
    found = Metrics("f1", "maximize", ({"f1": 0.5},) * 20, {"f1": Total(0.5, 0.0, 20)})
    (part,) = score_section(found).parts
    assert isinstance(part, Rows)
    assert len(part.table.headings) == 3
