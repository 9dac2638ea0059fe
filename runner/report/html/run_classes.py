"""How a classifier did on rows it had not seen, class by class, and what it confused with what.

All folds' held-out rows are judged together. The matrix is scikit-learn's display.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray
from sklearn.metrics import ConfusionMatrixDisplay, precision_recall_fscore_support

from runner.report.html.figures import HEAT, SERIES, Figure, short
from runner.report.html.judged_rows import Judged
from runner.report.html.sections import Figures, Part, Rows, Section
from runner.report.html.tables import Table, cell, table

#: So many classes have their counts written into the figure; of so many more it names the rows.
_COUNTED, _NAMED = 12, 40
#: So many confusions are listed.
_MOST_CONFUSED = 15


def class_section(rows: Judged) -> Section:
    """Tell how the classes were told apart."""
    return Section("classes", "Classes", list(_parts(rows)))


def _parts(rows: Judged) -> Iterator[Part]:
    counts = _counts(rows)
    yield Rows(_per_class(rows), filterable=len(rows.classes) > 30)
    n_right, n_rows = int(np.trace(counts)), len(rows.truth)
    text = f"{n_right:,} of {n_rows:,} held-out rows are on the diagonal; the others were taken for another class."
    size = min(7.0, 4.0 + 0.12 * len(rows.classes))
    draw = partial(_draw, counts, rows.classes)
    yield Figures([Figure("confusion_matrix", "Confusion matrix", text, draw, size, size * 0.85)])
    confused = _confused(counts, rows.classes)
    if confused.rows and len(rows.classes) > 2:
        yield Rows(confused)


def _counts(rows: Judged) -> NDArray[np.int64]:
    """Count the rows of each true and predicted class. Returns (n_classes, n_classes)."""
    n_classes = len(rows.classes)
    pairs = np.bincount(rows.truth * n_classes + rows.predicted, minlength=n_classes**2)
    return pairs.reshape(n_classes, n_classes)


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


def _confused(counts: NDArray[np.int64], classes: Sequence[str]) -> Table:
    """List what was taken for what, the most frequent first."""
    truth, said = np.nonzero(counts - np.diag(np.diag(counts)))
    order = np.argsort(-counts[truth, said], kind="stable")[:_MOST_CONFUSED]
    rows = [
        [classes[true], classes[false], int(counts[true, false]), float(counts[true, false] / counts[true].sum())]
        for true, false in zip(truth[order].tolist(), said[order].tolist(), strict=True)
    ]
    return table(["true class", "taken for", "rows", "share of the class"], rows, caption="Most often confused")


def _draw(counts: NDArray[np.int64], classes: Sequence[str], canvas: Canvas) -> None:
    axes = canvas.subplots()
    if len(classes) > _NAMED:
        _draw_many(counts, axes, canvas)
        return
    names = [short(name, 18) for name in classes]
    few = len(classes) <= _COUNTED
    turned = "vertical" if max(map(len, names)) > 3 and len(names) > 2 else "horizontal"
    ConfusionMatrixDisplay(counts, display_labels=names).plot(
        ax=axes,
        cmap=HEAT,
        im_kw={"vmin": 0},
        include_values=few,
        xticks_rotation=turned,
        values_format=",d",
        colorbar=not few,
    )
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _draw_many(counts: NDArray[np.int64], axes: Any, canvas: Canvas) -> None:
    """Draw a dot for every cell that has rows: cells would be smaller than can be seen."""
    truth, said = np.nonzero(counts)
    wrong = truth != said
    for where, color, name in ((~wrong, SERIES[0], "right"), (wrong, SERIES[1], "wrong")):
        sizes = 3 + 22 * counts[truth, said][where] / counts.max()
        axes.scatter(said[where], truth[where], s=sizes, color=color, linewidths=0, label=name, rasterized=True)
    axes.set(xlabel="Predicted class, by its place in the table", ylabel="True class, by its place in the table")
    axes.margins(0.01)
    axes.invert_yaxis()
    canvas.legend(loc="outside upper right", ncols=2, fontsize=8)
