"""How the model learned: its losses per epoch, the learning rate, the range test, and whether it is overfitting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from runner.report.html.figures import SERIES, Figure, legend_name, short, thinned, whole_ticks
from runner.report.html.overfitting import verdict
from runner.report.html.run_facts import Curves, ReportedRun
from runner.report.html.sections import Figures, Part, Section, Words
from runner.report.html.tables import number

#: More trainings are drawn without a name each.
_NAMED = 8
#: Losses that span so many times their smallest are drawn by powers of ten.
_WIDE = 50


def training_section(run: ReportedRun) -> Section:
    """Tell how the losses went. Nothing of a model that was not trained by gradients."""
    return Section("training", "Training", list(_parts(run.curves, run.range_tests)))


def _parts(curves: Curves, range_tests: Mapping[str, Any]) -> Iterator[Part]:
    if curves:
        yield Words(f"Is it overfitting? {verdict(curves).text}")
    figures = [*_losses(curves), *_rates(curves), *_others(curves), *_ranges(range_tests)]
    if figures:
        yield Figures(figures)


def _losses(curves: Curves) -> Iterator[Figure]:
    lines = _of(curves, "loss")
    if not lines:
        return
    ends = [values[-1] for values in lines.values()]
    epochs = max(map(len, lines.values()))
    text = f"The loss on training rows after {epochs} epochs: {_range(ends)}."
    aside = _of(curves, "validation_loss")
    if aside:
        text += f" Dashed, on rows put aside: {_range([values[-1] for values in aside.values()])}."
    yield Figure("learning_curve", "Loss per epoch", text, partial(_draw_losses, lines, aside), 5.6, 3.9)


def _rates(curves: Curves) -> Iterator[Figure]:
    lines = _of(curves, "learning_rate")
    if lines:
        rates = [rate for values in lines.values() for rate in values]
        text = f"The learning rate at each epoch's first step; from {number(min(rates))} to {number(max(rates))}."
        draw = partial(_draw_lines, lines, "Learning rate")
        yield Figure("learning_rate_schedule", "Learning rate", text, draw, 5.6, 3.9)


def _others(curves: Curves) -> Iterator[Figure]:
    """Give a figure for each curve that a model records beside those that all have."""
    known = ("loss", "validation_loss", "learning_rate")
    for place, name in enumerate(sorted({name for curve in curves.values() for name in curve if name not in known})):
        lines = _of(curves, name)
        text = f"At the end: {_range([values[-1] for values in lines.values()])}."
        draw = partial(_draw_lines, lines, name)
        yield Figure(f"curve_{place + 1}", f"{short(name)} per epoch", text, draw, 5.6, 3.9)


def _ranges(tests: Mapping[str, Any]) -> Iterator[Figure]:
    lines = {
        name: ([rate for rate, _ in found], [loss for _, loss in found])
        for name, test in tests.items()
        if (found := [pair for pair in zip(test["learning_rates"], test["losses"], strict=True) if _finite(*pair)])
    }
    if lines:
        text = "Learning rates that were tried in turn, and the loss that each led to; where it falls most steeply a "
        text += "rate is large and safe."
        yield Figure("learning_rate_range", "Range test", text, partial(_draw_ranges, lines), 5.6, 3.9)


def _of(curves: Curves, name: str) -> dict[str, Sequence[float]]:
    """Return a curve of each training that has it, as far as it is finite."""
    found = {
        training: [value for value in told.get(name, ()) if isfinite(value)] for training, told in curves.items()
    }
    return {training: values for training, values in found.items() if values}


def _finite(*values: float | None) -> bool:
    return all(value is not None and isfinite(value) for value in values)


def _range(values: Sequence[float]) -> str:
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


def _draw_losses(lines: Mapping[str, Sequence[float]], aside: Mapping[str, Sequence[float]], canvas: Canvas) -> None:
    axes = canvas.subplots()
    named = len(lines) <= _NAMED
    for place, (name, values) in enumerate(lines.items()):
        color = SERIES[place % len(SERIES)]
        label = f"{legend_name(name)}, training rows" if named else None
        _draw(axes, values, color=color, label=label)
        if name in aside:
            _draw(
                axes,
                aside[name],
                color=color,
                linestyle="--",
                label=f"{legend_name(name)}, put aside" if named else None,
            )
    _finish(axes, "Loss", [*lines.values(), *aside.values()], named=named)


def _draw_lines(lines: Mapping[str, Sequence[float]], label: str, canvas: Canvas) -> None:
    axes = canvas.subplots()
    named = 1 < len(lines) <= _NAMED
    same = len({tuple(values) for values in lines.values()}) == 1
    for place, (name, values) in enumerate(list(lines.items())[: 1 if same else None]):
        _draw(axes, values, color=SERIES[place % len(SERIES)], label=None if same else legend_name(name))
    _finish(axes, short(label), list(lines.values()), named=named and not same)


def _draw(axes: Any, values: Sequence[float], **style: Any) -> None:
    epochs, heights = thinned(np.arange(1.0, len(values) + 1), np.asarray(values, dtype=np.float64))
    axes.plot(epochs, heights, marker="o" if len(values) == 1 else None, **style)


def _finish(axes: Any, label: str, lines: Sequence[Sequence[float]], *, named: bool) -> None:
    axes.set(xlabel="Epoch", ylabel=label)
    whole_ticks(axes)
    low, high = min(map(min, lines)), max(map(max, lines))
    if low > 0 and high > _WIDE * low:
        axes.set_yscale("log")
    if named:
        axes.legend(fontsize=8)


def _draw_ranges(lines: Mapping[str, tuple[Sequence[float], Sequence[float]]], canvas: Canvas) -> None:
    axes = canvas.subplots()
    for name, (rates, losses) in list(lines.items())[:_NAMED]:
        axes.plot(rates, losses, marker=".", label=legend_name(name))
    axes.set(xscale="log", xlabel="Learning rate", ylabel="Training loss")
    spread = [loss for _, losses in lines.values() for loss in losses]
    if min(spread) > 0 and max(spread) > _WIDE * min(spread):
        axes.set_yscale("log")
    if len(lines) > 1:
        axes.legend(fontsize=8)
