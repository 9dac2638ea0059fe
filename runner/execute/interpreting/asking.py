"""The model that is looked at, with rows that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from runner.data import Dataset, Prediction
from runner.execute.components import Called
from runner.label_sets import texts_of


class LeftOutError(Exception):
    """A part of an interpretation cannot be had; its text says why."""


@dataclass(frozen=True)
class Subject:
    """A fitted pipeline and its held-out rows, as they go into it. told: such as "the model of fold 1 of 5"."""

    called: Called
    pipeline: Any
    rows: Dataset
    told: str

    @property
    def model(self) -> Any:
        """The last step."""
        return self.pipeline.steps[-1][1]

    @property
    def classes(self) -> NDArray[Any] | None:
        """(n_classes,) as the model has them; None for a regression."""
        return np.asarray(self.model.classes_) if is_classifier(self.model) else None

    @property
    def label_sets(self) -> bool:
        """Whether it gives a row several labels."""
        return bool(getattr(self.model, "label_sets", False))

    def answer(self, features: Any, needs: str) -> Prediction:
        """Predict no more than a metric reads. needs: as of a metric."""
        if needs in ("labels", "values"):
            return Prediction(np.asarray(self._ask("predict", features)), self.classes, label_sets=self.label_sets)
        scores = self._ask("decision_function", features) if needs == "scores" else None
        probabilities = self._ask("predict_proba", features) if scores is None else None
        told = probabilities if probabilities is not None else scores
        assert told is not None
        assert self.classes is not None
        if self.label_sets:
            labels = texts_of(told > (0 if probabilities is None else 0.5), self.classes)
            return Prediction(labels, self.classes, probabilities, scores, label_sets=True)
        best = told.argmax(axis=1) if told.ndim == 2 else (told > 0).astype(np.intp)
        return Prediction(self.classes[best], self.classes, probabilities, scores)

    def response(self, features: Any) -> NDArray[np.float64]:
        """Return what the model says in numbers, (n_rows, n_outputs): chances, scores, or the one value."""
        if self.classes is None:
            return np.asarray(self._ask("predict", features), dtype=np.float64).reshape(features.shape[0], -1)
        told = self._ask("predict_proba", features)
        if told is None:
            told = self._ask("decision_function", features)
        if told is None:
            raise LeftOutError("the model gives neither probabilities nor scores")
        return np.asarray(told, dtype=np.float64).reshape(features.shape[0], -1)

    def _ask(self, method: str, features: Any) -> Any:
        """Return what a method says; None where the model has no such method."""
        if not hasattr(self.pipeline, method):
            return None
        return self.called.call(f"calling {method}", getattr(self.pipeline, method), features)
