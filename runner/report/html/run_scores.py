"""The scores of a run: the first thing its reader wants, then per fold with intervals, and after each compressor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runner.record.records import Metrics, Total
from runner.report.html.sections import Part, Rows, Section, Words
from runner.report.html.tables import NOTHING, Cell, Table, cell, number, table

#: More folds are told by their mean and spread alone.
_MOST_FOLDS = 12
#: So many scores stand at the head of the page.
_HEADLINES = 5


@dataclass(frozen=True)
class Headline:
    """A score at the head of the page. beside: how sure it is."""

    name: str
    value: str
    beside: str


def headlines(scores: Metrics) -> list[Headline]:
    """Return the scores to begin with, the primary one first."""
    names = [name for name, total in scores.total.items() if isinstance(total.mean, float | int)]
    names.sort(key=lambda name: name != scores.primary)
    return [Headline(name, _mean(scores.total[name]).text, _surety(scores, name)) for name in names[:_HEADLINES]]


def score_section(scores: Metrics) -> Section:
    """Tell every score that is a number; those that are tables have figures of their own."""
    return Section("scores", "Scores", list(_parts(scores)))


def _parts(scores: Metrics) -> Iterator[Part]:
    numbers = {name: total for name, total in scores.total.items() if not isinstance(total.mean, list)}
    if not numbers:
        yield Words("No score was made: the run has no metric that is a number, or it ended before.")
        return
    yield Rows(_of_folds(scores, numbers))
    yield from (Words(text) for text in dict.fromkeys(one.note for one in scores.intervals.values()) if text)
    if scores.non_finite:
        yield Words(f"Not finite: {', '.join(scores.non_finite)}", "warning")


def _of_folds(scores: Metrics, numbers: Mapping[str, Total]) -> Table:
    shown = scores.folds if 1 < len(scores.folds) <= _MOST_FOLDS else ()
    names = ["metric", "mean", "spread", "interval", *(f"fold {place}" for place in range(1, len(shown) + 1))]
    rows = [
        [
            f"{name} (primary)" if name == scores.primary else name,
            _mean(total),
            total.std,
            _interval(scores, name),
            *(_score(fold.get(name)) for fold in shown),
        ]
        for name, total in numbers.items()
    ]
    confidences = {f"{one.confidence:.0%}" for one in scores.intervals.values()}
    note = f"Means over {len(scores.folds)} folds, with the standard deviation between them" if shown else ""
    told = f"Intervals of {' and '.join(sorted(confidences))} confidence, by drawing the held-out rows again"
    return table(names, rows, note=". ".join(text for text in (note, told if confidences else "") if text)).filled()


def _mean(total: Total | None) -> Cell:
    return _score(None if total is None else total.mean)


def _score(score: object) -> Cell:
    return cell(float(score)) if isinstance(score, float | int) else Cell(NOTHING)


def _interval(scores: Metrics, name: str) -> Cell:
    found = scores.intervals.get(name)
    if found is None or found.low is None or found.high is None:
        return Cell(NOTHING)
    return Cell(f"{number(found.low)} … {number(found.high)}", found.high - found.low)


def _surety(scores: Metrics, name: str) -> str:
    interval, spread = _interval(scores, name), scores.total[name].std
    if interval.text != NOTHING:
        return interval.text
    return f"± {number(spread)}" if spread is not None else ""
