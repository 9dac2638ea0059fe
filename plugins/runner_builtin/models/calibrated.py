"""A classifier whose probabilities happen as often as they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from runner.options import ModelDeclaration, Several
from runner_builtin.models.inner_models import checked_labels, divergence, stratified_folds

_WHERE = "model 'calibrated'"


class Calibrated(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier with its scores turned into probabilities, by how they did on training rows it was not fitted on.

    model: the classifier. method: "sigmoid" (Platt, 1999) fits a curve of two numbers, and suits margins; "isotonic"
    (Zadrozny & Elkan, 2002) fits any rising curve, and needs about a thousand rows. folds: of the training rows; the
    model is fitted without each and calibrated on it, and the probabilities of all are averaged. Of several classes
    each is calibrated against the rest. Raises DataError where a class has fewer rows than folds.
    """

    classes_: NDArray[Any]
    calibrated_: CalibratedClassifierCV
    diverged_: Mapping[str, Any] | None

    def __init__(
        self,
        *,
        model: ModelDeclaration,
        method: Literal["sigmoid", "isotonic"] = "sigmoid",
        folds: Several = 5,
        random_state: int | None = None,
    ) -> None:
        self.model = model
        self.method = method
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Learn. X: (n_rows, n_columns) as the model takes it. y: (n_rows,) labels."""
        labels = checked_labels(self, X, y, _WHERE)
        parts = stratified_folds(labels, self.folds, self.random_state, _WHERE)
        calibrated = CalibratedClassifierCV(self.model, method=self.method, cv=parts, ensemble=True)
        self.calibrated_ = calibrated.fit(X, labels)
        self.classes_ = self.calibrated_.classes_
        self.diverged_ = divergence(one.estimator for one in self.calibrated_.calibrated_classifiers_)
        return self

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Return (n_rows, n_classes), each row adding up to 1."""
        check_is_fitted(self)
        return self.calibrated_.predict_proba(X)  # type: ignore[no-any-return]

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest class of each row, (n_rows,)."""
        check_is_fitted(self)
        return self.calibrated_.predict(X)  # type: ignore[no-any-return]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = get_tags(self.model).input_tags.sparse
        return tags
