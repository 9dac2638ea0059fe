"""The held-out rows of all folds together, as figures want them: classes by number, chances side by side.

>>> from runner.data import Prediction
>>> said = Prediction(np.array(["ham"]), np.array(["ham", "spam"]), np.array([[0.75, 0.25]]))
>>> rows = judged([HeldOut(0, "test", np.array([17]), np.array(["spam"]), said)])
>>> rows.classes, rows.truth.tolist(), rows.predicted.tolist(), rows.chances.tolist()
(['ham', 'spam'], [1], [0], [[0.75, 0.25]])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.record.predictions import HeldOut


@dataclass(frozen=True)
class Judged:
    """Held-out rows of a classifier.

    classes: as text, in their order. truth, predicted: (n_rows,), places among the classes. chances: (n_rows,
    n_classes), None where the model tells none; scores: the same of another measure, such as distances from the
    boundary. folds: (n_rows,).
    """

    classes: Sequence[str]
    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    chances: NDArray[np.float64] | None
    scores: NDArray[np.float64] | None
    folds: NDArray[np.int64]

    @property
    def ranked(self) -> NDArray[np.float64] | None:
        """What rows are ranked by, class by class: chances, or else scores."""
        return self.chances if self.chances is not None else self.scores


def is_classifier(parts: Sequence[HeldOut]) -> bool:
    """Say whether classes were predicted: their labels have chances, or are no numbers with a fraction."""
    return any(part.prediction.classes is not None or part.prediction.labels.dtype.kind != "f" for part in parts)


def judged(parts: Sequence[HeldOut]) -> Judged:
    """Put the folds of a classifier together. parts: at least one, with one label per row."""
    known = (part.prediction.classes for part in parts)
    labels = [part.truth for part in parts] + [part.prediction.labels for part in parts]
    classes = _ordered({str(label) for some in (*labels, *known) if some is not None for label in some.tolist()})
    places = {label: place for place, label in enumerate(classes)}
    return Judged(
        classes,
        np.concatenate([_places(part.truth, places) for part in parts]),
        np.concatenate([_places(part.prediction.labels, places) for part in parts]),
        _side_by_side([(part, part.prediction.probabilities) for part in parts], places),
        _side_by_side([(part, part.prediction.scores) for part in parts], places),
        np.concatenate([np.full(len(part.truth), part.fold) for part in parts]),
    )


def _ordered(labels: Iterable[str]) -> list[str]:
    """Sort labels, numbers as numbers.

    >>> _ordered({"10", "9"}), _ordered({"b", "10", "a"})
    (['9', '10'], ['10', 'a', 'b'])
    """
    try:
        return sorted(labels, key=float)
    except ValueError:
        return sorted(labels)


def _places(labels: NDArray[Any], places: dict[str, int]) -> NDArray[np.int64]:
    different, inverse = np.unique(labels, return_inverse=True)
    return np.array([places[str(label)] for label in different.tolist()], dtype=np.int64)[inverse]


def _side_by_side(
    told: Sequence[tuple[HeldOut, NDArray[np.floating[Any]] | None]], places: dict[str, int]
) -> NDArray[np.float64] | None:
    """Give each class its column. A class that the model of a fold did not know has no chance there."""
    columns = [_columns(part, values, places) for part, values in told if values is not None]
    return np.concatenate(columns) if len(columns) == len(told) and columns else None


def _columns(part: HeldOut, values: NDArray[np.floating[Any]], places: dict[str, int]) -> NDArray[np.float64]:
    if values.ndim == 1:  # the one score of two classes is of the second
        return np.stack([-values, values], axis=1) if len(places) == 2 else np.zeros((len(values), len(places)))
    assert part.prediction.classes is not None
    table = np.zeros((len(values), len(places)))
    table[:, [places[str(label)] for label in part.prediction.classes.tolist()]] = values
    return table
