"""How many training rows each class has, and how many it is to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Dataset
from runner.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Sizes = dict[Any, int]


def class_sizes(dataset: Dataset, step: str) -> Sizes:
    """Return the classes in order and their numbers of rows. step: how messages call the asker. Raises DataError."""
    target = dataset.target
    if target is None:
        raise DataError(f"{step} needs the classes of the rows, found no target.")
    if target.dtype.kind == "f" and (target != np.round(target)).any():
        raise DataError(f"{step} needs classes, found a target of values, such as {target[:3].tolist()}.")
    labels, counts = np.unique(target, return_counts=True)
    if len(labels) < 2:
        raise DataError(f"{step} needs two classes or more; all {dataset.n_rows} training rows are of one.")
    return dict(zip(labels.tolist(), counts.tolist(), strict=True))


def sizes_from_below(sizes: Sizes, ratio: float) -> Sizes:
    """Return the classes to grow, with the sizes they are to have: `ratio` of the largest."""
    wanted = round(ratio * max(sizes.values()))
    return {label: wanted for label, count in sizes.items() if count < wanted}


def sizes_from_above(sizes: Sizes, ratio: float) -> Sizes:
    """Return the classes to shrink, with the sizes they are to have: the smallest is `ratio` of it, at the most."""
    wanted = int(min(sizes.values()) / ratio)
    return {label: wanted for label, count in sizes.items() if count > wanted}


def told(sizes: Sizes) -> str:
    """Write sizes for a message, the smallest classes first."""
    smallest = sorted(sizes.items(), key=lambda item: item[1])
    shown = ", ".join(f"{label!r}: {count}" for label, count in smallest[:10])
    return f"{shown}, … ({len(sizes)} classes)" if len(sizes) > 10 else shown


def members(dataset: Dataset, label: Any) -> NDArray[np.intp]:
    """Return the positions of a class's rows."""
    return np.flatnonzero(dataset.target == label)
