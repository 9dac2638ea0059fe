"""Cleaners: before the split where that cannot leak, per fold where it could.

A cleaner that only looks at a row (or at equal rows) may see all of them. One that learns from the data
must not see the test rows, so it, and all cleaners after it, run per fold: learned on training rows, and
applied to test rows only if every row stays. Cleaners that keep every row go on repairing new data after
training: `Repair` is the head of the fitted pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from runner.data import Dataset
from runner.errors import DataError
from runner.execute.components import Called


class Repair(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Repair the values of new data as the training data were repaired; no row is dropped.

    cleaners: fitted cleaners that keep every row, in order.
    """

    def __init__(self, cleaners: Sequence[Any] = ()) -> None:
        self.cleaners = cleaners

    def fit(self, X: Any, y: Any = None) -> Self:
        """Do nothing: the cleaners are fitted already."""
        del X, y
        return self

    def transform(self, X: Any) -> Any:
        """Return X with its values repaired. X: raw features as the source gives them."""
        dataset = Dataset.of(X)
        for cleaner in self.cleaners:
            dataset = cleaner.clean(dataset)
        return dataset.features

    def __sklearn_is_fitted__(self) -> bool:
        return True


@dataclass(frozen=True)
class Cleaned:
    """A dataset after one cleaner, and what the cleaner was in the end (fitted, if it learns)."""

    dataset: Dataset
    cleaner: Any


def parted(cleaners: Sequence[Called]) -> tuple[list[Called], list[Called]]:
    """Part the cleaners into those before the split and, from the first that must wait, those per fold."""
    for position, called in enumerate(cleaners):
        if learns(called) or called.step.settings.get("rows") == "training":
            return list(cleaners[:position]), list(cleaners[position:])
    return list(cleaners), []


def learns(called: Called) -> bool:
    """Say whether a cleaner learns from the rows it sees."""
    return bool(getattr(called.component, "learns", False))


def keeps_rows(called: Called) -> bool:
    """Say whether a cleaner leaves every row in place."""
    return bool(getattr(called.component, "keeps_rows", False))


def clean(called: Called, dataset: Dataset) -> Cleaned:
    """Learn where the cleaner learns, and clean. Raises PluginError where it breaks its contract."""
    cleaner = called.component
    if learns(called):
        cleaner = called.call("learning to clean", cleaner.fit, dataset)
    return Cleaned(apply(called, cleaner, dataset), cleaner)


def apply(called: Called, cleaner: Any, dataset: Dataset, *, may_empty: bool = False) -> Dataset:
    """Clean with a cleaner that is ready, and check what comes back. may_empty: it may be that no row is left."""
    after = called.call("cleaning", cleaner.clean, frozen(dataset))
    if not isinstance(after, Dataset):
        raise called.broke_contract(f"clean() returned {type(after).__name__}, not a Dataset")
    _check_rows(called, dataset, after)
    if after.n_rows == 0 and dataset.n_rows and not may_empty:
        told = "; ".join(f"{count:,} {reason}" for reason, count in after.dropped.items())
        raise DataError(f"{called} left none of the {dataset.n_rows:,} rows it was given. Dropped so far: {told}.")
    return after


def frozen(dataset: Dataset) -> Dataset:
    """Return the dataset so that writing into its arrays raises, and writing into its frame does not reach us."""
    features = dataset.features
    if isinstance(features, np.ndarray):
        features = _read_only(features)
    elif hasattr(features, "iloc"):
        features = features.copy(deep=not _copies_on_write())
    target = dataset.target
    return replace(
        dataset,
        features=features,
        target=None if target is None else _read_only(target),
        row_ids=_read_only(dataset.row_ids),
        groups=None if dataset.groups is None else _read_only(dataset.groups),
    )


def _read_only(array: Any) -> Any:
    view = array.view()
    view.flags.writeable = False
    return view


def _copies_on_write() -> bool:
    import pandas as pd  # only reached with a frame in hand

    return int(pd.__version__.split(".")[0]) >= 3


def _check_rows(called: Called, before: Dataset, after: Dataset) -> None:
    lengths = {after.features.shape[0], len(after.row_ids)}
    lengths |= set() if after.target is None else {len(after.target)}
    if len(lengths) > 1:
        raise called.broke_contract(f"features, target and row ids have different lengths {sorted(lengths)}")
    if not np.isin(after.row_ids, before.row_ids).all():
        raise called.broke_contract("it returned rows that it was not given")
    counted = sum(after.dropped.values()) - sum(before.dropped.values())
    if before.n_rows - after.n_rows != counted:
        raise called.broke_contract(
            f"it dropped {before.n_rows - after.n_rows} rows but counted {counted}; use dataset.drop(mask, reason)"
        )
    if keeps_rows(called) and not np.array_equal(after.row_ids, before.row_ids):
        raise called.broke_contract("it declares keeps_rows but dropped or moved rows")
