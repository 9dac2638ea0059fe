"""The data of a run: how many rows, what each cleaner did, columns, classes, folds, and what looks wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from matplotlib.figure import Figure as Canvas

from runner.report.html.figures import SERIES, Figure, short
from runner.report.html.sections import Facts, Figures, Part, Rows, Section, Words
from runner.report.html.tables import NOTHING, Cell, Table, cell, number, table

#: So many classes have a bar each.
_MOST_BARS = 30

Told = Mapping[str, Any]


def data_section(report: Told | None) -> Section:
    """Tell what the data are like. report: as in `reports/data.json`; None where the run ended before."""
    return Section("data", "Data", [] if report is None else list(_parts(report)))


def _parts(report: Told) -> Iterator[Part]:
    clean = report["clean"] or report["raw"]
    for leak in report["leaks"]:
        yield Words(f"Leak: {leak}", "warning")
    for told in (*report["remarks"], *report["notes"]):
        yield Words(told)
    yield Facts(_facts(report, clean))
    if report["steps"]:
        yield Rows(_steps(report["steps"]))
    target = clean["target"]
    if target is not None and target["classes"]:
        yield Figures([_classes(target)])
    if report["folds"]:
        yield Rows(_folds(report["folds"], report["n_folds"]))
    columns = clean["columns"] or ([clean["values"]] if clean["values"] else [])
    if columns:
        yield Rows(_columns(columns, clean), filterable=len(columns) > 30)


def _facts(report: Told, clean: Told) -> list[tuple[str, str]]:
    raw, repeated, target = report["raw"], report["repeated"], clean["target"]
    facts = [("rows loaded", f"{raw['rows']:,}"), ("rows parted", f"{clean['rows']:,}")]
    facts.append(("kind", f"{clean['kind']} of {' x '.join(f'{size:,}' for size in clean['shape'])}"))
    facts.append(("missing values", f"{clean['missing']:,}"))
    facts.append(("rows that repeat", f"{repeated['rows']:,}"))
    if repeated["conflicting"]:
        facts.append(("same row, another target", f"{repeated['conflicting']:,}"))
    if report["rejected"]:
        facts.append(("refused by the source", f"{report['rejected']:,}"))
    if clean["groups"] is not None:
        facts.append(("groups", f"{clean['groups']:,}"))
    if target is not None:
        facts.append(("target", _target(target)))
    return facts


def _target(target: Told) -> str:
    if target["classes"] is not None:
        return f"{target['distinct']:,} class{'es' * (target['distinct'] != 1)}"
    if target["minimum"] is None:
        return str(target["type"])
    return f"{number(target['minimum'])} … {number(target['maximum'])}, mean {number(target['mean'])}"


def _steps(steps: Sequence[Told]) -> Table:
    rows = [[step["step"], *step["rows"], *step["missing"], _done(step)] for step in steps]
    headings = ("cleaner", "rows before", "rows after", "missing before", "missing after", "what it did")
    return table(headings, rows, caption="Cleaning").filled()


def _done(step: Told) -> str:
    told = [f"{count:,} {reason}" for reason, count in step["dropped"].items()]
    told += [f"new column {name}" for name in step["columns_added"]]
    told += [f"column {name} gone" for name in step["columns_removed"]]
    told += [f"{name}: {before} → {after}" for name, (before, after) in (step["types"] or {}).items()]
    return "; ".join(told)


def _classes(target: Told) -> Figure:
    counts: Mapping[str, int] = target["classes"]
    most, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    told = f"{short(most)!r} has most rows, {counts[most]:,}, and {short(least)!r} fewest, {counts[least]:,}."
    if target["distinct"] > min(len(counts), _MOST_BARS):
        told += f" The {min(len(counts), _MOST_BARS)} most frequent of {target['distinct']:,} are drawn."
    height = 1.1 + 0.22 * min(len(counts), _MOST_BARS)
    return Figure("class_balance", "Rows per class", told, partial(_draw_classes, counts), 5.6, max(height, 1.8))


def _draw_classes(counts: Mapping[str, int], canvas: Canvas) -> None:
    shown = sorted(counts.items(), key=lambda pair: -pair[1])[:_MOST_BARS]
    axes = canvas.subplots()
    places = range(len(shown))
    bars = axes.barh(places, [count for _, count in shown], color=SERIES[0], height=0.7)
    axes.set_yticks(places, [short(name, 24) for name, _ in shown])
    axes.bar_label(bars, [f"{count:,}" for _, count in shown], padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.14)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("Rows")


def _folds(folds: Sequence[Told], n_folds: int) -> Table:
    rows = [
        [
            place,
            *(None if fold[part] is None else fold[part]["rows"] for part in ("train", "validation", "test")),
            fold["shared_rows"],
            fold["shared_groups"],
        ]
        for place, fold in enumerate(folds, start=1)
    ]
    note = f"The first {len(folds)} of {n_folds:,} folds." if len(folds) < n_folds else ""
    headings = ("fold", "training rows", "validation rows", "test rows", "rows in both", "groups in both")
    return table(headings, rows, caption="Split", note=note).filled()


def _columns(columns: Sequence[Told], profile: Told) -> Table:
    rows = [
        [
            column["name"] or "all values",
            column["type"],
            column["missing"],
            column["distinct"],
            *_range(column),
            ", ".join(word for word, holds in (("constant", column["constant"]), ("id", column["id_like"])) if holds),
        ]
        for column in columns
    ]
    n_columns = profile["shape"][1] if profile["kind"] == "table" and len(profile["shape"]) > 1 else len(columns)
    note = f"The first {len(columns)} of {n_columns:,} columns." if len(columns) < n_columns else ""
    if profile["sampled"]:
        note += f" Different values and lengths were counted in {profile['sampled']:,} rows."
    headings = ("column", "type", "missing", "different", "smallest", "largest", "mean", "remark")
    return table(headings, rows, caption="Columns", note=note.strip()).filled()


def _range(column: Told) -> list[Cell]:
    if column["longest"] is not None:
        ends = (column["shortest"], column["longest"])
        return [*(Cell(f"{end:,} characters", float(end)) for end in ends), Cell(NOTHING)]
    return [cell(column[name]) for name in ("minimum", "maximum", "mean")]
