"""New rows of small classes, made between neighbours. Making them needs imbalanced-learn, an extra."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from annotated_types import Gt, Le

from runner.data import Dataset
from runner.errors import DataError, PluginError
from runner.options import Count
from runner_builtin.augmenters.class_sizes import Sizes, class_sizes, sizes_from_below, told
from runner_builtin.augmenters.coded_rows import CodedTable, NumberRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ratio = Annotated[float, Gt(0), Le(1)]
_STEP = "augmenter 'smote'"


@dataclass(frozen=True, kw_only=True)
class Smote:
    """Make rows of the smaller classes between a row and a neighbour of its class (Chawla et al., 2002).

    kind: "smote" begins at any row; "nominal" likewise, and takes columns of a table that are no numbers for
    categories, of which new rows have the most frequent among the neighbours; "borderline" begins at rows with many
    neighbours of other classes (Han et al., 2005); "adasyn" makes more rows where there are more such neighbours (He
    et al., 2008), so that sizes are met nearly. ratio: how many rows each class is to have, as a share of the
    largest; larger ones stay as they are. k_neighbors: how many of the nearest rows of the class are drawn from.
    Numbers may have no gaps, and should be of one scale. Raises DataError, with the sizes of the classes where one is
    too small; PluginError where imbalanced-learn is missing.
    """

    kind: Literal["smote", "nominal", "borderline", "adasyn"] = "smote"
    ratio: Ratio = 1.0
    k_neighbors: Count = 5

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by the made ones, class by class."""
        sizes = class_sizes(dataset, _STEP)
        form = (CodedTable if self.kind == "nominal" else NumberRows).of(dataset.features, _STEP)
        _check_complete(form.rows)
        wanted = sizes_from_below(sizes, self.ratio)
        if not wanted:
            return dataset
        self._check_neighbours(sizes, wanted)
        labels, first, codes = np.unique(dataset.target, return_index=True, return_inverse=True)
        numbers = {code: wanted[label] for code, label in enumerate(labels.tolist()) if label in wanted}
        sampler = self._sampler(numbers, form.is_code, int(rng.integers(2**31)))
        try:
            after, codes = sampler.fit_resample(form.rows, codes)
        except (ValueError, RuntimeError) as error:
            raise DataError(f"{_STEP} can make no rows of kind {self.kind!r} ({told(sizes)}): {error}") from error
        new = codes[dataset.n_rows :]
        self._check_made([labels.tolist()[code] for code in numbers if code not in new], sizes)
        made = dataset.take(first[new])  # a row of the class, for its target; the features are the new ones
        return dataset.joined(made.with_features(form.decoded(after[dataset.n_rows :])))

    def _sampler(self, wanted: Sizes, is_code: NDArray[np.bool_], random_state: int) -> Any:
        try:
            from imblearn import over_sampling  # an extra, which declaring an experiment must not need
        except ImportError as error:
            raise PluginError(
                f"{_STEP} needs imbalanced-learn, which is not installed or too old for this scikit-learn: "
                f"pip install --upgrade 'runner-ml[imbalance]'"
            ) from error
        options: dict[str, Any] = {"sampling_strategy": wanted, "random_state": random_state}
        if self.kind == "adasyn":
            return over_sampling.ADASYN(n_neighbors=self.k_neighbors, **options)
        if self.kind == "borderline":
            return over_sampling.BorderlineSMOTE(k_neighbors=self.k_neighbors, **options)
        if is_code.any():
            return over_sampling.SMOTENC(np.flatnonzero(is_code).tolist(), k_neighbors=self.k_neighbors, **options)
        return over_sampling.SMOTE(k_neighbors=self.k_neighbors, **options)

    def _check_neighbours(self, sizes: Sizes, wanted: Sizes) -> None:
        fewest = min(sizes[label] for label in wanted)
        if fewest > self.k_neighbors:
            return
        valid = f"1 to {fewest - 1}" if fewest > 1 else "none; use 'random_oversample' or leave the class out"
        raise DataError(
            f"{_STEP}: a class of {fewest} training rows has no {self.k_neighbors} neighbours besides itself. Valid "
            f"k_neighbors: {valid}. The classes: {told(sizes)}."
        )

    def _check_made(self, without: list[Any], sizes: Sizes) -> None:
        if without:
            raise DataError(
                f"{_STEP} of kind {self.kind!r} made no rows of {', '.join(map(repr, without))}: none of their rows "
                f"has neighbours that are mostly, but not all, of other classes. Use kind 'smote'. The classes: "
                f"{told(sizes)}."
            )


def _check_complete(rows: NDArray[np.float64]) -> None:
    gaps = np.isnan(rows).any(axis=1)
    if gaps.any():
        raise DataError(
            f"{_STEP}: {np.count_nonzero(gaps)} of {len(rows)} training rows have missing values. Use the cleaner "
            f"'drop_missing' or 'fill_missing' before."
        )
