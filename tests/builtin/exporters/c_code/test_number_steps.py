from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_selection import VarianceThreshold
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, Normalizer, QuantileTransformer, RobustScaler

from runner.errors import DataError, PluginError
from runner_builtin.transforms.image_to_matrix import ImageToMatrix
from runner_builtin.transforms.image_transforms import Flatten, Normalise
from runner_builtin.transforms.log_transform import Log

RNG = np.random.default_rng(0)
ROWS = RNG.normal(3, 2, size=(80, 9))
TARGET = ROWS @ RNG.normal(size=(9, 2))
CHAINS: list[list[Any]] = [
    [MinMaxScaler(clip=True)],
    [RobustScaler(unit_variance=True), MaxAbsScaler()],
    [PCA(4, whiten=True)],
    [TruncatedSVD(5), RobustScaler(), PCA(3)],
    [Normalizer("l1"), Normalizer("max")],
    [VarianceThreshold(3.5), TruncatedSVD(2), VarianceThreshold()],
    [RobustScaler(with_centering=False, with_scaling=False)],
]


@pytest.mark.parametrize("steps", CHAINS, ids=lambda steps: ",".join(type(step).__name__ for step in steps))
def test_a_chain_of_transforms_comes_out_alike(steps: list[Any], as_c) -> None:
    pipeline = make_pipeline(*steps, Ridge()).fit(ROWS, TARGET)
    new = RNG.normal(3, 4, size=(50, 9))
    np.testing.assert_allclose(
        as_c(pipeline, ROWS, precision="float64").predict(new), pipeline.predict(new), rtol=1e-9
    )


def test_products_melt_into_one_where_that_is_smaller(as_c, tmp_path) -> None:
    pipeline = make_pipeline(TruncatedSVD(8), RobustScaler(), Ridge()).fit(ROWS, TARGET)
    model = as_c(pipeline, ROWS)
    source = (tmp_path / "model.c").read_text()
    assert source.count("    dense(") == 1
    np.testing.assert_allclose(model.predict(ROWS), pipeline.predict(ROWS), rtol=1e-4, atol=1e-4)


def test_images_are_rows_of_pixels(as_c) -> None:
    images = RNG.integers(0, 255, size=(40, 3, 4)).astype(np.uint8)
    for step in (make_pipeline(ImageToMatrix()), make_pipeline(Normalise(), Flatten())):
        pipeline = make_pipeline(*[one for _, one in step.steps], Ridge()).fit(images, images[:, 0, 0])
        np.testing.assert_allclose(as_c(pipeline, images).predict(images), pipeline.predict(images), atol=1e-3)


def test_images_normalised_one_by_one_are_refused(as_c) -> None:
    images = RNG.normal(size=(10, 3, 4))
    pipeline = make_pipeline(Normalise(by="image"), Flatten(), Ridge()).fit(images, images[:, 0, 0])
    with pytest.raises(PluginError, match=r"step 'normalise' \(Normalise\): by: image has no C yet"):
        as_c(pipeline, images)


def test_a_logarithm_refuses_what_it_refuses_in_python(as_c) -> None:
    rows = np.abs(ROWS)
    model = as_c(make_pipeline(Log(), Ridge()).fit(rows, TARGET), rows)
    np.testing.assert_allclose(
        model.predict(rows), make_pipeline(Log(), Ridge()).fit(rows, TARGET).predict(rows), rtol=1e-4
    )
    with pytest.raises(DataError, match="no answer to row 0"):
        model.predict(-rows)


def test_a_transform_that_there_is_no_c_for_is_named(as_c) -> None:
    pipeline = make_pipeline(QuantileTransformer(n_quantiles=10), Ridge()).fit(ROWS, TARGET)
    told = r"cannot write step 'quantiletransformer' \(QuantileTransformer\): there is no C for this step\. There is"
    with pytest.raises(PluginError, match=told):
        as_c(pipeline, ROWS)


def test_a_class_made_from_one_that_is_known_is_not_taken_for_it(as_c) -> None:
    class Doubling(RobustScaler):
        def transform(self, X: Any) -> Any:
            return 2 * super().transform(X)

    Doubling.__module__ = "acme.scalers"
    with pytest.raises(PluginError, match="Doubling"):
        as_c(make_pipeline(Doubling(), Ridge()).fit(ROWS, TARGET), ROWS)


def test_a_number_beyond_single_precision_is_refused(as_c) -> None:
    rows = ROWS * 1e300
    with pytest.raises(DataError, match=r"larger than float32 reaches. Set precision: float64"):
        as_c(make_pipeline(RobustScaler(), Ridge()).fit(rows, TARGET), rows)
