"""A transform computed in parts, so that those who differ only in a later part share the earlier ones.

A transform may have `parts()`: transforms which, fitted and applied one after the other, give exactly what it
gives. Where it is sent to columns of a table, the first part takes those columns; beside columns that pass by
untouched there is nothing to share, and the last part does the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin, clone

from runner.execute.pipeline import Block


def parts_of(block: Block) -> list[Block]:
    """Return the block in the parts that its transform can be computed in; most have one."""
    parts = component_parts(block.members[0].component) if len(block.members) == 1 else ()
    if len(parts) < 2:
        return [block]
    if block.routed:
        columns = block.members[0].step.settings["columns"]
        parts = [_First(parts[0], columns), *parts[1:-1], _Last(parts[-1], block.estimator)]
    return [
        replace(block, name=f"{block.name}.{number}", estimator=clone(part), routed=False)
        for number, part in enumerate(parts, start=1)
    ]


def component_parts(component: Any) -> Sequence[Any]:
    """Ask a transform for its parts; one that knows of none has none."""
    split = getattr(component, "parts", None)
    return list(split()) if callable(split) else ()


class _First(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The first part, on the columns it is for; a table with others beside them stays as it is."""

    def __init__(self, part: Any, columns: str | list[str]) -> None:
        self.part = part
        self.columns = columns

    def fit(self, X: Any, y: Any = None) -> Self:
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        return self.part.fit_transform(X[self.columns], y) if self._is_all(X) else X

    def transform(self, X: Any) -> Any:
        return self.part.transform(X[self.columns]) if self._is_all(X) else X

    def _is_all(self, X: Any) -> bool:
        wanted = [self.columns] if isinstance(self.columns, str) else list(self.columns)
        return hasattr(X, "iloc") and list(X.columns) == wanted


class _Last(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The last part; given the table itself it does the whole."""

    def __init__(self, part: Any, whole: Any) -> None:
        self.part = part
        self.whole = whole

    def fit(self, X: Any, y: Any = None) -> Self:
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        return (self.whole if hasattr(X, "iloc") else self.part).fit_transform(X, y)

    def transform(self, X: Any) -> Any:
        return (self.whole if hasattr(X, "iloc") else self.part).transform(X)
