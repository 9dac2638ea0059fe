import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier

from runner_builtin.models.sgd_together import SGDTogether

TYPES = {"float64": np.float64, "float32": np.float32}


@pytest.fixture
def begin():
    pytest.importorskip("numba")
    return SGDTogether().begin


def table(n_classes, *, sparse, n_rows=200, n_columns=30, dtype=np.float64):
    rng = np.random.default_rng(n_classes)
    X = rng.standard_normal((n_rows, n_columns))
    if sparse:
        X *= rng.random(X.shape) < 0.2
    y = np.argmax(X @ rng.standard_normal((n_columns, n_classes)) + rng.standard_normal((n_rows, n_classes)), axis=1)
    X = X.astype(dtype)
    return (csr_matrix(X) if sparse else X), np.array([f"class {label}" for label in range(n_classes)])[y]


def drawn_models(count, seed):
    """Models of all losses, penalties and schedules, that stop at different epochs."""
    rng = np.random.default_rng(seed)

    def one(*values):
        return values[rng.integers(len(values))]

    return [
        SGDClassifier(
            loss=one("hinge", "log_loss", "modified_huber", "perceptron", "squared_hinge"),
            penalty=one(None, "l2", "l1", "elasticnet"),
            alpha=10 ** rng.uniform(-6, -1),
            l1_ratio=rng.random(),
            learning_rate=one("optimal", "constant", "invscaling", "adaptive"),
            eta0=10 ** rng.uniform(-3, 0),
            power_t=one(0.25, 0.5, 0.9),
            fit_intercept=one(True, False),
            max_iter=int(rng.integers(1, 30)),
            tol=one(None, 1e-3, 1e-2, 0.0),
            n_iter_no_change=int(rng.integers(1, 6)),
            class_weight=one(None, "balanced", {"class 0": 2.5}),
            random_state=3,
        )
        for _ in range(count)
    ]


def alone(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return clone(model).fit(X, y)


def as_of_now(course, position):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return course.fitted(position)


def assert_same(fitted, expected, X, rtol=1e-10):
    np.testing.assert_allclose(fitted.coef_, expected.coef_, rtol=rtol, atol=rtol * np.abs(expected.coef_).max())
    np.testing.assert_allclose(fitted.intercept_, expected.intercept_, rtol=rtol, atol=rtol)
    assert (fitted.n_iter_, fitted.t_, fitted.n_features_in_) == (
        expected.n_iter_,
        expected.t_,
        expected.n_features_in_,
    )
    assert (fitted.coef_.dtype, fitted.intercept_.dtype) == (expected.coef_.dtype, expected.intercept_.dtype)
    assert fitted.coef_.shape == expected.coef_.shape
    assert list(fitted.classes_) == list(expected.classes_)
    assert list(fitted.predict(X)) == list(expected.predict(X))


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("dtype", TYPES)
def test_each_is_what_it_would_be_alone(begin, n_classes, sparse, dtype):
    X, y = table(n_classes, sparse=sparse, dtype=TYPES[dtype])
    models = drawn_models(48, seed=n_classes + 10 * sparse)
    assert len({SGDTogether().fusion_key(model) for model in models}) == 1
    course = begin(models, X, y, threads=2)
    course.advance(course.epochs)
    epochs = set()
    for position, model in enumerate(models):
        assert course.ended(position)
        fitted = as_of_now(course, position)
        epochs.add(fitted.n_iter_)
        assert_same(fitted, alone(model, X, y), X, rtol=1e-10 if dtype == "float64" else 1e-4)
    assert len(epochs) > 5


def test_pausing_changes_nothing(begin):
    X, y = table(3, sparse=True)
    models = drawn_models(30, seed=5)
    course, paused = begin(models, X, y, threads=1), begin(models, X, y, threads=2)
    course.advance(course.epochs)
    for until in (1, 2, 5, 5, 3, paused.epochs):
        paused.advance(until)
        as_of_now(paused, 0)
    for position in range(len(models)):
        one, other = as_of_now(course, position), as_of_now(paused, position)
        assert one.coef_.tobytes() == other.coef_.tobytes()
        assert one.intercept_.tobytes() == other.intercept_.tobytes()
        assert one.n_iter_ == other.n_iter_


@pytest.mark.parametrize("penalty", ["l2", "l1", "elasticnet"])
def test_as_of_an_epoch_it_is_what_so_many_epochs_alone_give(begin, penalty):
    X, y = table(3, sparse=False)
    models = [
        SGDClassifier(alpha=alpha, penalty=penalty, tol=None, max_iter=9, random_state=0) for alpha in (1e-4, 1e-2)
    ]
    course = begin(models, X, y, threads=1)
    course.advance(4)
    for position, model in enumerate(models):
        assert not course.ended(position)
        assert_same(course.fitted(position), alone(clone(model).set_params(max_iter=4), X, y), X)


def test_what_is_dropped_stays_as_it_was_and_the_others_go_on(begin):
    X, y = table(3, sparse=True)
    models = [SGDClassifier(alpha=10.0**-place, tol=None, max_iter=8, random_state=0) for place in range(2, 7)]
    course = begin(models, X, y, threads=2)
    course.advance(3)
    course.drop([0, 3])
    assert course.ended(0)
    assert not course.ended(1)
    course.advance(8)
    for position, model in enumerate(models):
        epochs = 3 if position in (0, 3) else 8
        assert_same(course.fitted(position), alone(clone(model).set_params(max_iter=epochs), X, y), X)


def test_one_that_overflows_fails_alone(begin):
    X, y = table(3, sparse=False)
    X *= 1e200
    wild = SGDClassifier(
        loss="squared_hinge", learning_rate="constant", eta0=1e120, tol=None, max_iter=5, random_state=0
    )
    calm = clone(wild).set_params(loss="hinge", eta0=1e-250)
    with pytest.raises(ValueError, match="under-/overflow occurred at epoch"):
        alone(wild, X, y)
    course = begin([wild, calm], X, y, threads=1)
    course.advance(5)
    assert course.ended(0)
    with pytest.raises(ValueError, match="under-/overflow occurred at epoch #1"):
        course.fitted(0)
    assert_same(course.fitted(1), alone(calm, X, y), X)


def test_class_weights_for_a_label_that_is_not_there_fail_alone(begin):
    X, y = table(3, sparse=False)
    good = SGDClassifier(tol=None, max_iter=2, random_state=0)
    course = begin([clone(good).set_params(class_weight={"no such": 2.0}), good], X, y, threads=1)
    course.advance(2)
    with pytest.raises(ValueError, match="not in class_weight"):
        course.fitted(0)
    assert_same(course.fitted(1), alone(good, X, y), X)


def test_weights_that_shrink_to_nothing_are_what_they_are_alone(begin):
    X, y = table(2, sparse=True)
    models = [
        SGDClassifier(learning_rate="constant", eta0=eta0, alpha=0.5, tol=None, max_iter=3, random_state=0)
        for eta0 in (0.5, 1.9, 2.0, 3.0)
    ]
    course = begin(models, X, y, threads=1)
    course.advance(3)
    for position, model in enumerate(models):
        assert_same(course.fitted(position), alone(model, X, y), X)


def test_rows_may_stay_in_their_order(begin):
    X, y = table(3, sparse=True)
    model = SGDClassifier(shuffle=False, tol=None, max_iter=3, random_state=0)
    course = begin([model], X, y, threads=1)
    course.advance(3)
    assert_same(course.fitted(0), alone(model, X, y), X)


def test_more_trials_than_stand_side_by_side_are_cut(begin):
    X, y = table(2, sparse=True, n_rows=60)
    models = [
        SGDClassifier(alpha=alpha, tol=None, max_iter=2, random_state=0) for alpha in np.geomspace(1e-6, 1, 150)
    ]
    course = begin(models, X, y, threads=2)
    course.advance(2)
    for position in (0, 63, 64, 149):
        assert_same(course.fitted(position), alone(models[position], X, y), X)


def test_names_of_columns_are_kept_and_whole_numbers_are_taken(begin):
    X, y = table(2, sparse=False)
    frame = pd.DataFrame((X * 10).astype(int), columns=[f"column {place}" for place in range(X.shape[1])])
    model = SGDClassifier(tol=None, max_iter=2, random_state=0)
    course = begin([model], frame, y, threads=1)
    course.advance(2)
    expected = alone(model, frame, y)
    assert list(course.fitted(0).feature_names_in_) == list(expected.feature_names_in_)
    assert_same(course.fitted(0), expected, frame)


def test_probabilities_and_further_training_work(begin):
    X, y = table(3, sparse=True)
    model = SGDClassifier(loss="log_loss", tol=None, max_iter=2, random_state=0)
    course = begin([model], X, y, threads=1)
    course.advance(2)
    fitted, expected = course.fitted(0), alone(model, X, y)
    np.testing.assert_allclose(fitted.predict_proba(X), expected.predict_proba(X))
    assert_same(fitted.partial_fit(X, y), expected.partial_fit(X, y), X)
    assert_same(course.fitted(0), alone(model, X, y), X)


def test_epochs_that_did_not_suffice_are_warned_of(begin):
    X, y = table(2, sparse=False)
    course = begin([SGDClassifier(max_iter=1, random_state=0)], X, y, threads=1)
    course.advance(1)
    with pytest.warns(ConvergenceWarning, match="made all of 1 epochs before it converged"):
        course.fitted(0)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.ones((3, 2)), ["a", "a", "a"], "greater than one; got 1 class"),
        (np.array([[1.0], [np.nan]]), ["a", "b"], "NaN"),
        (np.ones((3, 2)), ["a", "b"], "inconsistent"),
    ],
)
def test_data_that_none_can_learn_from_are_refused(begin, X, y, message):
    with pytest.raises(ValueError, match=message):
        begin([SGDClassifier(random_state=0)], X, y, threads=1)


ALONE = [
    {"average": True},
    {"early_stopping": True},
    {"warm_start": True},
    {"verbose": 1},
    {"random_state": None},
    {"random_state": np.random.RandomState(0)},
    {"loss": "huber"},
    {"learning_rate": "pa1"},
    {"alpha": 0.0},
    {"alpha": -1.0},
    {"learning_rate": "constant", "eta0": 0.0},
    {"penalty": "elasticnet", "l1_ratio": None},
    {"penalty": "elasticnet", "l1_ratio": 1.5},
    {"power_t": -1.0},
    {"max_iter": 0},
    {"tol": -1.0},
    {"n_iter_no_change": 2.5},
    {"alpha": "small"},
]


@pytest.mark.parametrize("options", ALONE, ids=lambda options: str(options).partition(" at ")[0])
def test_some_must_be_trained_alone(options):
    pytest.importorskip("numba")
    assert SGDTogether().fusion_key(SGDClassifier(random_state=0)) is not None
    assert SGDTogether().fusion_key(SGDClassifier(**{"random_state": 0, **options})) is None


def test_only_an_sgd_classifier_itself_has_a_key():
    class Other(SGDClassifier):
        pass

    assert SGDTogether().fusion_key(Other(random_state=0)) is None
    assert SGDTogether().fusion_key("hinge") is None


def test_trials_of_another_order_of_rows_have_another_key():
    pytest.importorskip("numba")
    models = [
        SGDClassifier(random_state=0),
        SGDClassifier(random_state=1),
        SGDClassifier(random_state=0, shuffle=False),
    ]
    assert len({SGDTogether().fusion_key(model) for model in models}) == 3


def test_without_numba_none_has_a_key(monkeypatch):
    monkeypatch.setattr("runner_builtin.models.sgd_together.find_spec", lambda name: None)
    assert SGDTogether().fusion_key(SGDClassifier(random_state=0)) is None
