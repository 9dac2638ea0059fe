"""The names of what reaches a model, through every fitted step before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def feature_names(pipeline: Any, features: Any, n_features: int) -> list[str]:
    """Name the columns that the last step of a fitted pipeline is given. features: rows as the pipeline takes them.

    Each step is asked by scikit-learn's `get_feature_names_out`. A step that has no names to give has its columns
    counted, as in "hog 17". n_features: how many there are.
    """
    names = _given(features)
    for name, step in pipeline.steps[:-1]:
        names = _through(name, step, names)
    return names if names is not None and len(names) == n_features else [
        f"{_last(pipeline)} {place}" for place in range(n_features)
    ]  # fmt: skip


def _given(features: Any) -> list[str] | None:
    """Name the columns of a table; None for rows that have none."""
    if hasattr(features, "iloc"):
        return [str(name) for name in features.columns]
    return [str(place) for place in range(features.shape[1])] if len(features.shape) == 2 else None


def _through(name: str, step: Any, names: Sequence[str] | None) -> list[str] | None:
    """Return the names behind a step; None where nobody knows them."""
    if not hasattr(step, "get_feature_names_out"):
        return None
    known = getattr(step, "feature_names_in_", None)
    given = None if known is not None or names is None else np.asarray(names, dtype=object)
    try:
        return [str(told) for told in step.get_feature_names_out(given)]
    except (AttributeError, ValueError, TypeError):  # a transform inside has none, or counts otherwise
        return None


def _last(pipeline: Any) -> str:
    return str(pipeline.steps[-2][0]) if len(pipeline.steps) > 1 else "column"
