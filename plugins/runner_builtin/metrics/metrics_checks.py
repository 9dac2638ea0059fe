"""What a metric makes sure of before it scores: finite numbers, classes the model knows, classes that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Prediction
from runner.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def classes_of(truth: NDArray[Any], prediction: Prediction) -> NDArray[Any]:
    """Return the classes in the order of the prediction's columns; those found where a model told none."""
    if prediction.classes is not None:
        return np.asarray(prediction.classes)
    return np.unique(np.concatenate([truth, prediction.labels]))


def known_classes(truth: NDArray[Any], prediction: Prediction, metric: str) -> NDArray[Any]:
    """Return the model's classes. Raises DataError for rows of a class that it never saw."""
    classes = classes_of(truth, prediction)
    unknown = truth[~np.isin(truth, classes)]
    if len(unknown):
        raise DataError(
            f"metric {metric!r}: test rows are of classes that no training row had ({_told(unknown)}). "
            f"Use a stratified splitter, or drop these classes."
        )
    return classes


def check_all_there(truth: NDArray[Any], classes: NDArray[Any], metric: str) -> None:
    """Refuse rows among which a class has none. Raises DataError with the counts."""
    found = set(truth.tolist())
    absent = [label for label in classes.tolist() if label not in found]
    if absent:
        raise DataError(
            f"metric {metric!r} compares each class with the others, but among {len(truth)} test rows there is none "
            f"of {', '.join(map(repr, absent[:10]))} (found {_told(truth)}). "
            f"Use a stratified splitter or fewer folds."
        )


def check_numbers(metric: str, **columns: Any) -> None:
    """Refuse numbers that are NaN or infinite. columns: what they are -> array. Raises DataError with the count."""
    for what, values in columns.items():
        array = np.asarray(values)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            bad = ~np.isfinite(array)
            rows = int(np.count_nonzero(bad.reshape(len(array), -1).any(axis=1)))
            raise DataError(
                f"metric {metric!r}: the {what} of {rows} of {len(array)} rows is NaN or infinite, and no score can "
                f"be made of that. Mend or drop these rows, or look at why the model predicts such numbers."
            )


def finite(metric: str, score: Any, rows: int) -> float:
    """Return a score as a plain number. Raises DataError where it is none."""
    number = float(score)
    if not np.isfinite(number):
        raise DataError(
            f"metric {metric!r} is {number} on these {rows} test rows; such a score cannot be averaged or compared."
        )
    return number


def _told(labels: NDArray[Any]) -> str:
    values, counts = np.unique(labels, return_counts=True)
    return ", ".join(f"{value!r}: {count}" for value, count in zip(values.tolist(), counts, strict=True))
