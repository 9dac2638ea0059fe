"""From the source to the folds: what a trial does before any of its rows are learned from.

Each function is one stage: it takes what the stage before gave, and checks what its component returns.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.execute import cleaning
from runner.execute.components import Called, Components
from runner.execute.observing import Stages

log = logging.getLogger("runner")


class Fold(NamedTuple):
    """Positions of the training rows and of the rows held out; the first `n_validation` of these are validation rows.

    Where there are validation rows, trials are compared by them, and the rest is told beside.
    """

    train: NDArray[np.intp]
    held_out: NDArray[np.intp]
    n_validation: int = 0

    @classmethod
    def of(cls, parts: Sequence[Any]) -> Fold:
        """Take up (training, test) or (training, validation, test) as a splitter gives them."""
        train, *held = [np.asarray(part) for part in parts]
        return cls(train, np.concatenate(held), len(held[0]) if len(held) > 1 else 0)


def load(components: Components, context: SourceContext, stages: Stages) -> Dataset:
    """Read the data. Raises DataError, PluginError; ConfigError where no target is named."""
    called = components.one("source")
    with stages.stage(f"load/{called.name}") as stage:
        dataset = called.call("loading", called.component.load, context)
        check_loaded(called, dataset)
        stage.rows_out = dataset.n_rows
    tell_notes(called, (), dataset.notes)
    return dataset  # type: ignore[no-any-return]


def tell_notes(called: Called, before: Sequence[str], after: Sequence[str]) -> None:
    """Log what a component notes about the values, for the person to read at the end."""
    for note in after[len(before) :]:
        log.warning("%s: %s", called, note)


def check_loaded(called: Called, dataset: Any) -> None:
    """Refuse what is no data to learn from. Raises DataError, ConfigError, PluginError."""
    if not isinstance(dataset, Dataset):
        raise called.broke_contract(f"load() returned {type(dataset).__name__}, not a Dataset")
    if dataset.n_rows == 0:
        raise DataError(f"{called} gave no rows.")
    if len(np.unique(dataset.row_ids)) != dataset.n_rows:
        raise called.broke_contract("its row ids are not unique")
    if not dataset.fingerprint:
        raise called.broke_contract("its dataset has no fingerprint")
    if dataset.target is None:
        raise ConfigError(f"{called} gave no target to predict; name the column with 'source.target=…'.")


def clean(called: Called, dataset: Dataset, stages: Stages) -> Dataset:
    """Clean all rows with one cleaner; the stage's note counts the rows dropped by reason."""
    with stages.stage(f"clean/{called.name}", dataset.n_rows) as stage:
        cleaned = cleaning.clean(called, dataset).dataset
        stage.rows_out = cleaned.n_rows
        news = {reason: n - dataset.dropped.get(reason, 0) for reason, n in cleaned.dropped.items()}
        stage.note = "; ".join(f"{n} dropped: {reason}" for reason, n in news.items() if n) or None
    tell_notes(called, dataset.notes, cleaned.notes)
    return cleaned


def split(components: Components, dataset: Dataset, stages: Stages) -> list[Fold]:
    """Part the rows into folds. Raises DataError for a fold without rows or missing groups."""
    called = components.one("splitter")
    if getattr(called.component, "needs_groups", False) and dataset.groups is None:
        raise DataError(f"{called} keeps groups together, but the source names none: 'source.groups=COLUMN'.")
    with stages.stage(f"split/{called.name}", dataset.n_rows) as stage:
        # most splitters look at the number of rows only
        rows = dataset if getattr(called.component, "sees_rows", False) else np.zeros((dataset.n_rows, 1))
        folds = called.call("splitting", _all_folds, called.component, rows, dataset.target, dataset.groups)
        _check_folds(called, folds, dataset.n_rows)
        stage.note = f"{len(folds)} fold{'s' * (len(folds) > 1)}"
    return folds  # type: ignore[no-any-return]


def _all_folds(splitter: Any, rows: Any, target: Any, groups: Any) -> list[Fold]:
    return [Fold.of(parts) for parts in splitter.split(rows, target, groups)]


def _check_folds(called: Called, folds: Sequence[Fold], n_rows: int) -> None:
    if not folds:
        raise called.broke_contract("it gave no fold")
    for number, fold in enumerate(folds, start=1):
        train, held, n_validation = fold
        if not len(train) or len(held) == n_validation:
            n_test = len(held) - n_validation
            raise DataError(f"{called}: fold {number} has {len(train)} training and {n_test} test rows.")
        positions = np.concatenate([train, held])
        if positions.min() < 0 or positions.max() >= n_rows:
            raise called.broke_contract(f"fold {number} names rows outside 0…{n_rows - 1}")
        if getattr(called.component, "overlaps", False):
            continue
        if np.intersect1d(train, held).size:
            raise called.broke_contract(f"fold {number} has rows in both training and test")
        if np.intersect1d(held[:n_validation], held[n_validation:]).size:
            raise called.broke_contract(f"fold {number} has rows in both validation and test")


def without_taken(components: Components, rows: Dataset) -> Dataset:
    """Take away the columns that only part the rows."""
    taken = [str(name) for name in getattr(components.one("splitter").component, "columns_taken", ())]
    if not taken or not hasattr(rows.features, "iloc"):
        return rows
    return rows.with_features(rows.features.drop(columns=[name for name in taken if name in rows.features.columns]))
