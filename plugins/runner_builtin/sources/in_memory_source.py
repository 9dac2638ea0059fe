"""Data that are there already: frames, arrays, CSR matrices or columns handed over from Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.label_sets import texts_of
from runner_builtin.column_roles import check_columns, check_names, label_array
from runner_builtin.sources.fingerprints import content_fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray


class InMemorySource:
    """Take features and target as they are in memory.

    features: a DataFrame, an array or nested list (n_rows, ...), a CSR matrix, or a mapping from column
    names to columns. target, groups: an array of shape (n_rows,), or the name of a column of the table. Several
    labels a row are a column of lists, or a target of 0 and 1 of shape (n_rows, n_labels); they become texts such as
    "comedy;drama" for the model `multilabel`.
    Raises DataError for lengths or indices that do not agree, and for missing targets.
    """

    draws: ClassVar[bool] = False

    def __init__(self, *, features: Any, target: Any, groups: Any = None) -> None:
        self.features = features
        self.target = target
        self.groups = groups

    def load(self, context: SourceContext) -> Dataset:
        """Return the rows in the order given."""
        features = _as_rows(self.features)
        named = [given for given in (self.target, self.groups) if isinstance(given, str)]
        _check_named(features, named)
        target = _beside(features, self.target, "target")
        groups = _beside(features, self.groups, "groups")
        if hasattr(features, "iloc"):
            features = features.drop(columns=named).reset_index(drop=True)
        fingerprint = content_fingerprint(features, target, groups)
        return Dataset.of(features, target, fingerprint=fingerprint, groups=groups)


def _as_rows(features: Any) -> Any:
    if isinstance(features, Mapping):
        import pandas as pd  # columns by name are a table; arrays must not pay for pandas

        return pd.DataFrame(dict(features))
    if hasattr(features, "iloc") and features.ndim == 2:
        return features
    if hasattr(features, "tocsr"):
        return features.tocsr()
    rows = np.asarray(features)
    if rows.ndim == 0:
        raise DataError(
            f"features: found {features!r}; give a DataFrame, an array, a CSR matrix or a mapping of columns."
        )
    return rows


def _check_named(features: Any, named: list[str]) -> None:
    if hasattr(features, "iloc"):
        check_names(list(features.columns), "features")
        check_columns(named, features.columns, "features")
    elif named:
        raise ConfigError(
            f"target, groups: the name {named[0]!r} needs features with named columns; beside an array give arrays."
        )


def _beside(features: Any, given: Any, option: str) -> NDArray[Any] | None:
    """Return the column given, or the column of that name; it must be complete and in the features' order."""
    if given is None:
        return None
    column = features[given] if isinstance(given, str) else given
    _check_same_index(features, column, option)
    column = column if hasattr(column, "isna") else np.asarray(column)
    if option == "target" and column.ndim == 2 and len(column) == features.shape[0]:
        return _label_sets(column)
    if column.shape != (features.shape[0],):
        raise DataError(
            f"{option}: found shape {column.shape}, but the features have {features.shape[0]} rows; "
            f"give an array of shape ({features.shape[0]},)."
        )
    gone = np.flatnonzero(_missing(column))
    if len(gone):
        raise DataError(
            f"{option}: {len(gone)} of {len(column)} values are missing (counted from 0: rows "
            f"{', '.join(map(str, gone[:5]))}). Leave these rows out."
        )
    return label_array(column, option)


def _label_sets(table: Any) -> NDArray[Any]:
    """Return several labels a row as texts. table: (n_rows, n_labels) of 0 and 1, a frame with the labels' names."""
    names = list(table.columns) if hasattr(table, "columns") else range(table.shape[1])
    values = np.asarray(table)
    if values.dtype.kind not in "biuf" or not np.isin(values, [0, 1]).all():
        raise DataError(
            f"target: found a table of shape {values.shape}; several labels a row are told by 0 and 1 only. Give one "
            "target a row."
        )
    return texts_of(values, names)


def _check_same_index(features: Any, column: Any, option: str) -> None:
    both_indexed = hasattr(features, "iloc") and hasattr(column, "iloc")
    if both_indexed and not column.index.equals(features.index):
        raise DataError(
            f"{option}: its index differs from that of the features, so that the first row of one may not be "
            f"the first of the other. Align them, or give {option}.to_numpy() if they are in one order."
        )


def _missing(column: Any) -> Any:
    if hasattr(column, "isna"):
        return column.isna().to_numpy()
    if column.dtype.kind == "f":
        return np.isnan(column)
    if column.dtype.kind == "O":
        return [value is None or value != value for value in column.tolist()]
    return []
