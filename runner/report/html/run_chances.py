"""What the chances that a classifier tells are worth: how often they hold, and from which one to say a class.

All folds' held-out rows are judged together.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure as Canvas
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import precision_recall_curve

from runner.report.html.figures import Figure, short, thinned
from runner.report.html.judged_rows import Judged

_BINS = 10


def calibration_figure(rows: Judged, positive: int) -> Figure:
    """Draw how often each chance held: of the class to find, or of more than two classes the likeliest."""
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
        above.plot([0, 1], [0, 1], color="#9aa3ae", linestyle=":", label="perfect")
        CalibrationDisplay(*means, chance).plot(ax=above, name="the model", ref_line=False)
        above.set(xlabel="", ylabel="How often it held")
        above.legend(loc="upper left", fontsize=8)
        below.bar((np.arange(_BINS) + 0.5) / _BINS, sizes, width=0.9 / _BINS, color="#9aa3ae")
        below.set(xlabel=short(f"Chance {of}", 60), ylabel="Rows")
        if sizes.max() > 50 * max(int(sizes[filled].min()), 1):
            below.set_yscale("log")

    return Figure("calibration", "Calibration", text, draw, 5.2, 4.4)


def threshold_figure(rows: Judged, positive: int) -> Figure:
    """Draw what precision, recall and F1 were from each chance on. rows: of two classes."""
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
        axes.set(xlabel="Threshold on the chance", ylabel="Score")
        axes.legend(loc="lower left", fontsize=8)

    return Figure("threshold", "Threshold", text, draw, 5.2, 4.4)


def _said_from(rows: Judged, positive: int) -> tuple[float, float]:
    """Return between which chances the model begins to say the class; low > high where no one threshold fits."""
    assert rows.chances is not None
    chance, said = rows.chances[:, positive], rows.predicted == positive
    low = float(chance[~said].max()) if (~said).any() else 0.0
    high = float(chance[said].min()) if said.any() else 1.0
    return low, high
