"""How well a model does on the training rows: what tells a compressor with a tolerance how far it may go."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier


def score(model: Any, features: Any, target: Any) -> float:
    """Return the share of right labels, or the share of the target's variance that is explained (R²)."""
    predicted = np.asarray(model.predict(features))
    if is_classifier(model):
        return float(np.mean(predicted == np.asarray(target)))
    truth = np.asarray(target, dtype=np.float64).reshape(predicted.shape)
    spread = float(np.square(truth - truth.mean(axis=0)).sum())
    return 1.0 - float(np.square(truth - predicted).sum()) / (spread or 1.0)


def mixed(features: Any, seed: int | None, share: float = 0.25) -> Any:
    """Return as many rows, each with a share of its columns taken from others: near the rows, and none of them."""
    rng = np.random.default_rng(seed)
    dense = features.toarray() if hasattr(features, "toarray") else features
    made = dense.copy()
    for column in range(dense.shape[1]):
        places = np.flatnonzero(rng.random(len(dense)) < share)
        others = rng.integers(len(dense), size=len(places))
        if hasattr(made, "iloc"):
            made.iloc[places, column] = dense.iloc[others, column].to_numpy()
        else:
            made[places, column] = dense[others, column]
    return made
