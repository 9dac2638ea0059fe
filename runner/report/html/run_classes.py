"""How a classifier did on rows it had not seen: class by class, confusions, rankings, chances.

The figures are scikit-learn's displays. All folds' held-out rows are judged together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    PrecisionRecallDisplay,
    RocCurveDisplay,
    auc,
    average_precision_score,
    confusion_matrix,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_curve,
)

from runner.report.html.figures import HEAT, Figure, short, thinned
from runner.report.html.judged_rows import Judged
from runner.report.html.sections import Figures, Part, Rows, Section, Words
from runner.report.html.tables import cell, table

#: So many classes have their counts written into the figure; of so many more it names the rows.
_COUNTED, _NAMED = 12, 40
#: Curves in one figure; of more classes those that are told apart worst are shown.
_MOST_CURVES = 8
#: Of more classes the most frequent are looked at.
_MOST_RANKED = 60
_BINS = 10

Curve = tuple[NDArray[np.float64], NDArray[np.float64], float]


def class_section(rows: Judged) -> Section:
    """Tell how the classes were told apart."""
    return Section("classes", "Classes", list(_class_parts(rows)))


def curve_section(rows: Judged, positive: int) -> Section:
    """Tell how well rows are ranked and chances are met. positive: the class to find, where there are two."""
    return Section("curves", "Ranking and chances", list(_curve_parts(rows, positive)))


def _class_parts(rows: Judged) -> Iterator[Part]:
    counts = confusion_matrix(rows.truth, rows.predicted, labels=range(len(rows.classes)))
    yield Rows(_per_class(rows), filterable=len(rows.classes) > 30)
    n_right, n_rows = int(np.trace(counts)), len(rows.truth)
    text = f"{n_right:,} of {n_rows:,} held-out rows are on the diagonal. {_worst(counts, rows.classes)}"
    size = 5.4 if len(rows.classes) <= _COUNTED else 7.0
    yield Figures(
        [Figure("confusion_matrix", "Confusion matrix", text, partial(_confusions, counts, rows.classes), size, size * 0.85)]
    )


def _per_class(rows: Judged) -> Any:
    precision, recall, f1, support = precision_recall_fscore_support(
        rows.truth, rows.predicted, labels=range(len(rows.classes)), zero_division=0
    )
    told = zip(rows.classes, precision.tolist(), recall.tolist(), f1.tolist(), support.tolist(), strict=True)
    return table(
        ["class", "precision", "recall", "F1", "rows"],
        [[str(name), *map(cell, numbers)] for name, *numbers in told],
        caption="Per class",
    )


def _worst(counts: NDArray[Any], classes: Sequence[str]) -> str:
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return "Nothing was confused."
    truth, said = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return f"Most often, {wrong[truth, said]:,} times, {short(classes[truth])!r} was taken for {short(classes[said])!r}."


def _confusions(counts: NDArray[Any], classes: Sequence[str], canvas: Canvas) -> None:
    axes = canvas.subplots()
    names = [short(name, 18) for name in classes]
    few = len(classes) <= _COUNTED
    if len(classes) <= _NAMED:
        display = ConfusionMatrixDisplay(counts, display_labels=names)
        turned = "vertical" if max(map(len, names)) > 3 and len(names) > 2 else "horizontal"
        display.plot(ax=axes, cmap=HEAT, include_values=few, xticks_rotation=turned, values_format=",d", colorbar=not few)
    else:
        canvas.colorbar(axes.imshow(np.log1p(counts), cmap=HEAT, interpolation="none"), label="log(1 + rows)")
        axes.set(xlabel="Predicted label", ylabel="True label")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


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
        figures.append(_calibration_figure(rows, positive))
        if len(rows.classes) == 2:
            figures.append(_threshold_figure(rows, positive))
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
        text += "ranked above another."
        faint = _of_folds(rows, positive)
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
            name = short(rows.classes[place], 16)
            RocCurveDisplay(fpr=false, tpr=true, roc_auc=area).plot(ax=axes, name=name)
        axes.plot([0, 1], [0, 1], color="#9aa3ae", linewidth=0.8, linestyle=":")
        _labelled(axes, "False positive rate", "True positive rate", "lower right")

    return Figure("roc_curve", "ROC curve", text, draw, 5.2, 4.4)


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
            name = short(rows.classes[place], 16)
            PrecisionRecallDisplay(precision, recall, average_precision=area).plot(ax=axes, name=name)
        _labelled(axes, "Recall", "Precision", "lower left")

    return Figure("precision_recall_curve", "Precision and recall", text, draw, 5.2, 4.4)


def _calibration_figure(rows: Judged, positive: int) -> Figure:
    assert rows.chances is not None
    if len(rows.classes) == 2:
        happened, chance = rows.truth == positive, rows.chances[:, positive]
        of = f"of {short(rows.classes[positive])!r}"
    else:
        happened, chance = rows.truth == rows.predicted, rows.chances.max(axis=1)
        of = "of the class that is most likely"
    chance = np.clip(chance, 0.0, 1.0)
    bins = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    sizes = np.bincount(bins, minlength=_BINS)
    said, came = (np.bincount(bins, weights=values, minlength=_BINS) for values in (chance, happened.astype(float)))
    error = float(np.abs(said - came).sum() / len(chance))
    text = f"The chance {of} against how often it held, in {_BINS} equal bins. On average they are {error:.4f} apart "
    text += "(expected calibration error); below: how many rows are in each bin."
    filled = sizes > 0

    def draw(canvas: Canvas) -> None:
        above, below = canvas.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        means = came[filled] / sizes[filled], said[filled] / sizes[filled]
        CalibrationDisplay(*means, chance).plot(ax=above, name="the model")
        _labelled(above, "", "How often it held", "upper left")
        below.bar((np.arange(_BINS) + 0.5) / _BINS, sizes, width=0.9 / _BINS, color="#9aa3ae")
        below.set(xlabel=short(f"Chance {of}", 60), ylabel="Rows")
        if sizes.max() > 50 * max(int(sizes[filled].min()), 1):
            below.set_yscale("log")

    return Figure("calibration", "Calibration", text, draw, 5.2, 4.4)


def _threshold_figure(rows: Judged, positive: int) -> Figure:
    assert rows.chances is not None
    chance, is_one = rows.chances[:, positive], rows.truth == positive
    precision, recall, thresholds = precision_recall_curve(is_one, chance)
    precision, recall = precision[:-1], recall[:-1]
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)
    best = int(f1.argmax())
    low, high = _said_from(rows, positive)
    where = f"{low:.4g}" if high - low < 0.005 else f"a threshold between {low:.4g} and {high:.4g}"
    text = f"F1 of {short(rows.classes[positive])!r} is largest, {f1[best]:.4f}, when it is said from a chance of "
    text += f"{thresholds[best]:.4g}. "
    text += f"The model says it from {where}." if low <= high else "The models of the folds say it from various ones."

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for name, values in (("precision", precision), ("recall", recall), ("F1", f1)):
            axes.plot(*thinned(thresholds, values), label=name)
        if low <= high:
            axes.axvline((low + high) / 2, color="#9aa3ae", linestyle="--", linewidth=1, label="the model's")
        axes.set_xlim(0, 1)
        _labelled(axes, "Threshold on the chance", "", "lower left")

    return Figure("threshold", "Threshold", text, draw, 5.2, 4.4)


def _said_from(rows: Judged, positive: int) -> tuple[float, float]:
    """Return between which chances the model begins to say the class; low > high where no one threshold fits."""
    assert rows.chances is not None
    chance, said = rows.chances[:, positive], rows.predicted == positive
    low = float(chance[~said].max()) if (~said).any() else 0.0
    high = float(chance[said].min()) if said.any() else 1.0
    return low, high


def _labelled(axes: Axes, x: str, y: str, legend: str) -> None:
    axes.set(xlabel=x, ylabel=y)
    axes.legend(loc=legend, fontsize=8)
