"""Random truths and predictions of all sorts, for comparing metrics with scikit-learn's."""

from __future__ import annotations

import numpy as np

from runner.data import Prediction

#: Labels of each type that a target may have.
LABELS = (
    np.array(["eggs", "ham", "spam", "tea", "toast"]),
    np.array([0, 1, 2, 3, 4]),
    np.array([-3.0, 0.0, 1.0, 7.0, 8.0]),
    np.array(["ä", "b", "c", "d", "ß"], dtype=object),
)
SEEDS = range(16)


def classification(seed: int, n_classes: int, *, n_rows: int | None = None, complete: bool = True):
    """Make a truth and a prediction a little better than guessing.

    Half of the seeds of each type of label have ties among the probabilities. complete: every class is in the truth;
    else one of them never is.
    """
    rng = np.random.default_rng(seed)
    n_rows = n_rows or int(rng.integers(2 * n_classes, 60))
    classes = np.sort(LABELS[seed % len(LABELS)][:n_classes])
    truth = rng.integers(n_classes - (not complete), size=n_rows)
    if complete:
        truth[:n_classes] = np.arange(n_classes)
    logits = rng.normal(size=(n_rows, n_classes)) + np.eye(n_classes)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    if seed % 8 >= 4:
        probabilities = np.round(probabilities * 4) / 4
        probabilities[:, 0] += 1 - probabilities.sum(axis=1)
        probabilities = np.clip(probabilities, 0, 1)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
    scores = logits[:, 1] - logits[:, 0] if n_classes == 2 else logits
    return classes[truth], Prediction(classes[np.argmax(probabilities, axis=1)], classes, probabilities, scores)


def regression(seed: int, *, n_rows: int | None = None):
    """Make true values above 0 and predictions of them; odd seeds have ties."""
    rng = np.random.default_rng(seed)
    n_rows = n_rows or int(rng.integers(2, 60))
    truth = rng.gamma(2.0, 3.0, size=n_rows) + 0.01
    said = truth + rng.normal(size=n_rows)
    return (np.round(truth) + 1, Prediction(np.round(said))) if seed % 2 else (truth, Prediction(said))


def repeated(truth, prediction: Prediction, times):
    """Return the rows, each as often as `times` says."""
    rows = np.repeat(np.arange(len(truth)), times)
    of = [None if it is None else it[rows] for it in (prediction.probabilities, prediction.scores)]
    return truth[rows], Prediction(prediction.labels[rows], prediction.classes, *of)
