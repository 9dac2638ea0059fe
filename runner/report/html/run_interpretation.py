"""What the model goes by: importance, coefficients, partial dependence, subgroups, and where it errs most.

Read from `reports/interpretation.json`; a part that was not asked for is not there, and has no place on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from matplotlib.figure import Figure as Canvas

from runner.report.html.figures import SERIES, Figure, legend_name, short
from runner.report.html.sections import Figures, Part, Rows, Section, Words
from runner.report.html.tables import NOTHING, Cell, cell, number, table

#: So many features have a bar; the table has all.
_MOST_BARS = 20
#: So many terms of a class, those of most weight, have a bar.
_MOST_TERMS = 12
#: So many groups of coefficients are drawn.
_MOST_GROUPS = 2
_MOST_CURVES = 8

Told = Mapping[str, Any]


def interpretation_section(told: Told) -> Section:
    """Tell what the model goes by, as far as that was recorded."""
    return Section("interpretation", "What the model goes by", list(_parts(told)))


def _parts(told: Told) -> Iterator[Part]:
    makers: Mapping[str, Callable[[Any], Iterator[Part]]] = {
        "importance": _importance,
        "coefficients": _coefficients,
        "partial_dependence": _dependence,
        "shap": _shap,
        "subgroups": _subgroups,
        "worst": _worst,
    }
    for name, make in makers.items():
        if told.get(name):
            yield from make(told[name])


def _importance(told: Told) -> Iterator[Part]:
    features = sorted(told["features"], key=lambda one: -one["mean"])
    if not features:
        return
    text = (
        f"How much {told['metric']} is lost on {told['rows']:,} held-out rows when a feature's values change places, "
    )
    text += f"{told['repeats']} times, with intervals. Most is lost by {short(features[0]['name'])!r}, "
    text += f"{number(features[0]['mean'])}."
    bars = [(one["name"], one["mean"], one["low"], one["high"]) for one in features[:_MOST_BARS]]
    draw = partial(_draw_bars, bars, f"Loss of {told['metric']}")
    yield Figures([Figure("importance", "Permutation importance", text, draw, 6.4, _height(len(bars)))])
    if told.get("note"):
        yield Words(told["note"])
    rows = [[one["name"], one["mean"], one["low"], one["high"]] for one in features]
    yield Rows(table(["feature", "importance", "low", "high"], rows), filterable=len(rows) > 30)


def _coefficients(told: Told) -> Iterator[Part]:
    groups = [group for group in told["groups"] if group["terms"]]
    figures = []
    for place, group in enumerate(groups[:_MOST_GROUPS], start=1):
        terms = sorted(group["terms"], key=lambda term: -abs(term["value"]))[:_MOST_TERMS]
        bars = [(term["name"], term["value"], None, None) for term in sorted(terms, key=lambda term: -term["value"])]
        of = "" if group["class"] is None else f" of {short(group['class'])!r}"
        text = (
            f"The {len(bars)} terms of most weight{of}; those above zero speak for it."
            if of
            else (f"The {len(bars)} terms of most weight; those above zero raise the prediction.")
        )
        draw = partial(_draw_bars, bars, "Coefficient")
        figures.append(Figure(f"coefficients_{place}", f"Coefficients{of}", text, draw, 5.6, _height(len(bars))))
    if figures:
        yield Figures(figures)
    if told.get("note"):
        yield Words(told["note"])
    rows = [[group["class"], term["name"], term["value"]] for group in groups for term in group["terms"]]
    if rows:
        yield Rows(table(["class", "term", "coefficient"], rows, caption="Coefficients"), filterable=len(rows) > 30)


def _dependence(told: Sequence[Told]) -> Iterator[Part]:
    figures = [
        Figure(
            f"partial_dependence_{place}",
            f"Dependence on {short(one['feature'])}",
            f"What is predicted on average were every row's {short(one['feature'])!r} this value.",
            partial(_draw_dependence, one),
            5.2,
            3.7,
        )
        for place, one in enumerate(told, start=1)
        if one["values"] and one["curves"]
    ]
    if figures:
        yield Figures(figures)


def _shap(told: Told) -> Iterator[Part]:
    features = sorted(told["features"], key=lambda one: -one["mean_abs"])
    if not features:
        return
    bars = [(one["name"], one["mean_abs"], None, None) for one in features[:_MOST_BARS]]
    text = f"How far a feature moves a prediction, on average over {told['rows']:,} rows, whichever way (SHAP)."
    draw = partial(_draw_bars, bars, "Mean of |SHAP value|")
    yield Figures([Figure("shap", "SHAP values", text, draw, 6.4, _height(len(bars)))])


def _subgroups(told: Sequence[Told]) -> Iterator[Part]:
    for one in told:
        metrics = list(dict.fromkeys(name for group in one["groups"] for name in group["scores"]))
        rows = [
            [str(group["value"]), group["rows"], *(_score(group["scores"].get(name)) for name in metrics)]
            for group in one["groups"]
        ]
        title = f"By {one['column']}"
        yield Rows(table([one["column"], "rows", *metrics], rows, caption=title), filterable=len(rows) > 30)


def _score(told: Told | None) -> Cell:
    if told is None or told["value"] is None:
        return Cell(NOTHING)
    text = number(told["value"])
    if told.get("low") is not None and told.get("high") is not None:
        text += f" ({number(told['low'])} … {number(told['high'])})"
    return Cell(text, float(told["value"]))


def _worst(told: Sequence[Told]) -> Iterator[Part]:
    rows = [
        [str(one["row_id"]), one["fold"] + 1, cell(one["truth"]), cell(one["label"]), one["loss"]] for one in told
    ]
    note = "Rows by their number in the source, the worst first; what stands in them is not told."
    headings = ("row", "fold", "true", "predicted", "loss")
    yield Rows(table(headings, rows, caption="Worst errors", note=note), filterable=len(rows) > 30)


def _height(n_bars: int) -> float:
    return 1.2 + 0.24 * n_bars


def _draw_bars(bars: Sequence[tuple[str, float, float | None, float | None]], label: str, canvas: Canvas) -> None:
    axes = canvas.subplots()
    places = range(len(bars))
    colors = [SERIES[0] if value >= 0 else SERIES[1] for _, value, _, _ in bars]
    axes.barh(places, [value for _, value, _, _ in bars], color=colors, height=0.7)
    for place, (_, _, low, high) in enumerate(bars):
        if low is not None and high is not None:
            axes.plot([low, high], [place, place], color="#5a6472", linewidth=1.1)
    axes.set_yticks(places, [short(name, 30) for name, _, _, _ in bars])
    axes.axvline(0, color="#9aa3ae", linewidth=0.8)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(short(label, 40))


def _draw_dependence(told: Told, canvas: Canvas) -> None:
    axes = canvas.subplots()
    curves = told["curves"][:_MOST_CURVES]
    for curve in curves:
        label = None if curve["class"] is None else legend_name(curve["class"])
        if told["kind"] == "number":
            axes.plot(told["values"], curve["mean"], label=label)
        else:
            axes.plot([short(value, 14) for value in told["values"]], curve["mean"], "o:", label=label)
    if told["kind"] != "number" and len(told["values"]) > 4:
        axes.tick_params(axis="x", rotation=60)
    axes.set(xlabel=short(told["feature"], 40), ylabel="Predicted, on average")
    if any(curve["class"] is not None for curve in curves):
        axes.legend(fontsize=8)
