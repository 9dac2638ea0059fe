"""Categories as whole numbers."""

from __future__ import annotations

from typing import Any, Literal, Self

from sklearn.preprocessing import OrdinalEncoder

from runner.options import Count
from runner_builtin.transforms.category_columns import with_nan


class Ordinal(OrdinalEncoder):  # type: ignore[misc]
    """Number the categories of each column from 0; one never met is -1, a missing one that was met -2.

    categories: those of each column in their order, the first being 0; "auto" sorts the ones met. min_frequency (in
    rows, or a share of them), max_categories: rare ones share the last number. Takes (n_rows, n_columns) and gives as
    many columns of floats.
    """

    def __init__(
        self,
        *,
        categories: Literal["auto"] | list[list[str]] = "auto",
        min_frequency: Count | float | None = None,
        max_categories: Count | None = None,
    ) -> None:
        super().__init__(
            categories=categories,
            handle_unknown="use_encoded_value",
            unknown_value=-1,
            encoded_missing_value=-2,
            min_frequency=min_frequency,
            max_categories=max_categories,
        )

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the categories of each column."""
        return super().fit(with_nan(X), y)  # type: ignore[no-any-return]

    def transform(self, X: Any) -> Any:
        """Return the numbers, (n_rows, n_columns)."""
        return super().transform(with_nan(X))
