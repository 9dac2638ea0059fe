"""A small model that learns what a big one answers (Bucila et al., 2006; Hinton et al., 2015)."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.options import ModelDeclaration

_NAME = "distill"
#: A chance below this teaches nothing that is worth a row.
_LEAST = 1e-3


class DistillCompressor:
    """Trains another model on the answers of the one that was trained, and puts it in its place.

    model: the small one, such as `{use: DecisionTreeClassifier, max_depth: 5}`; it sees the columns that the big one
    sees. soft: where the big model gives probabilities, each training row is learned once for every class that has a
    chance, weighted by it, so that the small model learns what is nearly right as well; models that take no weights,
    and regressions, learn the answers. Raises ConfigError for a classifier that is to learn from a regression, or the
    other way round.
    """

    needs_rows = True

    def __init__(self, *, model: ModelDeclaration, soft: bool = True) -> None:
        self.model = model
        self.soft = soft

    def compress(self, pipeline: Pipeline, rows: Dataset) -> Pipeline:
        """Return a pipeline with the small model as its last step. rows: training rows as they reach the pipeline."""
        name, teacher = pipeline.steps[-1]
        student: Any = clone(self.model)
        if is_classifier(student) != is_classifier(teacher):
            raise ConfigError(
                f"Compressor {_NAME!r}: {type(student).__name__} cannot learn what {type(teacher).__name__} answers; "
                "one tells classes apart and the other gives values. Choose 'model' of the same sort."
            )
        features = pipeline[:-1].transform(rows.features) if len(pipeline.steps) > 1 else rows.features
        if self.soft and is_classifier(teacher) and hasattr(teacher, "predict_proba"):
            self._taught_softly(student, teacher, features)
        else:
            self._taught(student, teacher, features)
        if is_classifier(teacher) and not np.array_equal(student.classes_, teacher.classes_):
            lacking = sorted(set(teacher.classes_.tolist()) - set(student.classes_.tolist()), key=str)
            raise DataError(
                f"Compressor {_NAME!r}: the big model never answers {lacking!r} on the training rows, so the small "
                "one cannot learn it. Give a model that takes weights, or more training rows."
            )
        compressed = copy.copy(pipeline)
        compressed.steps = [*pipeline.steps[:-1], (name, student)]
        return compressed

    def _taught(self, student: Any, teacher: Any, features: Any) -> None:
        student.fit(features, teacher.predict(features))

    def _taught_softly(self, student: Any, teacher: Any, features: Any) -> None:
        if not has_fit_parameter(student, "sample_weight"):
            self._taught(student, teacher, features)
            return
        chances = np.asarray(teacher.predict_proba(features))
        rows, classes = np.nonzero((chances >= _LEAST) | (chances == chances.max(axis=0)))
        weights: NDArray[Any] = np.maximum(chances[rows, classes], _LEAST)
        taken = features.iloc[rows] if hasattr(features, "iloc") else features[rows]
        student.fit(taken, teacher.classes_[classes], sample_weight=weights)
