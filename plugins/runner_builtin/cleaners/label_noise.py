"""Find training rows whose label is likely wrong."""

from __future__ import annotations

from collections import Counter
from copy import copy
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns, Several
from runner_builtin.change_notes import rows_told
from runner_builtin.cleaners.confident_learning import likely_classes, pair_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "columns of cleaner 'label_noise'"
_SHOWN_ROWS = 20
_SHOWN_PAIRS = 10


class LabelNoise:
    """Report or drop training rows whose label is likely wrong (confident learning; Northcutt et al., 2021).

    A logistic regression judges each row out of `n_splits` stratified folds: on TF-IDF of texts, one-hot categories
    and scaled numbers. What it finds is told by (label given, likely label), with the ids of the first 20 rows.
    columns: of a table to judge by, None for all. Raises DataError for targets that are no classes, and for classes
    with fewer rows than folds.
    """

    learns = True

    suspects_: NDArray[np.int64]  # row ids
    notes_: list[str]

    def __init__(
        self,
        *,
        action: Literal["report", "drop"] = "report",
        n_splits: Several = 5,
        columns: Columns | None = None,
        random_state: int | None = None,
    ) -> None:
        self.action = action
        self.n_splits = n_splits
        self.columns = columns
        self.random_state = random_state

    def fit(self, dataset: Dataset) -> LabelNoise:
        """Return a copy that knows which of these rows have a doubtful label."""
        labels, given = _classes(dataset, self.n_splits)
        likely = likely_classes(given, self._probabilities(dataset.features, given))
        fitted = copy(self)
        fitted.suspects_ = dataset.row_ids[given != likely]
        fitted.notes_ = _told(labels, pair_counts(given, likely), fitted.suspects_, dataset.n_rows)
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows, without the doubtful ones where they are to be dropped."""
        noted = dataset.noting(*self.notes_)
        if self.action == "report":
            return noted
        return noted.drop(np.isin(dataset.row_ids, self.suspects_), "label likely wrong")

    def _probabilities(self, features: Any, given: NDArray[np.intp]) -> NDArray[np.float64]:
        from sklearn.model_selection import StratifiedKFold, cross_val_predict  # a second, for those who fit

        from runner_builtin.cleaners.quick_classifier import quick_classifier

        folds = StratifiedKFold(self.n_splits, shuffle=True, random_state=self.random_state)
        model = quick_classifier(features, self.columns, _WHERE)
        return np.asarray(cross_val_predict(model, features, given, cv=folds, method="predict_proba"))


def _classes(dataset: Dataset, n_splits: int) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the classes and each row's position among them."""
    target = dataset.target
    if target is None or (target.dtype.kind == "f" and (target != np.round(target)).any()):
        found = "no target" if target is None else "a target of fractions"
        raise DataError(f"cleaner 'label_noise' judges labels of classes, and found {found}. Leave it out.")
    labels, given = np.unique(target, return_inverse=True)
    sizes = Counter(given.tolist())
    few = {labels[one].item(): size for one, size in sizes.items() if size < n_splits}
    if len(labels) < 2 or few:
        told = ", ".join(f"{label!r} has {size}" for label, size in list(few.items())[:5])
        raise DataError(
            f"cleaner 'label_noise': {n_splits} folds need at least two classes of {n_splits} rows each; there "
            f"{'is' if len(labels) == 1 else 'are'} {len(labels)}{f', and {told}' if told else ''}. "
            f"Lower n_splits, or leave out the rare classes."
        )
    return labels, given


def _told(labels: NDArray[Any], pairs: list[Any], rows: NDArray[np.int64], n_rows: int) -> list[str]:
    if not len(rows):
        return [f"none of {n_rows} labels looks wrong"]
    listed = [f"{count} {labels[one].item()!r} likely {labels[other].item()!r}" for (one, other), count in pairs]
    more = f", and {len(listed) - _SHOWN_PAIRS} more pairs" if len(listed) > _SHOWN_PAIRS else ""
    return [
        f"{len(rows)} of {n_rows} labels look wrong: "
        f"{', '.join(listed[:_SHOWN_PAIRS])}{more}; rows {rows_told(rows, _SHOWN_ROWS)}"
    ]
