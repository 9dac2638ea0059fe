"""Several sources of one shape, one below the other: the files of each month, training and test files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset, join_rows
from runner.errors import ConfigError, DataError
from runner.options import SourceDeclaration
from runner_builtin.sources.inner_sources import built, foretold, together


@dataclass(frozen=True, kw_only=True)
class ConcatSource:
    """Put the rows of several sources under each other, in the order of their names' declaration.

    sources: name -> source. All give the same columns (in any order), or arrays of one shape. origin: name of a
    column to add, which says from which source a row is; a splitter like `by_column` can part the rows by it. Row
    ids count through all sources. Raises DataError for columns, shapes or targets that do not agree.
    """

    sources: dict[str, SourceDeclaration]
    origin: str | None = None

    draws: ClassVar[bool] = True

    def fingerprint(self, context: SourceContext) -> str | None:
        """Return what `load` would give as fingerprint; None where a source cannot tell without loading."""
        return foretold(built(self.sources, context), context)

    def load(self, context: SourceContext) -> Dataset:
        """Return all rows."""
        loaded = {name: source.load(context) for name, source in built(self.sources, context).items()}
        _check_alike(loaded)
        first = next(iter(loaded.values()))
        if self.origin is not None:
            loaded = {name: self._marked(name, rows) for name, rows in loaded.items()}
        features = None
        for rows in loaded.values():
            features = rows.features if features is None else join_rows(features, _as_before(rows.features, features))
        notes = tuple(f"{name}: {note}" for name, rows in loaded.items() for note in rows.notes)
        dropped: dict[str, int] = {}
        for rows in loaded.values():
            for reason, count in rows.dropped.items():
                dropped[reason] = dropped.get(reason, 0) + count
        whole = Dataset.of(
            features,
            None if first.target is None else _joined([rows.target for rows in loaded.values()], "target"),
            fingerprint=together({name: rows.fingerprint for name, rows in loaded.items()}),
            groups=None if first.groups is None else _joined([rows.groups for rows in loaded.values()], "groups"),
        )
        rejected = tuple(entry for rows in loaded.values() for entry in rows.rejected)
        return replace(whole, dropped=dropped, notes=notes, rejected=rejected)

    def _marked(self, name: str, rows: Dataset) -> Dataset:
        if not hasattr(rows.features, "iloc"):
            raise DataError(
                f"origin: source {name!r} gives {type(rows.features).__name__}, which has no columns to add one to."
            )
        if self.origin in rows.features.columns:
            raise ConfigError(f"origin: source {name!r} has a column {self.origin!r} already; choose another name.")
        return rows.with_features(rows.features.assign(**{str(self.origin): name}))


def _check_alike(loaded: Mapping[str, Dataset]) -> None:
    (first_name, first), *others = loaded.items()
    for name, rows in others:
        for part in ("target", "groups"):
            if (getattr(rows, part) is None) != (getattr(first, part) is None):
                with_it, without = (first_name, name) if getattr(rows, part) is None else (name, first_name)
                raise DataError(f"sources: {with_it!r} names a {part} and {without!r} none; name it for all or none.")
        if _kind(rows.features) != _kind(first.features):
            raise DataError(
                f"sources: {name!r} gives {_told(rows.features)}, but {first_name!r} {_told(first.features)}."
            )


def _kind(features: Any) -> Any:
    if hasattr(features, "iloc"):
        return sorted(map(str, features.columns))
    return type(features).__name__, features.shape[1:]


def _told(features: Any) -> str:
    if hasattr(features, "iloc"):
        return f"the columns {', '.join(map(repr, features.columns))}"
    return f"{type(features).__name__} of shape {features.shape}"


def _as_before(features: Any, first: Any) -> Any:
    """Put columns into the order of the first source's."""
    return features[list(first.columns)] if hasattr(first, "iloc") else features


def _joined(parts: Sequence[Any], what: str) -> Any:
    kinds = {"text" if part.dtype.kind in "OU" else "number" for part in parts}
    if len(kinds) > 1:
        raise DataError(f"{what}: some sources give texts and others numbers; make them agree.")
    return np.concatenate(parts)
