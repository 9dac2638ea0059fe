"""The records that travel between stages.

A `Dataset` is rows: features, target and a stable id for each row. Cleaners and augmenters take one and
return another; nothing is ever changed in place, so a stage cannot harm what an earlier one made. Row ids
stay with their rows through every stage, which is what lets a run say that each test row is an original.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The id of a row that an augmenter made: it is nobody's original and may never be tested on.
MADE = -1


@dataclass(frozen=True)
class Dataset:
    """Rows on their way to a model.

    features: a pandas DataFrame (tables, text), a NumPy array of shape (n_rows, ...) (images are
    (n_rows, height, width)), or a SciPy CSR matrix (n_rows, n_columns).
    target: shape (n_rows,), or None where nothing is to be predicted.
    row_ids: shape (n_rows,), int64, unique, given by the source; `MADE` marks rows an augmenter made.
    groups: shape (n_rows,), rows that must not be parted by a splitter; None where there are none.
    fingerprint: sha256 of the bytes, or of the query, that the source read.
    dropped: how many rows have been dropped so far, by reason.
    notes: what a person should know of how the values came about; told once, at the end of the run.
    rejected: rows that the source refused on request, as (line, reason, text); kept in the run folder.
    """

    features: Any
    target: NDArray[Any] | None
    row_ids: NDArray[np.int64]
    fingerprint: str
    groups: NDArray[Any] | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    rejected: tuple[tuple[int, str, str], ...] = ()

    @classmethod
    def of(
        cls,
        features: Any,
        target: Any = None,
        *,
        fingerprint: str = "",
        groups: Any = None,
    ) -> Self:
        """Number the rows of fresh data 0, 1, 2, … — the usual way for a source to make a dataset."""
        return cls(
            features=features,
            target=None if target is None else np.asarray(target),
            row_ids=np.arange(features.shape[0], dtype=np.int64),
            fingerprint=fingerprint,
            groups=None if groups is None else np.asarray(groups),
        )

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return int(self.features.shape[0])

    def take(self, rows: NDArray[Any]) -> Self:
        """Keep these rows, in this order. rows: positions (int) or a mask (bool) of shape (n_rows,)."""
        return replace(
            self,
            features=take_rows(self.features, rows),
            target=None if self.target is None else self.target[rows],
            row_ids=self.row_ids[rows],
            groups=None if self.groups is None else self.groups[rows],
        )

    def drop(self, rows: NDArray[np.bool_], reason: str) -> Self:
        """Drop the rows where the mask is true, and count them under `reason`."""
        count = int(np.count_nonzero(rows))
        if not count:
            return self
        dropped = {**self.dropped, reason: self.dropped.get(reason, 0) + count}
        return replace(self.take(~np.asarray(rows, dtype=bool)), dropped=dropped)

    def with_features(self, features: Any) -> Self:
        """Return the same rows with other features. features: as many rows as before, in the same order."""
        return replace(self, features=features)

    def noting(self, *notes: str) -> Self:
        """Return the same rows with more notes."""
        return replace(self, notes=(*self.notes, *notes)) if notes else self

    def joined(self, made: Dataset) -> Self:
        """Append rows that an augmenter made."""
        return replace(
            self,
            features=join_rows(self.features, made.features),
            target=None if self.target is None else np.concatenate([self.target, made.target]),
            row_ids=np.concatenate([self.row_ids, np.full(made.n_rows, MADE, dtype=np.int64)]),
            groups=None if self.groups is None else np.concatenate([self.groups, made.groups]),
        )


@dataclass(frozen=True)
class Prediction:
    """What a fitted model says of some rows; a metric reads the part it needs.

    labels: (n_rows,) the predicted class, or the predicted value of a regression.
    classes: (n_classes,) in the order of the columns below; None for a regression.
    probabilities: (n_rows, n_classes), None where the model gives none.
    scores: (n_rows,) for two classes, (n_rows, n_classes) for more; the model's decision function, else None.
    label_sets: a label is a text of several classes (`runner.label_sets`), each with a chance and a score of its own.
    """

    labels: NDArray[Any]
    classes: NDArray[Any] | None = None
    probabilities: NDArray[np.floating[Any]] | None = None
    scores: NDArray[np.floating[Any]] | None = None
    label_sets: bool = False

    def take(self, rows: Any) -> Prediction:
        """Return what was said of some of the rows. rows: a slice, or positions."""
        return replace(
            self,
            labels=self.labels[rows],
            probabilities=None if self.probabilities is None else self.probabilities[rows],
            scores=None if self.scores is None else self.scores[rows],
        )


def take_rows(features: Any, rows: NDArray[Any]) -> Any:
    """Keep rows of a frame, an array or a CSR matrix, by position or by mask."""
    return features.iloc[rows] if hasattr(features, "iloc") else features[rows]


def join_rows(first: Any, second: Any) -> Any:
    """Put two tables of one kind (frames, arrays or CSR matrices) under each other."""
    if hasattr(first, "iloc"):
        import pandas as pd  # a frame came in, so pandas is loaded; arrays must not pay for it

        return pd.concat([first, second], ignore_index=True)
    if isinstance(first, np.ndarray):
        return np.concatenate([first, second])
    from scipy import sparse  # likewise

    return sparse.vstack([first, second], format="csr")
