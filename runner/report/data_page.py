"""The data of a run for a person: what was loaded, what became of it, how it was parted, what looks wrong.

It shows what `reports/data.json` holds, so that a finished run and one that is only checked look the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from runner.report.tables import heading, number, show, table

#: More columns, classes or folds are counted and not listed.
_MAX_COLUMNS = 40
_MAX_CLASSES = 12
_MAX_FOLDS = 12

Told = Mapping[str, Any]


def show_data(report: Told, console: Console) -> None:
    """Print a data report. report: as in `reports/data.json`."""
    raw, clean = report["raw"], report["clean"] or report["raw"]
    heading(console, "Data as loaded" if report["clean"] else "Data")
    _line(console, _size(raw))
    if report["rejected"]:
        _line(console, f"{_counted(report['rejected'], 'row')} refused by the source")
    if report["steps"]:
        heading(console, "Cleaning")
        _show_steps(report["steps"], console)
    if report["clean"]:
        heading(console, "Data as parted")
        _line(console, _size(clean))
    _show_columns(clean, console)
    _line(console, _repeated(report["repeated"]))
    if clean["target"] is not None:
        heading(console, "Target")
        _show_target(clean["target"], clean["rows"], console)
    heading(console, f"Split: {report['n_folds']} fold{'s' * (report['n_folds'] != 1)}")
    _show_folds(report["folds"], console)
    _show_warnings(report, console)


def _size(profile: Told) -> str:
    sizes = " x ".join(f"{size:,}" for size in profile["shape"][1:])
    if profile["kind"] == "table":
        shape = _counted(profile["shape"][1], "column")
    else:
        shape = f"{profile['kind']} of {sizes or 'single'} values"
    parts = [_counted(profile["rows"], "row"), shape, _counted(profile["missing"], "missing value")]
    if profile["groups"] is not None:
        parts.append(_counted(profile["groups"], "group"))
    if profile["sampled"]:
        parts.append(f"different values and lengths counted in {profile['sampled']:,} rows")
    return " · ".join(parts)


def _counted(count: int, what: str) -> str:
    """Write a number of things.

    >>> _counted(1, "row"), _counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {what}{'s' * (count != 1)}"


def _show_steps(steps: Sequence[Told], console: Console) -> None:
    rows = []
    for step in steps:
        why = [f"{count:,} {reason}" for reason, count in step["dropped"].items()]
        why += [f"+ {name}" for name in step["columns_added"]] + [f"- {name}" for name in step["columns_removed"]]
        why += [f"{name}: {before} → {after}" for name, (before, after) in (step["types"] or {}).items()]
        rows.append([step["step"], _pair(step["rows"]), _pair(step["missing"]), "; ".join(why)])
    show(console, table(("step", "rows", "missing", "what"), rows, numbers=("rows", "missing")))


def _pair(counts: Sequence[int]) -> str:
    before, after = counts
    return f"{before:,}" if before == after else f"{before:,} → {after:,}"


def _show_columns(profile: Told, console: Console) -> None:
    columns = profile["columns"] or ([profile["values"]] if profile["values"] else [])
    rows = [
        [
            column["name"] or "all values",
            column["type"],
            f"{column['missing']:,}",
            "" if column["distinct"] is None else f"{column['distinct']:,}",
            _range(column),
            ", ".join(word for word, holds in (("constant", column["constant"]), ("id", column["id_like"])) if holds),
        ]
        for column in columns[:_MAX_COLUMNS]
    ]
    headings = ("column", "type", "missing", "different", "range", "")
    show(console, table(headings, rows, numbers=("missing", "different")))
    if len(columns) > _MAX_COLUMNS:
        _line(console, f"… and {len(columns) - _MAX_COLUMNS:,} more columns")


def _range(column: Told) -> str:
    if column["longest"] is not None:
        return f"{column['shortest']:,} … {column['longest']:,} characters"
    if column["minimum"] is None:
        return ""
    if isinstance(column["minimum"], str):
        return f"{column['minimum']} … {column['maximum']}"
    return f"{number(column['minimum'])} … {number(column['maximum'])}, mean {number(column['mean'])}"


def _repeated(repeated: Told) -> str:
    told = f"repeats of an earlier row: {repeated['rows']:,}"
    if repeated["features"] > repeated["rows"]:
        told += f", and {repeated['features'] - repeated['rows']:,} more in all but the target"
    return told


def _show_target(target: Told, n_rows: int, console: Console) -> None:
    if target["classes"] is None:
        ends = f"{number(target['minimum'])} … {number(target['maximum'])}, mean {number(target['mean'])}"
        _line(console, f"{target['type']}, {target['distinct']:,} different values, {ends}")
        return
    shown = list(target["classes"].items())[:_MAX_CLASSES]
    rows = [[label, f"{count:,}", f"{count / max(n_rows, 1):.1%}"] for label, count in shown]
    show(console, table(("class", "rows", "share"), rows, numbers=("rows", "share")))
    if target["distinct"] > len(shown):
        _line(console, f"… and {target['distinct'] - len(shown):,} more classes")


def _show_folds(folds: Sequence[Told], console: Console) -> None:
    rows = [
        [
            str(place),
            *(_part(fold[name]) for name in ("train", "validation", "test")),
            f"{fold['shared_rows']:,}",
            "" if fold["shared_groups"] is None else f"{fold['shared_groups']:,}",
        ]
        for place, fold in enumerate(folds[:_MAX_FOLDS], start=1)
    ]
    headings = ("fold", "training", "validation", "test", "rows in both", "groups in both")
    show(console, table(headings, rows, numbers=("fold", "rows in both", "groups in both")))
    if len(folds) > _MAX_FOLDS:
        _line(console, f"… and {len(folds) - _MAX_FOLDS:,} more folds")


def _part(part: Told | None) -> str:
    """Tell the rows of a side, with its classes where they are few."""
    if part is None:
        return "–"
    if part["classes"] and len(part["classes"]) <= _MAX_CLASSES:
        told = ", ".join(f"{label} {count:,}" for label, count in part["classes"].items())
        return f"{part['rows']:,} ({told})"
    mean = "" if part["mean"] is None else f" (mean {number(part['mean'])})"
    return f"{part['rows']:,}{mean}"


def _show_warnings(report: Told, console: Console) -> None:
    told = [("leak", "yellow", text) for text in report["leaks"]]
    told += [("remark", "", text) for text in (*report["remarks"], *report["notes"])]
    if told:
        console.print()
    for word, style, text in told:
        console.print(Text(f"{word}: {text}", style=style), soft_wrap=True)


def _line(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)
