import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import (
    MinMaxScaler,
    PolynomialFeatures,
    PowerTransformer,
    RobustScaler,
    SplineTransformer,
)

from runner_builtin.transforms.number_transforms import bins, min_max_scale, polynomial, power, robust_scale, splines

TABLE = pd.DataFrame(np.random.default_rng(0).lognormal(size=(80, 2)), columns=["a", "b"])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (min_max_scale(lower=-1.0, clip=True), MinMaxScaler(feature_range=(-1.0, 1.0), clip=True)),
        (robust_scale(unit_variance=True), RobustScaler(unit_variance=True)),
        (splines(n_knots=4, knots="quantile"), SplineTransformer(n_knots=4, knots="quantile", include_bias=False)),
        (power(standardize=False), PowerTransformer(standardize=False)),
        (power(method="box-cox"), PowerTransformer(method="box-cox")),
        (polynomial(degree=3), PolynomialFeatures(degree=3, include_bias=False)),
    ],
    ids=["min_max_scale", "robust_scale", "splines", "power", "box_cox", "polynomial"],
)
def test_numbers_become_what_scikit_learn_makes_of_them(ours, theirs):
    assert ours.get_params() == theirs.get_params()
    np.testing.assert_array_equal(ours.fit_transform(TABLE), theirs.fit_transform(TABLE))


@pytest.mark.parametrize("make", [min_max_scale, robust_scale, bins, splines, power, polynomial])
def test_the_columns_made_are_named_after_those_they_are_made_from(make):
    fitted = make().fit(TABLE)
    names = fitted.get_feature_names_out().tolist()
    assert len(names) == fitted.transform(TABLE).shape[1]
    assert names[0].startswith("a")


@pytest.mark.parametrize("make", [min_max_scale, robust_scale, power])
def test_scales_let_missing_values_pass(make):
    gaps = TABLE.mask(TABLE.rank(pct=True) > 0.9)
    np.testing.assert_array_equal(np.isnan(make().fit_transform(gaps)), gaps.isna().to_numpy())


def test_bins_have_a_column_each_and_equally_many_rows():
    cut = bins(n_bins=4).fit_transform(TABLE)
    assert isinstance(cut, np.ndarray)
    assert cut.sum(axis=0).tolist() == [20.0] * 8


def test_bins_are_the_same_whatever_release_cuts_them():
    edges = bins(n_bins=4, encode="ordinal").fit(TABLE).bin_edges_[0]
    np.testing.assert_allclose(edges, np.quantile(TABLE["a"], [0, 0.25, 0.5, 0.75, 1]))


def test_bins_can_be_equally_wide_or_clustered():
    wide = bins(n_bins=2, strategy="uniform", encode="ordinal").fit(TABLE)
    assert wide.bin_edges_[0][1] == pytest.approx((TABLE["a"].min() + TABLE["a"].max()) / 2)
    one, two = (bins(strategy="kmeans", random_state=1).fit_transform(TABLE) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_a_line_through_splines_follows_a_curve():
    x = np.linspace(-3, 3, 200)[:, None]
    basis = splines(n_knots=7).fit_transform(x)
    with_mean = np.column_stack([np.ones(200), basis])
    fitted = with_mean @ np.linalg.lstsq(with_mean, np.sin(x[:, 0]), rcond=None)[0]
    assert np.abs(fitted - np.sin(x[:, 0])).max() < 0.01
