"""Classes brought closer to one size: rows of small ones repeated, rows of large ones left out."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt, Le

from runner.data import Dataset
from runner_builtin.augmenters.class_sizes import Sizes, class_sizes, members, sizes_from_above, sizes_from_below

Ratio = Annotated[float, Gt(0), Le(1)]


@dataclass(frozen=True, kw_only=True)
class RandomOversample:
    """Repeat rows of the smaller classes, drawn at random, until each has `ratio` of the rows of the largest.

    Classes that are larger already stay as they are. Takes features of any kind. Raises DataError for a target of
    values or of one class.
    """

    ratio: Ratio = 1.0

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by the repeated ones, class by class."""
        sizes = class_sizes(dataset, "augmenter 'random_oversample'")
        drawn = [
            rng.choice(members(dataset, label), size=wanted - sizes[label])
            for label, wanted in sizes_from_below(sizes, self.ratio).items()
        ]
        return dataset.joined(dataset.take(np.concatenate([np.zeros(0, dtype=np.intp), *drawn])))


class RandomUndersample:
    """Drop rows of the larger classes, drawn at random, until the smallest has `ratio` of the rows of each.

    It counts the training rows, and only those are dropped; held-out rows stay as they are. Raises DataError for a
    target of values or of one class.
    """

    learns = True

    sizes_: Sizes  # the classes to shrink, and how many of their rows stay

    def __init__(self, *, ratio: Ratio = 1.0, random_state: int | None = None) -> None:
        self.ratio = ratio
        self.random_state = random_state

    def fit(self, dataset: Dataset) -> RandomUndersample:
        """Return a copy that knows how many rows of each class stay."""
        fitted = copy(self)
        fitted.sizes_ = sizes_from_above(class_sizes(dataset, "cleaner 'random_undersample'"), self.ratio)
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows that stay, in the same order."""
        rng = np.random.default_rng(self.random_state)
        leaving = np.zeros(dataset.n_rows, dtype=bool)
        for label, wanted in self.sizes_.items():
            rows = members(dataset, label)
            leaving[rng.permutation(rows)[wanted:]] = True
        return dataset.drop(leaving, "left out of a large class")
