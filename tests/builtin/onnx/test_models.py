"""Models answer in a graph as they answer in Python: ours, scikit-learn's, those around others, trees with gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, PolynomialFeatures, RobustScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

from runner.errors import ConfigError, DataError
from runner_builtin.compressors.truncated_svd import TruncatedSVDCompressor
from runner_builtin.models.calibrated import Calibrated
from runner_builtin.models.linear_models import LinearRegressor, LinearSVMClassifier, SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier, MLPRegressor
from runner_builtin.models.thresholds import TunedThreshold
from runner_builtin.training.optimizers import Adam
from runner_builtin.transforms.image_to_matrix import ImageToMatrix
from runner_builtin.transforms.image_transforms import Flatten, Grey, Normalise
from runner_builtin.transforms.log_transform import Log
from runner_builtin.transforms.score_selection import KBest
from tests.builtin.onnx.onnx_cases import alike, apart, dense, finished, loaded, transformed

ADAM = Adam(learning_rate=0.01)
TUMOURS, KINDS = load_breast_cancer(return_X_y=True)
NAMES = np.where(KINDS == 1, "benign", "malignant")
IRIS, SPECIES = load_iris(return_X_y=True)

CLASSIFIERS: dict[str, Any] = {
    "softmax": SoftmaxClassifier(epochs=3, optimizer=ADAM),
    "without intercept": SoftmaxClassifier(epochs=2, optimizer=ADAM, fit_intercept=False),
    "linear svm": LinearSVMClassifier(epochs=3, optimizer=ADAM),
    "perceptron": LinearSVMClassifier(epochs=3, optimizer=ADAM, loss="perceptron"),
    "mlp": MLPClassifier(epochs=3, hidden=(8, 4), optimizer=ADAM),
    "mlp by gelu": MLPClassifier(epochs=3, hidden=(8,), optimizer=ADAM, activation="gelu"),
    "mlp by tanh": MLPClassifier(epochs=3, hidden=(8,), optimizer=ADAM, activation="tanh"),
    "logistic regression": LogisticRegression(max_iter=1000),
    "one against the rest": SGDClassifier(loss="log_loss", random_state=0),
    "hinge": SGDClassifier(random_state=0),
    "ridge": RidgeClassifier(),
    "discriminant": LinearDiscriminantAnalysis(),
    "forest": RandomForestClassifier(5, random_state=0),
    "extra trees": ExtraTreesClassifier(3, random_state=0),
    "boosted histograms": HistGradientBoostingClassifier(max_iter=2),
    "boosted trees": GradientBoostingClassifier(n_estimators=3, random_state=0),
    "naive Bayes": GaussianNB(),
    "support vectors": SVC(),
    "calibrated": Calibrated(model=LinearSVMClassifier(epochs=2, optimizer=ADAM), folds=2),
    "calibrated by steps": Calibrated(model=SoftmaxClassifier(epochs=2, optimizer=ADAM), folds=2, method="isotonic"),
    "calibrated forest": CalibratedClassifierCV(RandomForestClassifier(3, random_state=0), cv=2),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_answers_alike_for_two_classes_that_are_texts_and_three_that_are_numbers(name: str) -> None:
    alike(Pipeline([("scale", StandardScaler()), ("model", CLASSIFIERS[name])]), TUMOURS, NAMES)
    alike(Pipeline([("model", CLASSIFIERS[name])]), IRIS, SPECIES)


@pytest.mark.parametrize(
    "model",
    [SoftmaxClassifier(epochs=2, optimizer=ADAM), LinearSVMClassifier(epochs=2, optimizer=ADAM)],
    ids=["by probabilities", "by scores"],
)
@pytest.mark.parametrize("positive", [None, "benign"])
def test_a_threshold_of_its_own_goes_along(model: Any, positive: str | None) -> None:
    tuned = TunedThreshold(model=model, folds=2, positive=positive, metric="f_beta", beta=3.0)
    alike(Pipeline([("scale", StandardScaler()), ("model", tuned)]), TUMOURS, NAMES)


@pytest.mark.parametrize(
    "labels",
    [np.array([False, True, True]), np.array([1.0, 2.0, 3.0]), np.array([-3, 7, 11])],
    ids=["bools", "floats", "ints"],
)
def test_labels_keep_their_type(labels: np.ndarray) -> None:
    target = labels[SPECIES]
    pipeline = Pipeline([("model", SoftmaxClassifier(epochs=2, optimizer=ADAM))]).fit(IRIS, target)
    found = loaded(pipeline, IRIS, target).predict(IRIS)
    assert found.dtype.kind == labels.dtype.kind
    assert found.tolist() == pipeline.predict(IRIS).tolist()


VALUES = TUMOURS[:, 0] * 3 + TUMOURS[:, 1] + 1e6
REGRESSIONS: dict[str, Any] = {
    "linear": LinearRegressor(epochs=3, optimizer=ADAM),
    "huber": LinearRegressor(epochs=3, optimizer=ADAM, loss="huber"),
    "ridge": Ridge(),
    "mlp": MLPRegressor(epochs=3, hidden=(8,), optimizer=ADAM),
    "forest": RandomForestRegressor(4, random_state=0),
    "tree": DecisionTreeRegressor(max_depth=4, random_state=0),
}


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_regression_answers_alike_also_far_from_zero_and_for_two_targets(name: str) -> None:
    pipeline = Pipeline([("scale", StandardScaler()), ("model", REGRESSIONS[name])])
    alike(pipeline, TUMOURS, VALUES)
    alike(pipeline, TUMOURS, np.column_stack([VALUES, -VALUES]))


def test_boosted_values_answer_alike() -> None:
    for loss in ("squared_error", "poisson"):
        alike(
            Pipeline([("model", HistGradientBoostingRegressor(loss=loss, max_iter=2))]),
            TUMOURS[:150, :4],
            VALUES[:150],
        )


@pytest.mark.parametrize("name", ["forest", "extra trees", "boosted histograms"])
def test_trees_send_gaps_where_python_sends_them(name: str) -> None:
    rows, names = TUMOURS[:150, :6], NAMES[:150]
    gappy = np.where(np.random.default_rng(0).random(rows.shape) < 0.2, np.nan, rows)
    alike(Pipeline([("model", CLASSIFIERS[name])]), gappy, names)  # gaps in training
    alike(Pipeline([("model", CLASSIFIERS[name])]), rows, names, gappy)  # gaps only later


@pytest.mark.parametrize(
    "step",
    [
        MinMaxScaler(),
        MinMaxScaler(clip=True),
        RobustScaler(),
        MaxAbsScaler(),
        StandardScaler(with_mean=False),
        PCA(3, whiten=True),
        TruncatedSVD(3),
        KBest(k=4),
        Log(),
        PolynomialFeatures(2),
    ],
    ids=repr,
)
def test_transforms_of_numbers_give_the_same_numbers(step: Any) -> None:
    step.fit(TUMOURS, KINDS)
    asked = np.abs(TUMOURS * 1.5)
    np.testing.assert_allclose(transformed(step, TUMOURS, asked), dense(step.transform(asked)), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "steps",
    [[ImageToMatrix()], [Normalise(), Flatten()], [Normalise(by="image"), Flatten()], [Grey(), Flatten()]],
    ids=repr,
)
def test_images_are_laid_out_alike(steps: list[Any]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (60, 4, 5), dtype=np.uint8)
    images[0] = 7  # one without any spread
    target = np.arange(60) % 3
    named = [(f"step{place}", step) for place, step in enumerate(steps)]
    alike(Pipeline([*named, ("model", SoftmaxClassifier(epochs=2))]), images, target, within=1e-4)


def test_colours_by_channel_are_normalised_alike_and_not_turned_to_grey() -> None:
    images = np.random.default_rng(0).integers(0, 256, (30, 3, 4, 3), dtype=np.uint8)
    target = np.arange(30) % 2
    model = ("model", SoftmaxClassifier(epochs=1))
    alike(Pipeline([("normalise", Normalise(by="channel")), ("flatten", Flatten()), model]), images, target)
    grey = Pipeline([("grey", Grey()), ("flatten", Flatten()), model]).fit(images, target)
    with pytest.raises(ConfigError, match=r"step 'grey' \(Grey\): colours are rounded"):
        loaded(grey, images, target)


def test_what_truncated_svd_leaves_answers_alike() -> None:
    rows = np.random.default_rng(0).normal(size=(90, 20))
    for model, target in (
        (SoftmaxClassifier(epochs=3, optimizer=ADAM), np.arange(90) % 6),
        (SGDClassifier(loss="log_loss", random_state=0), np.arange(90) % 6),
        (LinearSVMClassifier(epochs=2, optimizer=ADAM), np.arange(90) % 6),
        (Ridge(), rows @ np.random.default_rng(1).normal(size=(20, 6))),
    ):
        pipeline = Pipeline([("scale", StandardScaler()), ("model", model)]).fit(rows, target)
        smaller = TruncatedSVDCompressor(rank=3).compress(pipeline)
        found = loaded(smaller, rows, target)
        np.testing.assert_allclose(found.predict(rows), smaller.predict(rows), atol=1e-4)


def test_columns_far_from_zero_are_brought_near_before_they_lose_their_digits() -> None:
    times = 1.7e9 + np.random.default_rng(0).random((80, 1)) * 100
    alike(Pipeline([("model", LogisticRegression(max_iter=1000))]), times, (times[:, 0] > 1.7e9 + 50).astype(int))
    alike(Pipeline([("model", Ridge())]), times, times[:, 0])


def test_a_model_that_wants_32_bits_of_far_columns_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    times = 1.7e9 + np.arange(40.0)[:, None]
    found = apart(Pipeline([("model", KNeighborsClassifier())]), times, np.arange(40) % 2)
    assert not found.within(1e-4)  # which is what the gate is for
    assert "column 0 of what it is given is about 1.7e+09" in caplog.text


def test_what_has_no_converter_is_named_with_its_class() -> None:
    from sklearn.preprocessing import SplineTransformer

    pipeline = Pipeline([("bend", SplineTransformer()), ("model", Ridge())]).fit(IRIS, SPECIES)
    with pytest.raises(
        ConfigError, match=r"step 'bend' \(SplineTransformer\): it has no converter. Use the exporter 'skops'"
    ):
        loaded(pipeline, IRIS, SPECIES)


def test_a_missing_number_that_no_step_fills_has_no_answer() -> None:
    for model in ("softmax", "linear svm"):
        pipeline = Pipeline([("scale", StandardScaler()), ("model", CLASSIFIERS[model])]).fit(IRIS, SPECIES)
        rows = IRIS[:3].copy()
        rows[1, 2] = np.nan
        with pytest.raises(DataError, match="no answer to row 1"):
            loaded(pipeline, IRIS, SPECIES).predict(rows)


def test_the_same_pipeline_gives_the_same_bytes() -> None:
    from runner_builtin.onnx.assembling import assembled

    for name in ("softmax", "forest", "boosted trees"):
        run = finished(
            Pipeline([("scale", StandardScaler()), ("model", CLASSIFIERS[name])]).fit(IRIS, SPECIES), IRIS, SPECIES
        )
        assert assembled(run, {}) == assembled(run, {})


def test_no_rows_have_no_answers() -> None:
    pipeline = Pipeline([("model", SoftmaxClassifier(epochs=1))]).fit(IRIS, SPECIES)
    model = loaded(pipeline, IRIS, SPECIES)
    assert model.predict(IRIS[:0]).shape == (0,)
    assert model.predict_proba(IRIS[:0]).shape == (0, 3)
