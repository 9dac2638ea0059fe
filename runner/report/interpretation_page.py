"""What a run's model goes by and where it is wrong, in a few lines: part of what `runner show` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from runner.report.tables import heading, number, show, table

#: So many inputs, terms of a class, and rows are shown; the record holds all.
_FEW = 5
#: More classes have their terms in the record only.
_CLASSES = 10


def show_interpretation(told: Mapping[str, Any], console: Console) -> None:
    """Print the first lines of each part that there is. told: `reports/interpretation.json`."""
    parts = ("importance", "coefficients", "subgroups", "worst", "shap")
    if not any(told.get(part) for part in parts):
        return
    heading(console, "Interpretation")
    if told.get("importance"):
        _show_importance(told["importance"], console)
    if told.get("coefficients"):
        _show_coefficients(told["coefficients"], console)
    if told.get("shap"):
        rows = [(one["name"], number(one["mean_abs"])) for one in told["shap"]["features"][:_FEW]]
        show(console, table(("SHAP", "mean size"), rows, numbers=("mean size",)))
    for subgroup in told.get("subgroups") or ():
        _show_subgroup(subgroup, console)
    if told.get("worst"):
        _show_worst(told["worst"], console)


def _show_importance(told: Mapping[str, Any], console: Console) -> None:
    fall = f"fall of {told['metric']}"
    rows = [
        (one["name"], number(one["mean"]), f"{number(one['low'])} … {number(one['high'])}")
        for one in told["features"][:_FEW]
    ]
    show(console, table(("input", fall, "interval"), rows, numbers=(fall,)))
    console.print(Text(told["note"], style="dim"), soft_wrap=True)


def _show_coefficients(told: Mapping[str, Any], console: Console) -> None:
    for group in told["groups"][:_CLASSES]:
        terms = sorted(group["terms"], key=lambda term: -abs(term["value"]))[:_FEW]
        listed = ", ".join(f"{term['name']} {term['value']:+.3g}" for term in terms) or "none but 0"
        name = "coefficients" if group["class"] is None else f"towards {group['class']}"
        console.print(Text.assemble((f"{name}: ", "bold"), listed), soft_wrap=True)


def _show_subgroup(told: Mapping[str, Any], console: Console) -> None:
    metrics = list(dict.fromkeys(name for group in told["groups"] for name in group["scores"]))
    rows = [
        [group["value"], str(group["rows"]), *(_score(group["scores"].get(name)) for name in metrics)]
        for group in told["groups"]
    ]
    show(console, table((told["column"], "rows", *metrics), rows, numbers=("rows", *metrics)))


def _score(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return "–"
    return number(told["value"]) if told["low"] is None else (
        f"{number(told['value'])} ({number(told['low'])} … {number(told['high'])})"
    )  # fmt: skip


def _show_worst(told: Sequence[Mapping[str, Any]], console: Console) -> None:
    rows = [(str(row["row_id"]), str(row["truth"]), str(row["label"]), number(row["loss"])) for row in told[:_FEW]]
    show(console, table(("worst rows", "truth", "predicted", "loss"), rows, numbers=("worst rows", "loss")))
