"""The trials that all contenders make, and the splits they are judged on."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

N_WORDS, N_CLASSES = 60_000, 20

TEXT_AXES: dict[str, list[Any]] = {
    "loss": ["hinge", "log_loss"],
    "alpha": [1e-6, 1e-5, 1e-4, 1e-3],
    "eta0": [0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0],
}
FOLDS_AXES: dict[str, list[Any]] = {
    "min_df": [1, 2, 5],
    "loss": ["hinge", "log_loss"],
    "alpha": [1e-5, 1e-4],
    "eta0": [0.03, 0.1, 0.5, 2.0],
}
DENSE_AXES: dict[str, list[float]] = {
    "learning_rate": [float(rate) for rate in np.geomspace(0.001, 0.1, 8)],
    "l2": [float(l2) for l2 in np.geomspace(1e-6, 1e-3, 8)],
}
TEXT_EPOCHS, DENSE_EPOCHS, BATCH = 5, 1, 128
TEST_SHARE = 0.25


def cells(axes: dict[str, list[Any]], count: int | None = None) -> list[dict[str, Any]]:
    """Return the combinations, or so many of them, evenly spread."""
    every = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    return every if count is None else [every[place] for place in np.linspace(0, len(every) - 1, count).astype(int)]


def documents(n_rows: int) -> tuple[list[str], np.ndarray]:
    """Make texts of about 100 words drawn by Zipf's law, a tenth of them from their class's own words."""
    rng = np.random.default_rng(0)
    words = np.array([f"w{number}" for number in range(N_WORDS)])
    frequency = np.cumsum(1 / np.arange(1, N_WORDS + 1))
    y = rng.integers(0, N_CLASSES, n_rows)
    texts = []
    for label in y:
        length = int(rng.poisson(100)) + 5
        places = np.searchsorted(frequency, rng.random(length) * frequency[-1])
        own = rng.random(length) < 0.1
        places[own] = 200 + label + N_CLASSES * rng.integers(0, 400, int(own.sum()))
        texts.append(" ".join(words[np.minimum(places, N_WORDS - 1)]))
    return texts, y


def images(n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Make rows of the shape of Fashion-MNIST, half of them zeros, of ten classes."""
    rng = np.random.default_rng(0)
    X = rng.random((n_rows, 784), dtype=np.float32)
    X[X < 0.5] = 0
    y = (X[:, :400] @ rng.standard_normal((400, 10), dtype=np.float32)).argmax(axis=1)
    return X, y
