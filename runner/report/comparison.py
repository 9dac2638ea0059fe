"""One setting against the score, over one sweep, several, or some runs."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, pstdev
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from runner.errors import ConfigError, did_you_mean
from runner.record.evidence import Verdict
from runner.record.interval import Interval
from runner.record.results import cell
from runner.report.doubt import MARKS
from runner.report.leaderboard import Direction
from runner.report.score_table import interval_cell, interval_headings
from runner.report.short_names import setting
from runner.report.tables import number, show, table

_ABSENT = object()
#: The verdict that says most for a value first: one trial as good as the best is enough.
_FAVOURABLE: tuple[Verdict, ...] = ("best", "alike", "unknown", "worse")


@dataclass(frozen=True)
class Point:
    """A trial or a run. settings: dotted key -> value; score: None where there is none that is finite.

    verdict: how it compares with the best of its sweep, None where that was not looked at. interval: of the score,
    None of a trial.
    """

    settings: Mapping[str, Any]
    score: float | None
    verdict: Verdict | None = None
    interval: Interval | None = None


@dataclass(frozen=True)
class Field:
    """What is compared: the points of one sweep, or of some runs. common: settings all its points share.

    remarks: what a person should know of the verdicts.
    """

    name: str
    metric: str
    direction: Direction
    points: Sequence[Point]
    common: Mapping[str, Any]
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class Summary:
    """The scores of the points with one value. std: ddof = 0, None of a single one. count: points with a score.

    without: points that have none. verdict: the most favourable of its points'. interval: of the best score.
    """

    best: float | None
    mean: float | None
    std: float | None
    count: int
    without: int
    verdict: Verdict | None = None
    interval: Interval | None = None


@dataclass(frozen=True)
class Comparison:
    """by: the key; values: its values, ascending where they have an order; cells: a summary per value and field.

    A cell is None where a field has no point with the value.
    """

    by: str
    fields: Sequence[Field]
    values: Sequence[Any]
    cells: Sequence[Sequence[Summary | None]]


def compare(fields: Sequence[Field], by: str) -> Comparison:
    """Group the points of each field by the value of a setting. Raises ConfigError for a key that none has."""
    groups = [_groups(field, by) for field in fields]
    if not any(groups):
        known = {key for field in fields for key in _keys(field)}
        raise ConfigError(
            f"nothing to compare by {by!r}: no trial of {', '.join(repr(field.name) for field in fields)} has this "
            f"setting. {did_you_mean(by, known)}"
        )
    values: dict[str, Any] = {}
    for group in groups:
        for text, (value, _) in group.items():
            values.setdefault(text, value)
    ordered = sorted(values, key=lambda text: _sort_key(values[text]))
    pairs = list(zip(groups, fields, strict=True))
    cells = [
        [_summary(group[text][1], field.direction) if text in group else None for group, field in pairs]
        for text in ordered
    ]
    return Comparison(by, fields, [values[text] for text in ordered], cells)


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Print a row per value; several fields stand side by side."""
    many = len(comparison.fields) > 1
    if many:
        for place, field in enumerate(comparison.fields, start=1):
            console.print(Text(f"{place}: {field.name} · {field.metric} ({field.direction})"), soft_wrap=True)
    sure = [interval_headings(_intervals(comparison, place)) for place in range(len(comparison.fields))]
    headings = [
        f"{place} {word}" if many else word
        for place, field in enumerate(comparison.fields, start=1)
        for word in ("best" if many else f"best {field.metric}", *sure[place - 1], "mean ± std", "trials")
    ]
    rows = [
        [
            setting(value),
            *(text for place, summary in enumerate(row) for text in _texts(summary, with_interval=bool(sure[place]))),
        ]
        for value, row in zip(comparison.values, comparison.cells, strict=True)
    ]
    show(console, table((comparison.by, *headings), rows, numbers=headings))
    for place, field in enumerate(comparison.fields, start=1):
        for remark in field.remarks:
            console.print(Text(f"{place}: {remark}" if many else remark), soft_wrap=True)


def write_comparison(comparison: Comparison, out: IO[str]) -> None:
    """Write the comparison as csv: a row per field and value, safe to open in a spreadsheet."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("in", "metric", comparison.by, "best", "mean", "std", "count", "without_score", "low", "high"))
    for place, field in enumerate(comparison.fields):
        for value, row in zip(comparison.values, comparison.cells, strict=True):
            found = row[place]
            if found is not None:
                ends = (None, None) if found.interval is None else (found.interval.low, found.interval.high)
                told = (found.best, found.mean, found.std, found.count, found.without, *ends)
                writer.writerow([cell(it) for it in (field.name, field.metric, value, *told)])


def comparison_data(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the comparison as plain data: one mapping per field and value."""
    return [
        {
            "in": field.name,
            "metric": field.metric,
            "value": value,
            **{name: getattr(row[place], name) for name in ("best", "mean", "std", "count", "without", "verdict")},
            "interval": _plain(row[place]),
        }
        for place, field in enumerate(comparison.fields)
        for value, row in zip(comparison.values, comparison.cells, strict=True)
        if row[place] is not None
    ]


def _plain(summary: Summary | None) -> dict[str, Any] | None:
    return None if summary is None or summary.interval is None else asdict(summary.interval)


def _intervals(comparison: Comparison, place: int) -> dict[str, Interval]:
    """Return the intervals that a field has, by where they stand."""
    summaries = enumerate(row[place] for row in comparison.cells)
    return {str(at): one.interval for at, one in summaries if one is not None and one.interval is not None}


def _groups(field: Field, by: str) -> dict[str, tuple[Any, list[Point]]]:
    """Return the points by value; the value's text is the key, since a list is no key and 1 is not True."""
    groups: dict[str, tuple[Any, list[Point]]] = {}
    for point in field.points:
        value = point.settings.get(by, field.common.get(by, _ABSENT))
        if value is not _ABSENT:
            groups.setdefault(cell(value), (value, []))[1].append(point)
    return groups


def _keys(field: Field) -> Iterable[str]:
    return {*field.common, *(key for point in field.points for key in point.settings)}


def _summary(points: Sequence[Point], direction: Direction) -> Summary:
    finite = [point.score for point in points if point.score is not None and math.isfinite(point.score)]
    if not finite:
        return Summary(None, None, None, 0, len(points))
    verdicts = {point.verdict for point in points}
    best = max(finite) if direction == "maximize" else min(finite)
    return Summary(
        best=best,
        mean=fmean(finite),
        std=pstdev(finite) if len(finite) > 1 else None,
        count=len(finite),
        without=len(points) - len(finite),
        verdict=next((verdict for verdict in _FAVOURABLE if verdict in verdicts), None),
        interval=next((point.interval for point in points if point.score == best), None),
    )


def _texts(summary: Summary | None, *, with_interval: bool = False) -> list[str]:
    """Write a summary in its cells.

    >>> _texts(Summary(0.9, 0.85, 0.05, 2, 1)), _texts(None)
    (['0.9', '0.85 ± 0.05', '2 (1 without a score)'], ['', '', ''])
    """
    if summary is None:
        return [""] * (3 + with_interval)
    spread = "" if summary.std is None else f" ± {number(summary.std)}"
    without = f" ({summary.without:,} without a score)" if summary.without else ""
    mark = MARKS[summary.verdict] if summary.verdict else ""
    return [
        f"{mark} {number(summary.best)}".lstrip(),
        *([interval_cell(summary.interval)] if with_interval else []),
        f"{number(summary.mean)}{spread}",
        f"{summary.count:,}{without}",
    ]


def _sort_key(value: Any) -> tuple[bool, float, str]:
    """Numbers first, by size; then the rest by their texts."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return not is_number, float(value) if is_number else 0.0, cell(value)
