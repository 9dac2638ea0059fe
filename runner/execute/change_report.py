"""What one step did to the data: rows dropped and why, columns come and gone, types and missing values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from runner.data import Dataset
from runner.execute.profile import missing_in


@dataclass(frozen=True)
class Change:
    """What one step did. Pairs are before and after.

    missing: how many values. dropped: rows by reason. types: of the columns where they changed.
    """

    step: str
    rows: tuple[int, int]
    missing: tuple[int, int]
    dropped: Mapping[str, int]
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    types: Mapping[str, tuple[str, str]] | None = None


def change_of(step: str, before: Dataset, after: Dataset) -> Change:
    """Account for one step. step: "<stage>/<component>"."""
    news = {reason: count - before.dropped.get(reason, 0) for reason, count in after.dropped.items()}
    first, second = _types(before.features), _types(after.features)
    types = {name: (first[name], second[name]) for name in first if name in second and first[name] != second[name]}
    return Change(
        step=step,
        rows=(before.n_rows, after.n_rows),
        missing=(n_missing(before.features), n_missing(after.features)),
        dropped={reason: count for reason, count in news.items() if count},
        columns_added=tuple(name for name in second if name not in first),
        columns_removed=tuple(name for name in first if name not in second),
        types=types or None,
    )


def n_missing(features: Any) -> int:
    """Count the missing values of features."""
    if hasattr(features, "iloc"):
        return int(sum(int(features.iloc[:, place].isna().sum()) for place in range(features.shape[1])))
    return int(missing_in(np.asarray(features.data if hasattr(features, "indptr") else features)).sum())


def _types(features: Any) -> dict[str, str]:
    """Name the type of each column of a table."""
    if not hasattr(features, "iloc"):
        return {}
    return {str(name): str(dtype) for name, dtype in zip(features.columns, features.dtypes, strict=True)}
