"""From the source to the folds: what a trial does before any of its rows are learned from.

Each function is one stage: it takes what the stage before gave, and checks what its component returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner.execute import cleaning
from runner.execute.components import Called, Components
from runner.execute.observing import Stages

#: Positions of the training rows and of the test rows.
Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


def load(components: Components, folder: Path, seed: int, stages: Stages) -> Dataset:
    """Read the data. folder: what relative paths mean. Raises DataError, PluginError."""
    called = components.one("source")
    with stages.stage(f"load/{called.name}") as stage:
        dataset = called.call("loading", called.component.load, SourceContext(folder, seed))
        _check_loaded(called, dataset)
        stage.rows_out = dataset.n_rows
    return dataset  # type: ignore[no-any-return]


def _check_loaded(called: Called, dataset: Any) -> None:
    if not isinstance(dataset, Dataset):
        raise called.broke_contract(f"load() returned {type(dataset).__name__}, not a Dataset")
    if dataset.n_rows == 0:
        raise DataError(f"{called} gave no rows.")
    if len(np.unique(dataset.row_ids)) != dataset.n_rows:
        raise called.broke_contract("its row ids are not unique")
    if not dataset.fingerprint:
        raise called.broke_contract("its dataset has no fingerprint")
    if dataset.target is None:
        raise DataError(f"{called} gave no target to predict; name the column with 'source.target=…'.")


def clean(called: Called, dataset: Dataset, stages: Stages) -> Dataset:
    """Clean all rows with one cleaner; the stage's note counts the rows dropped by reason."""
    with stages.stage(f"clean/{called.name}", dataset.n_rows) as stage:
        cleaned = cleaning.clean(called, dataset).dataset
        stage.rows_out = cleaned.n_rows
        news = {reason: n - dataset.dropped.get(reason, 0) for reason, n in cleaned.dropped.items()}
        stage.note = "; ".join(f"{n} dropped: {reason}" for reason, n in news.items() if n) or None
    return cleaned


def split(components: Components, dataset: Dataset, stages: Stages) -> list[Fold]:
    """Part the rows into folds. Raises DataError for a fold without rows or missing groups."""
    called = components.one("splitter")
    if getattr(called.component, "needs_groups", False) and dataset.groups is None:
        raise DataError(f"{called} keeps groups together, but the source names none: 'source.groups=COLUMN'.")
    with stages.stage(f"split/{called.name}", dataset.n_rows) as stage:
        plain = np.zeros((dataset.n_rows, 1))  # splitters look at the number of rows only
        folds = called.call("splitting", _all_folds, called.component, plain, dataset.target, dataset.groups)
        _check_folds(called, folds, dataset.n_rows)
        stage.note = f"{len(folds)} fold{'s' * (len(folds) > 1)}"
    return folds  # type: ignore[no-any-return]


def _all_folds(splitter: Any, plain: NDArray[Any], target: Any, groups: Any) -> list[Fold]:
    return [(np.asarray(train), np.asarray(test)) for train, test in splitter.split(plain, target, groups)]


def _check_folds(called: Called, folds: Sequence[Fold], n_rows: int) -> None:
    if not folds:
        raise called.broke_contract("it gave no fold")
    for number, (train, test) in enumerate(folds, start=1):
        if not len(train) or not len(test):
            raise DataError(f"{called}: fold {number} has {len(train)} training and {len(test)} test rows.")
        positions = np.concatenate([train, test])
        if positions.min() < 0 or positions.max() >= n_rows:
            raise called.broke_contract(f"fold {number} names rows outside 0…{n_rows - 1}")
        if np.intersect1d(train, test).size and not getattr(called.component, "overlaps", False):
            raise called.broke_contract(f"fold {number} has rows in both training and test")
