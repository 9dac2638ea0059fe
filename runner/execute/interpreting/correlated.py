"""Inputs that go together, so that each can stand in for the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.stats import rankdata

from runner.execute.interpreting.inputs import Inputs

#: From this rank correlation on, of either sign.
TOGETHER = 0.8
#: So many groups are named.
_MOST = 10


def correlated_told(features: Any, inputs: Inputs) -> str | None:
    """Name the groups of number columns that rise or fall together (Spearman, 1904); None where there are none."""
    groups = correlated(features, inputs)
    if not groups:
        return None
    shown = "; ".join(", ".join(group) for group in groups[:_MOST]) + ("; …" if len(groups) > _MOST else "")
    return (
        f"Inputs that go together share their importance, and each may seem to have none (rank correlation of "
        f"{TOGETHER} and more): {shown}."
    )


def correlated(features: Any, inputs: Inputs) -> list[list[str]]:
    """Return the groups, each by names in the inputs' order. A row with a missing value in a column counts last."""
    columns, names = [], []
    for name, part in zip(inputs.names, inputs.parts, strict=True):
        values = _numbers(features, part)
        if values is not None and len(np.unique(values)) > 1:
            columns.append(rankdata(values))
            names.append(name)
    if len(columns) < 2:
        return []
    near = np.abs(np.corrcoef(columns)) >= TOGETHER
    _, member = connected_components(near, directed=False)
    groups = [[names[it] for it in np.flatnonzero(member == number)] for number in dict.fromkeys(member.tolist())]
    return [group for group in groups if len(group) > 1]


def _numbers(features: Any, part: Any) -> NDArray[np.float64] | None:
    if hasattr(features, "iloc"):
        column = features.iloc[:, part]
        if column.dtype.kind not in "iufb":
            return None
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values = np.asarray(features[(slice(None), *part)])[:, 0]
        if values.dtype.kind not in "iufb":
            return None
        values = values.astype(np.float64)
    return np.where(np.isnan(values), np.inf, values)
