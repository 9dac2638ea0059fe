"""What can be known to be wrong with the data before anything is trained on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from runner.data import Dataset
from runner.errors import DataError
from runner.execute.profile import missing_in
from runner.execute.row_hashes import numbered

if TYPE_CHECKING:
    from runner.execute.collecting import Fold


def check_target(dataset: Dataset, *, classifier: bool) -> None:
    """Refuse rows without features, and a target that the model cannot learn. classifier: it learns classes.

    Raises DataError with counts, and with the ids of the first rows concerned.
    """
    if len(dataset.features.shape) > 1 and dataset.features.shape[1] == 0:
        raise DataError(f"there are {dataset.n_rows} rows and no features to learn from. Keep at least one column.")
    target = dataset.target
    if target is None:
        return
    _check_missing(target, dataset.row_ids)
    if classifier:
        _check_classes(target)
    else:
        _check_values(target, dataset.row_ids)


def _check_missing(target: NDArray[Any], row_ids: NDArray[np.int64]) -> None:
    missing = missing_in(target)
    if missing.any():
        raise DataError(
            f"the target has no value in {_of_rows(missing, row_ids)}. Set 'source.drop_missing_target: true', where "
            f"the source has it, or drop these rows with a cleaner."
        )
    if target.dtype.kind == "f" and np.isinf(target).any():
        raise DataError(f"the target is infinite in {_of_rows(np.isinf(target), row_ids)}. Drop or mend these rows.")


def _check_values(target: NDArray[Any], row_ids: NDArray[np.int64]) -> None:
    """Refuse what a regression cannot learn."""
    if target.dtype.kind in "iufb":
        return
    texts = np.fromiter((isinstance(value, str) for value in target.tolist()), dtype=bool, count=len(target))
    what = f"texts in {_of_rows(texts, row_ids)}" if texts.any() else f"{target.dtype} values"
    raise DataError(
        f"the target holds {what}, and the model learns numbers. Mend them, or choose a model of classes."
    )


def _check_classes(target: NDArray[Any]) -> None:
    """Refuse what a classifier cannot learn."""
    if target.dtype.kind == "f" and np.mod(target, 1).any():
        fractions = int(np.count_nonzero(np.mod(target, 1)))
        raise DataError(
            f"the target holds {len(np.unique(target))} different numbers, {fractions} of {len(target)} with a "
            f"fraction: it is a value and no class. Choose a regression model, or bin the target in the data."
        )
    if numbered(target)[1] == 1:
        label = target[:1].tolist()[0]
        raise DataError(
            f"all {len(target)} rows are of the one class {label!r}; there is nothing to tell apart. Look at the "
            f"source's 'target', and at what the cleaners dropped."
        )


def check_folds(folds: Sequence[Fold], target: NDArray[Any] | None, *, classifier: bool, splitter: str) -> None:
    """Refuse a fold whose training rows are all of one class. splitter: how messages call it. Raises DataError."""
    if target is None or not classifier:
        return
    numbers, n_classes = numbered(target)
    for place, fold in enumerate(folds, start=1):
        if n_classes > 1 and len(np.unique(numbers[fold.train])) == 1:
            raise DataError(
                f"{splitter}: the {len(fold.train)} training rows of fold {place} are all of the class "
                f"{target[fold.train[0]]!s}. In all there are {counts_told(target)}. "
                f"{class_advice(target, several=len(folds) > 1)}"
            )


def class_advice(target: NDArray[Any], *, several: bool) -> str:
    """Say how every part gets rows of every class. several: there are several folds, and so a largest number."""
    smallest = int(np.bincount(numbered(target)[0]).min())
    if smallest < 2:
        return "A class of one row cannot be parted: drop it."
    most = f" (of at most {smallest} folds)" if several else ""
    return f"A stratified splitter{most} keeps every class in each part."


def counts_told(target: NDArray[Any]) -> str:
    """Tell how many rows each class has, the smallest first."""
    rarest = sorted(Counter(target.tolist()).items(), key=lambda item: item[1])
    shown = ", ".join(f"{label!r}: {count}" for label, count in rarest[:10])
    return f"{shown}, … {len(rarest)} classes" if len(rarest) > 10 else shown


def _of_rows(marked: NDArray[np.bool_], row_ids: NDArray[np.int64]) -> str:
    ids = row_ids[marked]
    shown = ", ".join(map(str, ids[:5])) + (", …" if len(ids) > 5 else "")
    return f"{len(ids)} of {len(marked)} rows (ids {shown})"
