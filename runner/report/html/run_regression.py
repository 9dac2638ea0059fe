"""How close predicted values came to the true ones, on rows that the model had not seen.

The figures are scikit-learn's displays. All folds' held-out rows are looked at together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray
from sklearn.metrics import PredictionErrorDisplay

from runner.record.predictions import HeldOut
from runner.report.html.figures import SERIES, Figure
from runner.report.html.sections import Figures, Part, Rows, Section, Words
from runner.report.html.tables import number, table

#: So many rows are drawn, evenly among them; more would hide each other.
_MOST_POINTS = 2000

Values = NDArray[np.float64]


def regression_section(parts: Sequence[HeldOut]) -> Section:
    """Tell how far predicted values are from the true ones. parts: at least one."""
    truth = np.concatenate([_numbers(part.truth) for part in parts])
    said = np.concatenate([_numbers(part.prediction.labels) for part in parts])
    known = np.isfinite(truth) & np.isfinite(said)
    return Section("values", "Predicted values", list(_parts(truth[known], said[known], int((~known).sum()))))


def _numbers(values: NDArray[Any]) -> Values:
    """Return values as numbers; what is none is missing."""
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError):
        return np.full(len(values), np.nan)


def _parts(truth: Values, said: Values, unknown: int) -> Iterator[Part]:
    if unknown:
        yield Words(f"{unknown:,} rows have no finite value to compare, and are left out.", "warning")
    if not len(truth):
        return
    residuals = truth - said
    drawn = np.unique(np.linspace(0, len(truth) - 1, min(len(truth), _MOST_POINTS)).astype(int))
    sampled = f" {len(drawn):,} of {len(truth):,} rows are drawn." if len(drawn) < len(truth) else ""
    yield Figures(
        [
            Figure("predicted_actual", "Predicted against true", _told(truth, said) + sampled,
                   partial(_draw, truth[drawn], said[drawn], "actual_vs_predicted"), 5.2, 4.6),
            Figure("residuals", "Residuals", _told_bias(said, residuals) + sampled,
                   partial(_draw, truth[drawn], said[drawn], "residual_vs_predicted"), 5.2, 4.6),
            Figure("residual_histogram", "How residuals are spread", _told_spread(residuals),
                   partial(_draw_histogram, residuals), 5.2, 3.7),
        ]
    )  # fmt: skip
    yield Rows(_by_size(truth, residuals))


def _told(truth: Values, said: Values) -> str:
    errors = np.abs(truth - said)
    text = f"On the dashed line a value is predicted exactly. Half of the {len(truth):,} rows are within "
    return f"{text}{number(float(np.median(errors)))}, nine in ten within {number(float(np.quantile(errors, 0.9)))}."


def _told_bias(said: Values, residuals: Values) -> str:
    mean = float(residuals.mean())
    text = f"True minus predicted: {number(mean)} on average"
    if len(said) > 2 and said.std() > 0 and np.abs(residuals).std() > 0:
        bond = float(np.corrcoef(said, np.abs(residuals))[0, 1])
        grow = (
            "grow with the predicted value"
            if bond > 0.3
            else "shrink with it"
            if bond < -0.3
            else "do not depend on it"
        )
        text += f"; their sizes {grow} (correlation {bond:.2f})"
    return f"{text}. A pattern here is something the model has not learned."


def _told_spread(residuals: Values) -> str:
    low, high = np.quantile(residuals, [0.05, 0.95])
    return f"Nine in ten of them lie between {number(float(low))} and {number(float(high))}."


def _draw(truth: Values, said: Values, kind: str, canvas: Canvas) -> None:
    axes = canvas.subplots()
    look = {
        "alpha": 0.55 if len(truth) > 200 else 0.8,
        "s": 12,
        "color": SERIES[0],
        "linewidths": 0,
        "rasterized": True,
    }
    line = {"color": SERIES[1], "linestyle": "--", "linewidth": 1.2}
    PredictionErrorDisplay(y_true=truth, y_pred=said).plot(ax=axes, kind=kind, scatter_kwargs=look, line_kwargs=line)
    axes.set_xlabel("Predicted value")
    axes.set_ylabel("True value" if kind == "actual_vs_predicted" else "True minus predicted")


def _draw_histogram(residuals: Values, canvas: Canvas) -> None:
    axes = canvas.subplots()
    axes.hist(residuals, bins=min(40, max(5, int(np.sqrt(len(residuals))))), color=SERIES[0])
    axes.axvline(0, color=SERIES[1], linestyle="--", linewidth=1.2)
    axes.set(xlabel="True minus predicted", ylabel="Rows")


def _by_size(truth: Values, residuals: Values) -> Any:
    """Tell the errors of small, middle and large true values apart."""
    order = np.argsort(truth, kind="stable")
    groups = [group for group in np.array_split(order, min(5, len(order))) if len(group)]
    rows = [
        [
            f"{number(float(truth[group[0]]))} … {number(float(truth[group[-1]]))}",
            len(group),
            float(np.abs(residuals[group]).mean()),
            float(residuals[group].mean()),
        ]
        for group in groups
    ]
    note = "Bias: true minus predicted, on average; above zero, values of this size are predicted too small."
    headings = ("true values", "rows", "mean error", "bias")
    return table(headings, rows, caption="Errors by the size of the value", note=note)
