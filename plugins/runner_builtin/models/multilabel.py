"""Several labels for a row at once, each told by a classifier of its own."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, is_classifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, column_or_1d

from runner.errors import ConfigError, DataError
from runner.label_sets import all_labels, indicator, texts_of
from runner.options import ModelDeclaration
from runner_builtin.models.inner_models import divergence

_WHERE = "model 'multilabel'"


class Multilabel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Rows that have several labels or none; for each label a classifier tells it from the rest (Boutell, 2004).

    model: the classifier, fitted once for each label. A row's target is a text with its labels, sorted, such as
    "comedy;drama", and so is what is predicted; the cleaner `label_sets` makes such texts of others. Probabilities
    are of each label by itself and do not add up to 1. Raises DataError for other targets, ConfigError for a model
    that is no classifier.
    """

    classes_: NDArray[Any]
    one_vs_rest_: OneVsRestClassifier
    diverged_: Mapping[str, Any] | None

    label_sets: ClassVar[bool] = True

    def __init__(self, *, model: ModelDeclaration) -> None:
        self.model = model

    def fit(self, X: Any, y: Any) -> Self:
        """Learn. X: (n_rows, n_columns) as the model takes it. y: (n_rows,) texts, see `runner.label_sets`."""
        if not is_classifier(self.model):
            raise ConfigError(
                f"{_WHERE} goes around a classifier, found {type(self.model).__name__}. Choose another model in it."
            )
        texts = column_or_1d(y)
        if texts.dtype.kind not in "US" and not all(isinstance(text, str) for text in texts.tolist()):
            raise DataError(f"{_WHERE}: a target is a text of labels such as 'comedy;drama', found {texts[0]!r}.")
        self.classes_ = all_labels(texts)
        if not len(self.classes_):
            raise DataError(f"{_WHERE}: none of {len(texts)} training rows has a label.")
        with warnings.catch_warnings():
            # a label that all training rows have, or none, is predicted for all, or for none
            warnings.filterwarnings("ignore", message="Label .* is present in all training")
            table = indicator(texts, self.classes_).astype(int)
            self.one_vs_rest_ = OneVsRestClassifier(self.model).fit(X, _several(table))
        self.diverged_ = divergence(self.one_vs_rest_.estimators_)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the labels of each row as a text, (n_rows,)."""
        check_is_fitted(self)
        table = np.asarray(self.one_vs_rest_.predict(X))
        return texts_of(table[:, : len(self.classes_)], self.classes_)

    @available_if(lambda self: hasattr(self.model, "predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Return the chance of each label, (n_rows, n_labels)."""
        check_is_fitted(self)
        return self.one_vs_rest_.predict_proba(X)[:, : len(self.classes_)]  # type: ignore[no-any-return]

    @available_if(lambda self: hasattr(self.model, "decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> NDArray[Any]:
        """Return the score of each label, (n_rows, n_labels); above 0 where it is predicted."""
        check_is_fitted(self)
        return self.one_vs_rest_.decision_function(X)[:, : len(self.classes_)]  # type: ignore[no-any-return]

    @property
    def coef_(self) -> NDArray[Any]:
        """The coefficients of each label, (n_labels, n_features), of models that have any."""
        rows = [np.atleast_2d(one.coef_)[-1] for one in self.one_vs_rest_.estimators_]
        return np.stack(rows[: len(self.classes_)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = get_tags(self.model).input_tags.sparse
        return tags


def _several(table: NDArray[Any]) -> NDArray[Any]:
    """Add a column that nobody reads to a single label, which scikit-learn would take for two classes."""
    return table if table.shape[1] > 1 else np.hstack([table, 1 - table])
