"""Which labels are likely wrong, from what a model says of rows it was not trained on.

Confident learning (Northcutt, Jiang and Chuang, 2021: Confident learning: estimating uncertainty in dataset labels).
A row counts as of class j if the model believes in j at least as much as it does, on average, of rows labelled j.
These counts, scaled to the size of each class, say how many labels i should be j (the calibrated confident joint); as
many rows, those that are likelier j than i by the most, are doubted (pruning by noise rate).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def confident_joint(given: NDArray[np.intp], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n_classes, n_classes): about how many rows labelled i are of class j, which sum to the rows labelled i.

    given: (n_rows,) positions of the labels among the classes. probabilities: (n_rows, n_classes), out of fold; every
    class has at least one row.
    """
    n_classes = probabilities.shape[1]
    thresholds = np.array([probabilities[given == one, one].mean() for one in range(n_classes)])
    confident = (
        probabilities >= thresholds - 1e-12
    )  # an average is rounded, and a class of equal rows must reach its own
    rows = confident.any(axis=1)
    likeliest = np.where(confident, probabilities, -1.0)[rows].argmax(axis=1)
    counts = np.zeros((n_classes, n_classes))
    np.add.at(counts, (given[rows], likeliest), 1)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True) * np.bincount(given, minlength=n_classes)[:, None])


def likely_classes(given: NDArray[np.intp], probabilities: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return (n_rows,) the class each row likely is of: the one given, but for the rows that are doubted.

    >>> believed = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8]])
    >>> likely_classes(np.array([0, 0, 0, 1]), believed).tolist()
    [0, 0, 1, 1]
    """
    joint = np.rint(confident_joint(given, probabilities)).astype(int)
    likely, best = given.copy(), np.zeros(len(given))
    for one, other in np.argwhere(joint).tolist():
        margins = np.where(given == one, probabilities[:, other] - probabilities[:, one], 0.0)
        doubted = np.argsort(-margins, kind="stable")[: joint[one, other]]
        doubted = doubted[margins[doubted] > best[doubted]]
        likely[doubted], best[doubted] = other, margins[doubted]
    return likely


def pair_counts(given: NDArray[np.intp], likely: NDArray[np.intp]) -> list[tuple[tuple[int, int], int]]:
    """Count the doubted rows by (label given, likely class), the most frequent first."""
    rows = given != likely
    pairs = Counter(zip(given[rows].tolist(), likely[rows].tolist(), strict=True))
    return sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
