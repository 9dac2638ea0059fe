import numpy as np
import pytest
import skops.io
from scipy import sparse
from sklearn.base import clone, is_regressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from runner.errors import DataError
from runner_builtin.models.linear_models import LinearRegressor, LinearSVMClassifier, SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier, MLPRegressor
from runner_builtin.training.lbfgs import LBFGS
from runner_builtin.training.optimizers import Adam, GradientDescent, Momentum, Nesterov, StochasticGradientDescent
from runner_builtin.training.schedulers import Cosine, Exponential

BATCHES = "mini-batches of weighted rows and of repeated rows are different batches"
UNSCALED = "columns with a spread of 20 and weights of 1000 to 0.0001: 30 epochs of the default optimizer are too few"
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": BATCHES,
    "check_sample_weight_equivalence_on_sparse_data": BATCHES,
}


def expected_failures(model):
    if is_regressor(model):
        return {} if isinstance(model.optimizer, LBFGS) else EXPECTED_FAILURES
    if isinstance(model, MLPClassifier) or model.optimizer is not None:
        return EXPECTED_FAILURES
    return EXPECTED_FAILURES | {"check_class_weight_classifiers": UNSCALED}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(
    [
        SoftmaxClassifier(),
        SoftmaxClassifier(optimizer=Adam(learning_rate="auto"), validation_share=0.2, patience=5),
        LinearSVMClassifier(),
        LinearRegressor(loss="huber", optimizer=LBFGS(tolerance=1e-9), dtype="float64", epochs=200),
        LinearRegressor(),
        MLPClassifier(hidden=(10,)),
        MLPRegressor(hidden=(10,)),
    ],
    expected_failed_checks=expected_failures,
)
def test_the_model_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


def scaled(load):
    X, y = load(return_X_y=True)
    return StandardScaler().fit_transform(X), y


EXACT = {"optimizer": Nesterov(learning_rate=0.5), "batch_size": 10**6, "dtype": "float64", "random_state": 0}


@pytest.mark.parametrize("load", [load_iris, load_breast_cancer])
def test_softmax_is_scikit_learns_logistic_regression_with_c_of_one_over_l2_and_rows(load):
    X, y = scaled(load)
    ours = SoftmaxClassifier(l2=0.01, epochs=600, **EXACT).fit(X, y)
    theirs = LogisticRegression(C=1 / (0.01 * len(X)), tol=1e-10, max_iter=10_000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-5)
    assert ours.decision_function(X).shape == theirs.decision_function(X).shape


def test_sample_weights_mean_the_same_as_in_scikit_learn():
    X, y = scaled(load_iris)
    weights = np.random.default_rng(0).random(len(X))
    ours = SoftmaxClassifier(l2=0.01, epochs=800, **EXACT).fit(X, y, sample_weight=weights)
    theirs = LogisticRegression(C=1 / (0.01 * weights.sum()), tol=1e-10, max_iter=10_000).fit(X, y, weights)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)


def test_balanced_classes_mean_the_same_as_in_scikit_learn():
    X, y = scaled(load_iris)
    X, y = X[:110], y[:110]
    ours = SoftmaxClassifier(l2=0.01, epochs=1500, class_weight="balanced", **EXACT).fit(X, y)
    theirs = LogisticRegression(C=1 / (0.01 * len(X)), class_weight="balanced", tol=1e-10, max_iter=10_000)
    np.testing.assert_allclose(ours.coef_, theirs.fit(X, y).coef_, atol=1e-4)


def test_mini_batches_come_near_the_same_solution():
    X, y = scaled(load_breast_cancer)
    ours = SoftmaxClassifier(
        optimizer=Momentum(learning_rate=0.1), scheduler=Cosine(), l2=0.01, epochs=100, random_state=0
    )
    theirs = LogisticRegression(C=1 / (0.01 * len(X))).fit(X, y)
    np.testing.assert_allclose(ours.fit(X, y).coef_, theirs.coef_, atol=5e-3)


def test_the_linear_svm_is_scikit_learns_with_c_of_one_over_l2_and_rows():
    X, y = scaled(load_iris)
    options = EXACT | {"optimizer": Nesterov(learning_rate=0.02)}
    ours = LinearSVMClassifier(loss="squared_hinge", l2=0.1, epochs=3000, fit_intercept=False, **options)
    theirs = LinearSVC(C=1 / (0.1 * len(X)), fit_intercept=False, dual=False, tol=1e-10, max_iter=100_000)
    np.testing.assert_allclose(ours.fit(X, y).coef_, theirs.fit(X, y).coef_, atol=1e-5)


def test_the_plain_hinge_reaches_scikit_learns_objective():
    X, y = scaled(load_breast_cancer)
    options = EXACT | {"optimizer": GradientDescent(learning_rate=1.0), "scheduler": Exponential(end_factor=1e-4)}
    ours = LinearSVMClassifier(l2=0.1, epochs=1000, fit_intercept=False, **options).fit(X, y)
    theirs = LinearSVC(C=1 / (0.1 * len(X)), loss="hinge", fit_intercept=False, max_iter=100_000).fit(X, y)

    def objective(coef):
        return np.maximum(1 - (2 * y - 1) * (X @ coef[0]), 0).mean() + 0.05 * np.square(coef).sum()

    assert objective(ours.coef_) == pytest.approx(objective(theirs.coef_), rel=1e-3)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_least_squares_is_the_closed_form_ridge_with_alpha_of_l2_times_rows(fit_intercept):
    X, y = scaled(load_diabetes)
    ours = LinearRegressor(
        l2=0.01, epochs=2000, fit_intercept=fit_intercept, **EXACT | {"optimizer": Nesterov(learning_rate=0.2)}
    ).fit(X, y)
    theirs = Ridge(alpha=0.01 * len(X), fit_intercept=fit_intercept).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-5)
    assert ours.intercept_ == pytest.approx(theirs.intercept_)
    assert ours.loss_curve_[-1] == pytest.approx(0.5 * np.mean((y - ours.predict(X)) ** 2), rel=1e-6)


@pytest.mark.parametrize("optimizer", [GradientDescent(learning_rate=0.2), Momentum(), Nesterov(), Adam()])
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_l1_gives_scikit_learns_lasso_and_elastic_net_zeros_included(optimizer, l2):
    X, y = scaled(load_diabetes)
    options = EXACT | {"optimizer": optimizer, "scheduler": Cosine()}
    ours = LinearRegressor(l1=5.0, l2=l2, epochs=4000, **options).fit(X, y)
    theirs = Lasso(alpha=5.0) if l2 == 0 else ElasticNet(alpha=5.0 + l2, l1_ratio=5.0 / (5.0 + l2))
    theirs.set_params(tol=1e-10).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-2)
    np.testing.assert_array_equal(ours.coef_ == 0, theirs.coef_ == 0)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_the_learning_rate_means_the_same_whatever_the_targets_unit(unit):
    X, y = scaled(load_diabetes)
    one = LinearRegressor(random_state=0).fit(X, y)
    other = LinearRegressor(random_state=0).fit(X, y * unit)
    np.testing.assert_allclose(other.coef_, one.coef_ * unit, rtol=1e-3)
    assert other.diverged_ is None


def test_a_constant_target_is_predicted_as_it_is():
    X, _ = scaled(load_diabetes)
    np.testing.assert_allclose(LinearRegressor(random_state=0).fit(X, np.full(len(X), 7.0)).predict(X), 7.0)


MODELS = [SoftmaxClassifier, LinearSVMClassifier, LinearRegressor]


@pytest.mark.parametrize("kind", MODELS)
def test_sparse_rows_give_the_model_of_the_dense_ones(kind):
    X, y = scaled(load_iris)
    X = np.where(np.abs(X) < 0.5, 0, X)
    dense, thin = kind(random_state=0).fit(X, y), kind(random_state=0).fit(sparse.csr_matrix(X), y)
    np.testing.assert_allclose(thin.coef_, dense.coef_, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(thin.predict(sparse.csr_array(X)), thin.predict(X), rtol=1e-6)


@pytest.mark.parametrize("kind", MODELS)
def test_the_same_seed_gives_the_same_bits_and_none_a_fresh_one(kind):
    X, y = scaled(load_iris)
    first, second = kind(random_state=3).fit(X, y), kind(random_state=3).fit(X, y)
    np.testing.assert_array_equal(first.coef_, second.coef_)
    assert first.loss_curve_ == second.loss_curve_
    assert (kind().fit(X, y).coef_ != kind().fit(X, y).coef_).any()


@pytest.mark.fault("F25", "F88")
@pytest.mark.parametrize("kind", MODELS)
def test_a_diverging_training_ends_with_a_finite_model_that_says_so(kind):
    X, y = scaled(load_iris)
    model = kind(optimizer=StochasticGradientDescent(learning_rate=1e6), random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"diverged at step \d+ with learning rate 1e\+06"):
        model.fit(X, y)
    assert model.diverged_["learning_rate"] == 1e6
    assert np.isfinite(model.coef_).all()
    assert len(model.predict(X)) == len(X)
    assert model.n_iter_ == len(model.loss_curve_) < 30
    assert np.isfinite(model.loss_curve_).all()


@pytest.mark.fault("F81")
@pytest.mark.parametrize("kind", [SoftmaxClassifier, LinearSVMClassifier])
def test_one_class_is_an_error_that_counts_it(kind):
    with pytest.raises(DataError, match=r"All 4 training rows are of one class, 'a'") as caught:
        kind().fit(np.eye(4), np.array(["a"] * 4, dtype=object))
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("weights", [np.ones(3), -np.ones(4), np.zeros(4), np.full(4, np.nan)])
def test_sample_weights_that_cannot_be_used_are_an_error(weights):
    with pytest.raises(DataError, match="sample_weight has shape"):
        SoftmaxClassifier().fit(np.eye(4), [0, 1, 0, 1], sample_weight=weights)


@pytest.mark.parametrize("kind", MODELS)
def test_a_clone_has_the_same_components_and_is_not_fitted(kind):
    X, y = scaled(load_iris)
    model = kind(optimizer=Adam(learning_rate=0.02), scheduler=Cosine(), random_state=0).fit(X, y)
    copy = clone(model)
    assert copy.optimizer == Adam(learning_rate=0.02)
    assert copy.scheduler == Cosine()
    assert not hasattr(copy, "coef_")
    np.testing.assert_array_equal(copy.fit(X, y).coef_, model.coef_)


@pytest.mark.parametrize("kind", MODELS)
def test_a_fitted_model_survives_skops(kind):
    X, y = scaled(load_iris)
    model = kind(optimizer=Adam(), scheduler=Cosine(), random_state=0).fit(X, y)
    dumped = skops.io.dumps(model)
    types = skops.io.get_untrusted_types(data=dumped)
    assert set(types) == {
        f"runner_builtin.models.linear_models.{kind.__name__}",
        "runner_builtin.training.optimizers.Adam",
        "runner_builtin.training.schedulers.Cosine",
    }
    loaded = skops.io.loads(dumped, trusted=types)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.loss_curve_ == model.loss_curve_
    assert loaded.optimizer == Adam()


def test_the_curves_have_one_number_an_epoch_and_follow_the_schedule():
    X, y = scaled(load_iris)
    model = SoftmaxClassifier(optimizer=Adam(learning_rate=0.1), scheduler=Exponential(), epochs=4, random_state=0)
    model.fit(X, y)
    assert len(model.loss_curve_) == len(model.learning_rate_curve_) == model.n_iter_ == 4
    assert model.learning_rate_curve_[0] == 0.1
    assert model.learning_rate_curve_ == sorted(model.learning_rate_curve_, reverse=True)
    assert model.loss_curve_ == sorted(model.loss_curve_, reverse=True)


def test_the_data_are_left_as_they_were():
    X, y = scaled(load_iris)
    before = X.copy(), y.copy()
    for kind in MODELS:
        kind().fit(X, y)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])


def test_labels_may_be_texts():
    X, y = scaled(load_iris)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = SoftmaxClassifier(random_state=0).fit(X, names)
    assert model.score(X, names) > 0.9
    assert set(model.predict(X)) == set(names)


def test_huber_reaches_the_least_of_its_objective():
    X, y = scaled(load_diabetes)
    model = LinearRegressor(loss="huber", threshold=0.5, l2=0.01, optimizer=LBFGS(), epochs=500, dtype="float64").fit(
        X, y
    )
    middle = np.sort(y)[len(y) // 2 - 1]
    border = 0.5 * 1.4826 * np.sort(np.abs(y - middle))[len(y) // 2 - 1]

    def slopes(coef, intercept):
        errors = np.clip(X @ coef + intercept - y, -border, border)
        return np.append(X.T @ errors / len(y) + 0.01 * coef, errors.mean())

    np.testing.assert_allclose(slopes(model.coef_, model.intercept_), 0, atol=1e-3)


def test_huber_is_not_bent_by_outliers():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 2))
    y = X @ [3.0, -2.0] + 10 + 0.1 * rng.standard_normal(300)
    y[:30] += 500
    options = {"epochs": 100, "l2": 0.0, "optimizer": Nesterov(), "scheduler": Cosine(), "random_state": 0}
    robust = LinearRegressor(loss="huber", threshold=0.2, **options).fit(X, y)
    bent = LinearRegressor(**options).fit(X, y)
    np.testing.assert_allclose(robust.coef_, [3, -2], atol=0.1)
    assert abs(bent.intercept_ - 10) > 20 > 1 > abs(robust.intercept_ - 10)


def test_several_targets_are_the_ridges_of_each():
    X, y = scaled(load_diabetes)
    both = np.column_stack([y, -3 * y + X[:, 0]])
    options = {"l2": 0.01, "epochs": 3000} | EXACT | {"optimizer": Nesterov(learning_rate=0.2)}
    ours = LinearRegressor(**options).fit(X, both)
    theirs = Ridge(alpha=0.01 * len(X)).fit(X, both)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-4)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)
    assert LinearRegressor(random_state=0).fit(X, both[:, :1]).predict(X).shape == (len(X), 1)


def test_the_perceptron_finds_a_line_between_classes_that_have_one():
    X, y = scaled(load_iris)
    model = LinearSVMClassifier(loss="perceptron", l2=0.0, epochs=20, random_state=0).fit(X, y == 0)
    assert model.score(X, y == 0) == 1
