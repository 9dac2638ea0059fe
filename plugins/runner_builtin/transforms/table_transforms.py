"""Scikit-learn's two most used transforms for tables, with defaults that suit a declared experiment."""

from __future__ import annotations

from typing import Literal

from sklearn.preprocessing import OneHotEncoder, StandardScaler


def standard_scale(*, with_mean: bool = True, with_std: bool = True) -> StandardScaler:
    """Scale columns to zero mean and unit spread (ddof = 0); sparse ones cannot be centred: with_mean False."""
    return StandardScaler(with_mean=with_mean, with_std=with_std)


def one_hot(
    *,
    handle_unknown: Literal["ignore", "error", "infrequent_if_exist"] = "ignore",
    drop: Literal["first", "if_binary"] | None = None,
    min_frequency: int | float | None = None,
    max_categories: int | None = None,
    sparse_output: bool = True,
) -> OneHotEncoder:
    """Give each category a column of its own that is 1 where it occurs; an unknown one is 0 everywhere."""
    return OneHotEncoder(
        handle_unknown=handle_unknown,
        drop=drop,
        min_frequency=min_frequency,
        max_categories=max_categories,
        sparse_output=sparse_output,
    )
