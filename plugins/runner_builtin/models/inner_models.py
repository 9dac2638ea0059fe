"""What models around a classifier have in common: they look at it, and part the training rows into folds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, column_or_1d, validate_data

from runner.errors import ConfigError, DataError


def checked_labels(outer: Any, X: Any, y: Any, where: str) -> NDArray[Any]:
    """Return the labels as (n_rows,); the features are left to the model inside. where: who asks, as in a message.

    Raises ConfigError for a model that tells no classes apart, ValueError for a target that is none of labels.
    """
    if not is_classifier(outer.model):
        raise ConfigError(
            f"{where} goes around a classifier, found {type(outer.model).__name__}. Choose another model to go in it."
        )
    _, labels = validate_data(outer, X, y, skip_check_array=True)
    assert_all_finite(labels, input_name="y")
    check_classification_targets(labels)
    return column_or_1d(labels, warn=True)  # type: ignore[no-any-return]


def stratified_folds(labels: NDArray[Any], folds: int, random_state: int | None, where: str) -> StratifiedKFold:
    """Return folds that each have rows of every class. Raises DataError where a class has too few."""
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise DataError(f"{where}: all {len(labels)} training rows are of class {classes.tolist()!r}.")
    if counts.min() < folds:
        fewer = f"'folds: {counts.min()}' is the most that they allow" if counts.min() > 1 else "Add rows of it"
        raise DataError(
            f"{where}: class {classes.tolist()[counts.argmin()]!r} has {counts.min()} training rows, too few for "
            f"{folds} folds. {fewer}."
        )
    return StratifiedKFold(folds, shuffle=True, random_state=random_state)


def divergence(models: Iterable[Any]) -> Mapping[str, Any] | None:
    """Return where the training of one of these ran away, as gradient models tell it; None where none did."""
    return next((told for model in models if (told := getattr(model, "diverged_", None))), None)
