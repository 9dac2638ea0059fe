"""How well a classifier ranks rows that it had not seen: ROC curves, precision and recall.

The figures are scikit-learn's displays. All folds' held-out rows are judged together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray
from sklearn.metrics import (
    PrecisionRecallDisplay,
    RocCurveDisplay,
    auc,
    average_precision_score,
    precision_recall_curve,
    roc_curve,
)

from runner.report.html.figures import Figure, legend_name, short, thinned
from runner.report.html.judged_rows import Judged
from runner.report.html.run_chances import calibration_figure, threshold_figure
from runner.report.html.sections import Figures, Part, Section, Words

#: Curves in one figure; of more classes those that are told apart worst are shown.
_MOST_CURVES = 8
#: Of more classes the most frequent are looked at.
_MOST_RANKED = 60

Curve = tuple[NDArray[np.float64], NDArray[np.float64], float]


def curve_section(rows: Judged, positive: int) -> Section:
    """Tell how well rows are ranked and chances are met. positive: the class to find, where there are two."""
    return Section("curves", "Ranking and chances", list(_curve_parts(rows, positive)))


def positive_of(config: Mapping[str, Any], classes: Sequence[str]) -> int:
    """Return the place of the class to find: the one that a metric names, else the last.

    >>> positive_of({"metrics": {"f1": {"use": "f1", "positive": "ham"}}}, ["ham", "spam"])
    0
    """
    metrics = config.get("metrics") or {}
    named = [
        str(node["positive"])
        for node in metrics.values()
        if isinstance(node, dict) and node.get("positive") is not None
    ]
    return next((classes.index(name) for name in named if name in classes), len(classes) - 1)


def _curve_parts(rows: Judged, positive: int) -> Iterator[Part]:
    ranked = rows.ranked
    if ranked is None:
        yield Words("The model tells neither chances nor scores of the classes, so no curves can be drawn.")
        return
    present = np.flatnonzero(np.bincount(rows.truth, minlength=len(rows.classes)))
    if len(present) < 2:
        yield Words("The held-out rows are all of one class: there is nothing to be ranked.")
        return
    chosen = [positive] if len(rows.classes) == 2 else _frequent(rows, present)
    rocs = {place: _roc(rows.truth == place, ranked[:, place]) for place in chosen}
    figures = [_roc_figure(rows, rocs, positive), _precision_figure(rows, list(_hardest(rocs)), positive)]
    if rows.chances is not None:
        figures.append(calibration_figure(rows, positive))
        if len(rows.classes) == 2:
            figures.append(threshold_figure(rows, positive))
    yield Figures(figures)


def _frequent(rows: Judged, present: NDArray[np.int64]) -> list[int]:
    counts = np.bincount(rows.truth, minlength=len(rows.classes))
    return sorted(sorted(present.tolist(), key=lambda place: -counts[place])[:_MOST_RANKED])


def _hardest(rocs: dict[int, Curve]) -> list[int]:
    """Return the classes to draw, in their order: all, or those with the smallest areas."""
    return sorted(sorted(rocs, key=lambda place: rocs[place][2])[:_MOST_CURVES])


def _roc(is_one: NDArray[np.bool_], ranked: NDArray[np.float64]) -> Curve:
    false, true, _ = roc_curve(is_one, ranked)
    return *thinned(false, true), float(auc(false, true))


def _roc_figure(rows: Judged, rocs: dict[int, Curve], positive: int) -> Figure:
    areas = [area for _, _, area in rocs.values()]
    if len(rows.classes) == 2:
        text = f"The area under the curve is {areas[0]:.4f}: so often a row of {short(rows.classes[positive])!r} is "
        text += "ranked above a row of the other class."
        faint = _of_folds(rows, positive)
        text += " Grey: the curve of each fold." if faint else ""
    else:
        low = min(rocs, key=lambda place: rocs[place][2])
        text = f"Each class against all others: the areas average {np.mean(areas):.4f}; the smallest, "
        text += f"{rocs[low][2]:.4f}, is that of {short(rows.classes[low])!r}.{_left_out(rows, len(rocs))}"
        faint = []

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for false, true, _ in faint:
            axes.plot(false, true, color="#9aa3ae", linewidth=0.7)
        for place in _hardest(rocs):
            false, true, area = rocs[place]
            name = legend_name(rows.classes[place])
            RocCurveDisplay(fpr=false, tpr=true).plot(ax=axes, name=f"{name}: area {area:.4f}")
        axes.plot([0, 1], [0, 1], color="#9aa3ae", linewidth=0.8, linestyle=":")
        _finish(canvas, "False positive rate", "True positive rate")

    return Figure("roc_curve", "ROC curve", text, draw, 5.2, 4.4 + 0.1 * min(len(rocs), _MOST_CURVES))


def _of_folds(rows: Judged, positive: int) -> list[Curve]:
    """Return one curve per fold, where there are several and each has both classes."""
    folds = np.unique(rows.folds)
    ranked = rows.ranked
    assert ranked is not None
    if not 1 < len(folds) <= 10:
        return []
    masks = [rows.folds == fold for fold in folds]
    both = [mask for mask in masks if len(np.unique(rows.truth[mask])) == 2]
    return [_roc(rows.truth[mask] == positive, ranked[mask, positive]) for mask in both]


def _left_out(rows: Judged, n_ranked: int) -> str:
    told = f" The {_MOST_CURVES} hardest are drawn." if n_ranked > _MOST_CURVES else ""
    return told + (f" Looked at were the {n_ranked} most frequent." if n_ranked < len(rows.classes) else "")


def _precision_figure(rows: Judged, chosen: Sequence[int], positive: int) -> Figure:
    ranked = rows.ranked
    assert ranked is not None
    curves: dict[int, Curve] = {}
    for place in chosen:
        is_one = rows.truth == place
        precision, recall, _ = precision_recall_curve(is_one, ranked[:, place])
        area = float(average_precision_score(is_one, ranked[:, place]))
        curves[place] = (*thinned(recall, precision), area)
    low = min(curves, key=lambda place: curves[place][2])
    which = positive if len(rows.classes) == 2 else low
    text = f"Average precision of {short(rows.classes[which])!r} is {curves[which][2]:.4f}"
    text += "." if len(rows.classes) == 2 else ", the lowest of those drawn."

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for place, (recall, precision, area) in curves.items():
            name = legend_name(rows.classes[place])
            PrecisionRecallDisplay(precision, recall).plot(ax=axes, name=f"{name}: {area:.4f} on average")
        _finish(canvas, "Recall", "Precision")

    return Figure("precision_recall_curve", "Precision and recall", text, draw, 5.2, 4.4 + 0.1 * len(curves))


def _finish(canvas: Canvas, x: str, y: str) -> None:
    """Label the axes; the names of the curves stand below, where they hide nothing."""
    (axes,) = canvas.axes
    axes.set(xlabel=x, ylabel=y)
    legend = axes.get_legend()
    if legend is not None:
        legend.remove()
    canvas.legend(loc="outside lower center", ncols=2, fontsize=8)
