"""What two models answer to the same rows, and how far that is apart."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Where the two best classes are closer than this, either is right.
TIE = 1e-5


@dataclass(frozen=True)
class Answers:
    """labels: (n_rows,) or (n_rows, n_targets). probabilities: (n_rows, n_classes), None where there are none.

    margins: (n_rows,) how far the best class is ahead of the next, None where the model does not tell.
    """

    labels: NDArray[Any]
    probabilities: NDArray[np.float64] | None = None
    margins: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Difference:
    """rows: compared. labels: rows with another label, ties aside; ties: those where either label is right.

    worst: the largest distance of a probability; of a regression, of a value in standard deviations of the values.
    first: the position of the row that is farthest off, None where none was compared. values: of a regression.
    """

    rows: int
    labels: int
    ties: int
    worst: float
    first: int | None
    values: bool = False

    def within(self, tolerance: float, changed: float = 0.0) -> bool:
        """Say whether it may pass. changed: the share of rows that may get another label."""
        close = self.worst <= tolerance
        return close if self.values else self.labels <= changed * self.rows and (changed > 0 or close)


def ask(model: Any, features: Any) -> Answers:
    """Have a model answer. model: `predict`, and where it has them `predict_proba` or `decision_function`."""
    labels = np.asarray(model.predict(features))
    if hasattr(model, "predict_proba"):
        probabilities = np.asarray(model.predict_proba(features), dtype=np.float64)
        return Answers(labels, probabilities, _margins(probabilities))
    if hasattr(model, "decision_function"):
        return Answers(labels, None, _margins(np.asarray(model.decision_function(features), dtype=np.float64)))
    return Answers(labels)


def latency(model: Any, row: Any, *, seconds: float = 0.2) -> float:
    """Return how long one row alone takes, in seconds: the median of up to 50 times, within about `seconds`."""
    question = model.predict_proba if hasattr(model, "predict_proba") else model.predict
    took: list[float] = []
    while len(took) < 50 and sum(took) < seconds:
        start = time.perf_counter()
        question(row)
        took.append(time.perf_counter() - start)
    return float(np.median(took))


def _margins(scores: NDArray[np.float64]) -> NDArray[np.float64] | None:
    if scores.ndim == 1:
        return np.abs(scores)
    if scores.ndim != 2 or scores.shape[1] < 2:
        return None
    best = np.sort(scores, axis=1)
    margins: NDArray[np.float64] = best[:, -1] - best[:, -2]
    return margins


def difference(expected: Answers, found: Answers) -> Difference:
    """Compare answers to the same rows. expected: of the model itself."""
    rows = len(expected.labels)
    if expected.labels.shape != found.labels.shape:
        return Difference(rows, rows, 0, float("inf"), 0 if rows else None)
    if _is_regression(expected):
        return _values_apart(expected.labels.astype(np.float64), found.labels.astype(np.float64))
    other = _rowwise(_texts(expected.labels) != _texts(found.labels), expected.labels.shape)
    close = np.zeros(rows, dtype=bool) if expected.margins is None else expected.margins <= TIE
    tied = other & close
    apart = _apart(expected.probabilities, found.probabilities, rows)
    score = np.where(other & ~tied, np.inf, apart)
    first = int(score.argmax()) if rows else None
    return Difference(rows, int((other & ~tied).sum()), int(tied.sum()), float(apart.max(initial=0.0)), first)


def _is_regression(answers: Answers) -> bool:
    return answers.probabilities is None and answers.margins is None and answers.labels.dtype.kind == "f"


def _values_apart(expected: NDArray[np.float64], found: NDArray[np.float64]) -> Difference:
    spread = float(np.std(expected)) or 1.0
    apart = _rowwise_max(np.abs(expected - found) / spread)
    apart = np.where(np.isnan(apart), np.inf, apart)
    first = int(apart.argmax()) if len(apart) else None
    return Difference(len(expected), 0, 0, float(apart.max(initial=0.0)), first, values=True)


def _apart(expected: Any, found: Any, rows: int) -> NDArray[np.float64]:
    if expected is None or found is None:
        return np.zeros(rows)
    if expected.shape != found.shape:
        return np.full(rows, np.inf)
    apart = _rowwise_max(np.abs(expected - found))
    return np.where(np.isnan(apart), np.inf, apart)


def _rowwise(mask: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    if not shape[0]:
        return np.zeros(0, dtype=bool)
    return np.asarray(mask.reshape(shape[0], -1).any(axis=1), dtype=bool)


def _rowwise_max(values: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = values.reshape(len(values), -1)
    largest: NDArray[np.float64] = flat.max(axis=1) if flat.size else np.zeros(len(values))
    return largest


def _texts(labels: NDArray[Any]) -> NDArray[Any]:
    return np.asarray([_text(label) for label in labels.ravel()], dtype=object)


def _text(label: Any) -> str:
    """Return a label as text: other libraries give 3 for 3.0, and text for bytes."""
    plain = label.item() if hasattr(label, "item") else label
    if isinstance(plain, bytes):
        plain = plain.decode("utf-8", "replace")
    if isinstance(plain, bool | int | float) and float(plain).is_integer():
        return str(int(plain))
    return str(plain)
