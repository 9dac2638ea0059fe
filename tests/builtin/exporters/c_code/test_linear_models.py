from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge, SGDClassifier
from sklearn.neural_network import MLPClassifier as SklearnMLP
from sklearn.neural_network import MLPRegressor as SklearnMLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from runner.errors import DataError, PluginError
from runner.ship.answers import ask, difference
from runner_builtin.compressors.truncated_svd import TruncatedSVDCompressor
from runner_builtin.models.linear_models import LinearRegressor, LinearSVMClassifier, SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier, MLPRegressor

ROWS, TWO = make_classification(300, 12, n_informative=6, random_state=0)
_, SIX = make_classification(300, 12, n_informative=6, n_classes=6, n_clusters_per_class=1, random_state=0)
NAMES = np.asarray(["a", 'b"?', "ç\n", "d", "e", "f"])
VALUES, TARGET = make_regression(300, 12, n_targets=1, noise=5.0, random_state=0)
BOTH = np.column_stack([TARGET, -2 * TARGET + 1])

MODELS: list[tuple[Any, Any]] = [
    (SoftmaxClassifier(epochs=3), NAMES[SIX]),
    (SoftmaxClassifier(epochs=3), TWO == 1),
    (LinearSVMClassifier(epochs=3), SIX),
    (MLPClassifier(hidden=(7, 5), activation="gelu", epochs=3), SIX),
    (MLPClassifier(hidden=(7,), activation="tanh", epochs=3), TWO),
    (LinearRegressor(epochs=3), TARGET),
    (LinearRegressor(epochs=3), BOTH),
    (MLPRegressor(hidden=(6,), epochs=3), TARGET),
    (LogisticRegression(), NAMES[SIX]),
    (LogisticRegression(solver="liblinear"), TWO),
    (SGDClassifier(loss="log_loss", max_iter=20, tol=None), SIX),
    (LinearSVC(), TWO),
    (SklearnMLP((8,), "logistic", max_iter=20), SIX),
    (SklearnMLPRegressor(hidden_layer_sizes=(8,), activation="identity", max_iter=20), BOTH),
    (Ridge(), BOTH),
    (PoissonRegressor(), np.exp(ROWS[:, 0] / 3)),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("model", "target"), MODELS, ids=lambda one: type(one).__name__)
def test_a_linear_model_or_network_answers_alike(model: Any, target: Any, as_c) -> None:
    pipeline = make_pipeline(StandardScaler(), model).fit(ROWS, target)
    apart = difference(ask(pipeline, ROWS), ask(as_c(pipeline, ROWS), ROWS))
    assert apart.within(1e-5), apart


def test_a_model_of_low_rank_is_written_as_its_two_factors(as_c) -> None:
    pipeline = make_pipeline(StandardScaler(), SoftmaxClassifier(epochs=3)).fit(ROWS, SIX)
    smaller = TruncatedSVDCompressor(rank=2).compress(pipeline)
    apart = difference(ask(smaller, ROWS), ask(as_c(smaller, ROWS), ROWS))
    assert apart.within(1e-5), apart


@pytest.mark.parametrize("model", [SoftmaxClassifier(epochs=5), MLPClassifier(hidden=(16,), epochs=5)])
def test_eight_bits_change_few_labels(model: Any, as_c) -> None:
    pipeline = make_pipeline(StandardScaler(), model).fit(ROWS, SIX)
    apart = difference(ask(pipeline, ROWS), ask(as_c(pipeline, ROWS, precision="int8"), ROWS))
    assert 0 < apart.worst < 0.05
    assert apart.labels <= 0.02 * apart.rows


def test_sums_of_eight_bits_cannot_overflow(as_c) -> None:
    rows = np.random.default_rng(0).uniform(0.5, 1, size=(20, 3000))
    model = Ridge()
    model.coef_, model.intercept_, model.n_features_in_ = np.full((2, 3000), 0.7), np.zeros(2), 3000
    found = as_c(make_pipeline(model), rows, precision="int8").predict(rows)
    np.testing.assert_allclose(found, rows @ model.coef_.T, rtol=0.002)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_row_with_a_number_that_is_none_is_refused(bad: float, as_c) -> None:
    model = as_c(make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, TWO), ROWS)
    rows = ROWS[:3].copy()
    rows[1, 4] = bad
    with pytest.raises(DataError, match="no answer to row 1"):
        model.predict(rows)


@pytest.mark.fault("F90")
def test_weights_that_are_not_finite_are_refused(as_c) -> None:
    pipeline = make_pipeline(Ridge()).fit(ROWS, TARGET)
    pipeline[-1].coef_[3] = np.nan
    with pytest.raises(DataError, match=r"step 'ridge' \(Ridge\) holds 1 numbers that are not finite"):
        as_c(pipeline, ROWS)


def test_probabilities_that_there_is_no_c_for_are_refused(as_c) -> None:
    pipeline = make_pipeline(SGDClassifier(loss="modified_huber")).fit(ROWS, TWO)
    with pytest.raises(PluginError, match="no C for the probabilities of loss: modified_huber"):
        as_c(pipeline, ROWS)
