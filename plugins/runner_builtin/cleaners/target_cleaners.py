"""Cleaners of the target: other names for its labels, and only the values that are allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.change_notes import rows_told
from runner_builtin.cleaners.value_rules import check_rule, outside, told
from runner_builtin.column_roles import label_array

_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Relabel:
    """Give labels of the target other names: spaces at their ends go, then `labels` says old -> new.

    Labels that `labels` does not name stay, unless others: error refuses them. New rows, which have no target, pass.
    Raises DataError.
    """

    labels: dict[str | int | bool, str | int | float | bool] | None = None
    strip: bool = True
    others: Literal["keep", "error"] = "keep"

    keeps_rows: ClassVar[bool] = True
    row_by_row: ClassVar[bool] = True

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows with their labels renamed."""
        if dataset.target is None:
            return dataset
        old = dataset.target.tolist()
        new = {label: self._renamed(label) for label in dict.fromkeys(old)}
        target = label_array(
            np.asarray([new[label] for label in old], dtype=object), "target after cleaner 'relabel'"
        )
        changes = Counter(label for label in old if new[label] != label)
        listed = [f"{count} of {label!r} as {new[label]!r}" for label, count in changes.most_common(_SHOWN)]
        notes = [f"relabelled {', '.join(listed)}"] if listed else []
        return replace(dataset, target=target).noting(*notes)

    def _renamed(self, label: Any) -> Any:
        label = label.strip() if self.strip and isinstance(label, str) else label
        names: Mapping[Any, Any] = self.labels or {}
        if self.others == "error" and label not in names and label not in names.values():
            raise DataError(
                f"cleaner 'relabel': the target holds {label!r}, which labels does not name. It names: "
                f"{', '.join(map(repr, names)) or 'none'}. Add it, or set others: keep."
            )
        return names.get(label, label)


@dataclass(frozen=True, kw_only=True)
class TargetValues:
    """Allow only listed labels, or values within a range, as target.

    allowed: a list, or {min, max}, both included. action: what becomes of rows with other targets. New rows, which
    have no target, pass. Raises DataError, ConfigError.
    """

    allowed: list[Any] | dict[str, float]
    action: Literal["error", "drop"] = "error"

    row_by_row: ClassVar[bool] = True

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows whose target is allowed, in the same order."""
        check_rule(self.allowed, "allowed of cleaner 'target_values'")
        target = dataset.target
        if target is None:
            return dataset
        missing = np.asarray(target != target, dtype=bool)
        others = outside(target, missing, self.allowed, "allowed of cleaner 'target_values'")
        if self.action == "error" and others.any():
            counts = Counter(target[others].tolist()).most_common(_SHOWN)
            raise DataError(
                f"cleaner 'target_values': {int(others.sum())} of {dataset.n_rows} targets are not allowed "
                f"({told(self.allowed)}): {', '.join(f'{value!r} ({count})' for value, count in counts)}; row ids "
                f"{rows_told(dataset.row_ids[others])}. Allow them, or set action: drop."
            )
        return dataset.drop(others, "target not allowed")
