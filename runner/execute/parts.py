"""A transform computed in parts, so that those who differ only in a later part share the earlier ones.

A transform may have `parts()`: transforms which, fitted and applied one after the other, give exactly what it
gives; between them go arrays or matrices, no frames. Where it is sent to columns of a table, the first part takes
those columns. Beside columns that pass by untouched there is nothing to share, and the last part does the whole;
so it does where the transform has to hand on names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin, clone

from runner.columns import chosen_columns
from runner.execute.pipeline import Block


def parts_of(block: Block) -> list[Block]:
    """Return the block in the parts that its transform can be computed in; most have one."""
    called = block.members[0]
    if len(block.members) > 1:
        return [block]
    parts = called.call("telling its parts", component_parts, called.component)
    if len(parts) < 2:
        return [block]
    if block.named:
        parts = [*(_Untouched() for _ in parts[1:]), block.estimator]
    elif block.routed:
        first = _First(parts[0], called.step.settings["columns"])
        parts = [first, *map(_Between, parts[1:-1]), _Last(parts[-1], block.estimator)]
    return [
        replace(block, name=f"{block.name}.{number}", estimator=clone(part), routed=False)
        for number, part in enumerate(parts, start=1)
    ]


def component_parts(component: Any) -> Sequence[Any]:
    """Ask a transform for its parts; one that knows of none has none."""
    split = getattr(component, "parts", None)
    return list(split()) if callable(split) else ()


class _Part(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fits as it transforms."""

    def fit(self, X: Any, y: Any = None) -> Self:
        self.fit_transform(X, y)
        return self


class _Untouched(_Part):
    """What comes before the whole: nothing."""

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        del y
        return X

    def transform(self, X: Any) -> Any:
        return X


class _First(_Part):
    """The first part, on the columns it is for; a table with others beside them stays as it is."""

    def __init__(self, part: Any, columns: str | list[str] | dict[str, Any]) -> None:
        self.part = part
        self.columns = columns

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        return self.part.fit_transform(self._wanted(X), y) if self._is_all(X) else X

    def transform(self, X: Any) -> Any:
        return self.part.transform(self._wanted(X)) if self._is_all(X) else X

    def _wanted(self, X: Any) -> Any:
        return X[self.columns] if isinstance(self.columns, str) else X

    def _is_all(self, X: Any) -> bool:
        return hasattr(X, "iloc") and list(X.columns) == chosen_columns(X, self.columns, "columns")


class _Between(_Part):
    """A part amid the others; the table itself passes by."""

    def __init__(self, part: Any) -> None:
        self.part = part

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        return X if hasattr(X, "iloc") else self.part.fit_transform(X, y)

    def transform(self, X: Any) -> Any:
        return X if hasattr(X, "iloc") else self.part.transform(X)


class _Last(_Part):
    """The last part; given the table itself it does the whole.

    whole: a ColumnTransformer, which makes an array of a sparse matrix that is not sparse enough; so do we.
    """

    def __init__(self, part: Any, whole: Any) -> None:
        self.part = part
        self.whole = whole

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        if hasattr(X, "iloc"):
            return self.whole.fit_transform(X, y)
        features = self.part.fit_transform(X, y)
        n_rows, n_columns = features.shape
        self.fills_ = hasattr(features, "nnz") and features.nnz >= self.whole.sparse_threshold * n_rows * n_columns
        return self._filled(features)

    def transform(self, X: Any) -> Any:
        return self.whole.transform(X) if hasattr(X, "iloc") else self._filled(self.part.transform(X))

    def _filled(self, features: Any) -> Any:
        return features.toarray() if self.fills_ else features
