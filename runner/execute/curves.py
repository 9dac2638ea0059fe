"""What a training leaves to look at: curves as a table and as figures, how a rate and a threshold were chosen."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from runner.execute.fold import FittedFold
from runner.record import layout
from runner.record.chart import line_chart
from runner.record.folder import RunFolder

#: Figure -> (the curves in it, the label of its values, whether these go by powers of ten).
_FIGURES = {
    "loss": (("loss", "validation_loss"), "loss", False),
    "learning_rate": (("learning_rate",), "learning rate", False),
}


def write_curves(folder: RunFolder, trainings: Sequence[FittedFold]) -> None:
    """Write `curves.csv`, and for models trained by gradients the figures and the range tests."""
    folder.write_text(layout.CURVES, _table(trainings))
    for name, (curves, label, log_y) in _FIGURES.items():
        lines = {
            f"{_name(training)} {curve}" if len(curves) > 1 else _name(training): list(enumerate(values, start=1))
            for curve in curves
            for training in trainings
            if (values := training.curves.get(curve))
        }
        if lines:
            title = f"{label} per epoch"
            folder.write_text(f"{layout.FIGURES}/{name}.svg", line_chart(title, "epoch", label, lines, log_y=log_y))
    _write_thresholds(folder, trainings)
    tests = {_name(training): training.range_test for training in trainings if training.range_test}
    if tests:
        _write_range_tests(folder, tests)


def _write_thresholds(folder: RunFolder, trainings: Sequence[FittedFold]) -> None:
    """Write which threshold each model chose, and how its metric goes by the threshold, for models that chose any."""
    chosen = {
        _name(training): told
        for training in trainings
        if (told := getattr(training.tail.steps[-1][1], "threshold_curve_", None))
    }
    if not chosen:
        return
    folder.write_json(layout.THRESHOLDS, chosen)
    lines = {name: list(zip(told["thresholds"], told["values"], strict=True)) for name, told in chosen.items()}
    label = str(next(iter(chosen.values()))["metric"])
    folder.write_text(f"{layout.FIGURES}/thresholds.svg", line_chart("threshold chosen", "threshold", label, lines))


def _write_range_tests(folder: RunFolder, tests: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    folder.write_json(layout.RANGE_TEST, tests)
    lines = {name: list(zip(test["learning_rates"], test["losses"], strict=True)) for name, test in tests.items()}
    chart = line_chart("learning-rate range test", "learning rate", "training loss", lines, log_x=True)
    folder.write_text(f"{layout.FIGURES}/range_test.svg", chart)


def _name(training: FittedFold) -> str:
    return "refit" if training.number is None else f"fold {training.number + 1}"


def _table(trainings: Sequence[FittedFold]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    names = sorted({name for training in trainings for name in training.curves})
    rows.writerow(["training", "epoch", *names])
    for training in trainings:
        length = max((len(curve) for curve in training.curves.values()), default=0)
        for epoch in range(length):
            curves = [training.curves.get(name, ()) for name in names]
            cells = [repr(curve[epoch]) if epoch < len(curve) else "" for curve in curves]
            rows.writerow([_name(training), epoch + 1, *cells])
    return text.getvalue()
