"""scikit-learn's transforms of numbers, with defaults that suit a declared experiment.

Scales let missing values pass; the others refuse them.
"""

from __future__ import annotations

from inspect import signature
from typing import Literal

from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    PolynomialFeatures,
    PowerTransformer,
    RobustScaler,
    SplineTransformer,
)

from runner.options import Count, Several


def min_max_scale(*, lower: float = 0.0, upper: float = 1.0, clip: bool = False) -> MinMaxScaler:
    """Scale columns so that their training rows reach from `lower` to `upper`; clip: new rows stay inside, too."""
    return MinMaxScaler(feature_range=(lower, upper), clip=clip)


def robust_scale(
    *, with_centering: bool = True, with_scaling: bool = True, unit_variance: bool = False
) -> RobustScaler:
    """Take the median from columns and divide them by their inter-quartile range, which outliers hardly move.

    unit_variance: scale further, so that a normal distribution has unit spread. Sparse columns cannot be centred.
    """
    return RobustScaler(with_centering=with_centering, with_scaling=with_scaling, unit_variance=unit_variance)


def bins(
    *,
    n_bins: Several = 5,
    encode: Literal["onehot-dense", "onehot", "ordinal"] = "onehot-dense",
    strategy: Literal["quantile", "uniform", "kmeans"] = "quantile",
    random_state: int | None = None,
) -> KBinsDiscretizer:
    """Cut columns into bins: of equally many training rows, equally wide, or around the centres of k-means.

    encode: a column for each bin, dense or sparse, or one of bin numbers from 0. Edges are learned from at most
    200,000 rows; random_state chooses them. Bins that would be empty are joined.
    """
    # linear is what releases before this option do
    same = {"quantile_method": "linear"} if "quantile_method" in signature(KBinsDiscretizer).parameters else {}
    return KBinsDiscretizer(n_bins=n_bins, encode=encode, strategy=strategy, random_state=random_state, **same)


def splines(
    *,
    n_knots: Several = 5,
    degree: Count = 3,
    knots: Literal["uniform", "quantile"] = "uniform",
    extrapolation: Literal["constant", "linear", "continue", "periodic", "error"] = "constant",
) -> SplineTransformer:
    """Give each column a basis of B-splines, so that a linear model can follow a curve (Eilers & Marx, 1996).

    A column becomes n_knots + degree - 2 columns. knots: evenly between the extremes, or at quantiles.
    """
    return SplineTransformer(
        n_knots=n_knots, degree=degree, knots=knots, extrapolation=extrapolation, include_bias=False
    )


def power(*, method: Literal["yeo-johnson", "box-cox"] = "yeo-johnson", standardize: bool = True) -> PowerTransformer:
    """Bend columns until they look most like a normal distribution (Yeo & Johnson, 2000; Box & Cox, 1964).

    box-cox takes numbers above 0 only. standardize: to zero mean and unit spread afterwards.
    """
    return PowerTransformer(method=method, standardize=standardize)


def polynomial(*, degree: Several = 2, interaction_only: bool = False) -> PolynomialFeatures:
    """Add all products of up to `degree` columns to the columns; interaction_only: of different ones."""
    return PolynomialFeatures(degree=degree, interaction_only=interaction_only, include_bias=False)
