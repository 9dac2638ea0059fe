"""Two or more tables side by side, matched by the columns they have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.options import SourceDeclaration
from runner_builtin.column_roles import check_columns
from runner_builtin.sources.inner_sources import built, foretold, together


@dataclass(frozen=True, kw_only=True)
class JoinSource:
    """Add the columns of other tables to the rows of the first, where the columns `on` have equal values.

    sources: name -> source of a table; the first decides the rows, their order, the target and the groups, the others
    name no target. on: columns that all tables have. unmatched: what becomes of rows of the first that another table
    does not know: "error", "drop" (counted), or "missing" values. keep_on: keep the columns `on` as features. A value
    of `on` that occurs twice in another table is an error: rows would be doubled. Raises DataError.
    """

    sources: dict[str, SourceDeclaration]
    on: list[str]
    unmatched: Literal["error", "drop", "missing"] = "error"
    keep_on: bool = False

    draws: ClassVar[bool] = True

    def fingerprint(self, context: SourceContext) -> str | None:
        """Return what `load` would give as fingerprint; None where a source cannot tell without loading."""
        return foretold(self._built(context), context)

    def load(self, context: SourceContext) -> Dataset:
        """Return the rows of the first table with all columns."""
        loaded = {name: source.load(context) for name, source in self._built(context).items()}
        self._check(loaded)
        (_, rows), *others = loaded.items()
        for name, other in others:
            rows = self._joined(rows, name, other.features)
        if not self.keep_on:
            rows = rows.with_features(rows.features.drop(columns=self.on))
        notes = tuple(f"{name}: {note}" for name, one in loaded.items() for note in one.notes)
        fingerprint = together({name: one.fingerprint for name, one in loaded.items()})
        return replace(rows, fingerprint=fingerprint, notes=notes)

    def _built(self, context: SourceContext) -> dict[str, Any]:
        if not self.on:
            raise ConfigError("on: name the columns by which rows are matched.")
        return built(self.sources, context, least=2)

    def _check(self, loaded: Mapping[str, Dataset]) -> None:
        for place, (name, rows) in enumerate(loaded.items()):
            if not hasattr(rows.features, "iloc"):
                raise DataError(f"sources: {name!r} gives {type(rows.features).__name__}; a join needs tables.")
            check_columns(self.on, rows.features.columns, f"on: source {name!r}")
            if place and rows.target is not None:
                raise ConfigError(f"sources: {name!r} names a target; only the first table of a join has one.")

    def _joined(self, rows: Dataset, name: str, other: Any) -> Dataset:
        both = [column for column in other.columns if column in rows.features.columns and column not in self.on]
        if both:
            raise DataError(
                f"sources: the columns {', '.join(map(repr, both))} of {name!r} are there already; drop them there."
            )
        twice = other.duplicated(self.on)
        if twice.any():
            raise DataError(
                f"sources: {name!r} has {int(twice.sum())} rows whose {self.on} occur before; a row of the first "
                f"table would be doubled. Make them unique."
            )
        found = rows.features[self.on].merge(other, on=self.on, how="left", indicator="_runner_match")
        lost = (found.pop("_runner_match") != "both").to_numpy()
        if lost.any() and self.unmatched == "error":
            raise DataError(
                f"sources: {name!r} does not know {int(lost.sum())} of {len(lost)} rows (counted from 0: "
                f"{', '.join(map(str, np.flatnonzero(lost)[:5]))}). Set unmatched: drop, or missing."
            )
        added = found.drop(columns=self.on)
        added.index = rows.features.index
        joined = rows.with_features(rows.features.join(added))
        return joined.drop(lost, f"not in {name}") if self.unmatched == "drop" else joined
