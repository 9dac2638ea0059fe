import warnings

import numpy as np
import pytest
import skops.io
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from runner.errors import ConfigError
from runner_builtin.models.linear_models import LinearRegressor, LinearSVMClassifier, SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier, MLPRegressor
from runner_builtin.training.checkpoints import Checkpoint
from runner_builtin.training.lbfgs import LBFGS
from runner_builtin.training.optimizers import Adam, GradientDescent, Lion, Momentum, StochasticGradientDescent
from runner_builtin.training.schedulers import Cosine, ReduceOnPlateau

MODELS = [SoftmaxClassifier, LinearSVMClassifier, LinearRegressor, MLPClassifier, MLPRegressor]


def problem(kind):
    X, y = (load_iris if is_classifier(kind()) else load_diabetes)(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def small(kind, **options):
    hidden = {"hidden": (8,)} if kind in (MLPClassifier, MLPRegressor) else {}
    return kind(random_state=0, **hidden, **{"epochs": 6} | options)


def numbers(model):
    if hasattr(model, "params_"):
        return np.concatenate([param.ravel() for param in model.params_.values()])
    return np.append(np.ravel(model.coef_), model.intercept_)


# --- validation and patience -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MODELS)
def test_validation_tells_a_curve_and_patience_goes_back_to_its_lowest_point(kind):
    X, y = problem(kind)
    y = np.random.default_rng(0).permutation(y)
    watched = small(kind, optimizer=Adam(learning_rate=0.3), validation_share=0.3, epochs=25).fit(X, y)
    assert len(watched.validation_curve_) == 25
    assert watched.best_epoch_ == 24
    stopped = clone(watched).set_params(patience=2).fit(X, y)
    assert stopped.n_iter_ == len(stopped.validation_curve_) < 25
    assert stopped.best_epoch_ == np.argmin(stopped.validation_curve_) == stopped.n_iter_ - 3
    np.testing.assert_allclose(stopped.validation_curve_, watched.validation_curve_[: stopped.n_iter_])
    at_best = clone(watched).set_params(epochs=stopped.best_epoch_ + 1).fit(X, y)
    np.testing.assert_array_equal(numbers(stopped), numbers(at_best))


def test_validation_rows_are_taken_evenly_from_the_classes():
    y = np.repeat([0, 1, 2], [100, 40, 10])
    held = SoftmaxClassifier(validation_share=0.2)._put_aside(150, 7, y)
    assert np.bincount(y[held]).tolist() == [20, 8, 2]
    assert held.tolist() != SoftmaxClassifier(validation_share=0.2)._put_aside(150, 8, y).tolist()


@pytest.mark.parametrize("kind", MODELS)
def test_patience_without_validation_is_an_error(kind):
    with pytest.raises(ConfigError, match=r"Set model\.validation_share"):
        small(kind, patience=3).fit(*problem(kind))


def test_a_validation_share_that_leaves_no_row_is_an_error():
    with pytest.raises(ValueError, match="puts 2 of 2 training rows aside"):
        small(LinearRegressor, validation_share=0.9).fit(np.eye(2), [1.0, 2.0])


def test_a_plateau_is_judged_on_the_validation_rows():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((100, 30)), rng.integers(0, 2, 100)
    options = {"optimizer": Adam(), "scheduler": ReduceOnPlateau(patience=1), "epochs": 20}
    alone = small(SoftmaxClassifier, **options).fit(X, y)
    watched = small(SoftmaxClassifier, validation_share=0.3, **options).fit(X, y)
    assert watched.learning_rate_curve_[-1] < alone.learning_rate_curve_[-1]


# --- learning_rate=auto ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MODELS)
def test_auto_chooses_a_rate_tells_it_and_trains_with_it(kind):
    X, y = problem(kind)
    model = small(kind, optimizer=Momentum(learning_rate="auto"), epochs=20).fit(X, y)
    assert model.learning_rate_ in model.range_test_["learning_rates"]
    assert len(model.range_test_["losses"]) == len(model.range_test_["learning_rates"])
    assert model.learning_rate_curve_[0] == model.learning_rate_
    assert model.optimizer.learning_rate == "auto"
    assert model.diverged_ is None
    same = clone(model).set_params(optimizer=Momentum(learning_rate=model.learning_rate_)).fit(X, y)
    np.testing.assert_array_equal(numbers(same), numbers(model))
    assert same.range_test_ is None


def test_auto_brings_a_bad_unit_of_the_columns_to_a_good_score():
    X, y = load_digits(return_X_y=True)
    model = SoftmaxClassifier(optimizer=Adam(learning_rate="auto"), scheduler=Cosine(), epochs=5, random_state=0)
    for unit in (10.0, 0.05):
        assert model.fit(X * unit, y).score(X * unit, y) > 0.93


# --- partial_fit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", [Momentum(), Adam(learning_rate="auto"), GradientDescent()])
@pytest.mark.parametrize("kind", MODELS)
def test_as_many_partial_fits_as_epochs_are_the_fit_to_the_bit(kind, optimizer):
    X, y = problem(kind)
    whole = small(kind, optimizer=optimizer, scheduler=Cosine(warmup=0.2), averaging=0.5).fit(X, y)
    parts = clone(whole)
    for epoch in range(6):
        parts.partial_fit(X, y)
        assert parts.n_iter_ == epoch + 1
    np.testing.assert_array_equal(numbers(parts), numbers(whole))
    assert parts.loss_curve_ == whole.loss_curve_
    assert parts.learning_rate_curve_ == whole.learning_rate_curve_


def test_the_schedule_goes_on_over_parts_of_other_sizes_and_rests_at_its_end():
    X, y = problem(SoftmaxClassifier)
    model = SoftmaxClassifier(scheduler=Cosine(end_factor=0.1), epochs=2, batch_size=50, random_state=0)
    model.partial_fit(X, y)
    model.partial_fit(X[::2], y[::2])
    for _ in range(3):
        model.partial_fit(X, y)
    steps = Cosine(end_factor=0.1).factor(np.array([0, 3, 5, 5, 5]), 6)
    np.testing.assert_allclose(model.learning_rate_curve_, 0.05 * steps)


def test_classes_of_later_parts_are_told_in_the_first_call():
    X, y = problem(SoftmaxClassifier)
    model = SoftmaxClassifier(random_state=0).partial_fit(X[:100], y[:100], classes=[0, 1, 2])
    assert model.partial_fit(X[100:], y[100:]).predict_proba(X).shape == (150, 3)
    with pytest.raises(ValueError, match=r"Label 2 is none of the classes of the first call, \[0, 1\]"):
        SoftmaxClassifier(random_state=0).partial_fit(X[:100], y[:100]).partial_fit(X, y)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"validation_share": 0.2}, "validation_share"),
        ({"optimizer": LBFGS()}, "LBFGS"),
        ({"checkpoint": "x"}, "check"),
    ],
)
def test_what_needs_a_whole_training_has_no_partial_fit(options, word):
    model = SoftmaxClassifier(**options)
    assert not hasattr(model, "partial_fit")
    with pytest.raises(AttributeError) as caught:
        model.partial_fit(np.eye(2), [0, 1])
    assert word in str(caught.value.__cause__)


def test_a_diverged_training_is_not_continued():
    X, y = problem(SoftmaxClassifier)
    model = SoftmaxClassifier(optimizer=StochasticGradientDescent(learning_rate=1e6), random_state=0)
    for _ in range(2):
        with pytest.warns(ConvergenceWarning, match="diverged at step"):
            model.partial_fit(X, y)
    assert model.n_iter_ == 0
    assert np.isfinite(model.coef_).all()


def test_fit_begins_anew_after_partial_fits():
    X, y = problem(SoftmaxClassifier)
    model = small(SoftmaxClassifier).partial_fit(X, y).fit(X, y)
    np.testing.assert_array_equal(model.coef_, small(SoftmaxClassifier).fit(X, y).coef_)
    assert not hasattr(model, "training_state_")


# --- checkpoints -------------------------------------------------------------------------------------------


class _Crash(Exception):
    """The process ends here."""


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_that_was_interrupted_is_resumed_to_the_same_bits(kind, tmp_path, monkeypatch):
    X, y = problem(kind)
    model = small(kind, optimizer=Adam(), scheduler=Cosine(), checkpoint=str(tmp_path), validation_share=0.2)
    calm = clone(model).set_params(checkpoint=None).fit(X, y)
    save, saved = Checkpoint.save, []

    def save_three_and_crash(self, snapshot):
        self._pause = 0
        save(self, snapshot)
        saved.append(snapshot)
        if len(saved) == 3:
            raise _Crash

    monkeypatch.setattr(Checkpoint, "save", save_three_and_crash)
    with pytest.raises(_Crash):
        clone(model).fit(X, y)
    assert len(list(tmp_path.iterdir())) == 1
    resumed = clone(model).fit(X, y)
    np.testing.assert_array_equal(numbers(resumed), numbers(calm))
    assert resumed.loss_curve_ == calm.loss_curve_
    assert len(saved) == 6
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_without_a_seed_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="random_state None cannot be resumed"):
        SoftmaxClassifier(checkpoint=str(tmp_path)).fit(*problem(SoftmaxClassifier))


# --- citizens of scikit-learn ------------------------------------------------------------------------------


def test_a_grid_may_reach_into_the_optimizer_and_the_scheduler():
    X, y = problem(SoftmaxClassifier)
    optimizer = Adam()
    model = SoftmaxClassifier(optimizer=optimizer, scheduler=Cosine(), epochs=20, random_state=0)
    grid = {
        "softmaxclassifier__optimizer__learning_rate": [1e-4, 0.1],
        "softmaxclassifier__scheduler__warmup": [0, 0.2],
        "softmaxclassifier__l2": [1e-4, 1e-2],
    }
    search = GridSearchCV(make_pipeline(StandardScaler(), model), grid, cv=3).fit(X, y)
    assert search.best_params_["softmaxclassifier__optimizer__learning_rate"] == 0.1
    assert search.best_score_ > 0.9
    assert optimizer == Adam()


@pytest.mark.parametrize("kind", MODELS)
def test_models_are_cross_validated_with_components(kind):
    X, y = problem(kind)
    model = small(kind, optimizer=Lion(learning_rate=0.01), scheduler=Cosine(warmup=3), epochs=30, averaging=0.9)
    assert cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=3).mean() > 0.25


def test_set_params_changes_a_copy_of_the_component():
    optimizer = Adam()
    model = SoftmaxClassifier(optimizer=optimizer).set_params(optimizer__beta1=0.5, l2=0.3)
    assert (model.optimizer.beta1, optimizer.beta1, model.l2) == (0.5, 0.9, 0.3)
    assert model.get_params()["optimizer__beta1"] == 0.5
    assert "optimizer__beta1" not in model.get_params(deep=False)


@pytest.mark.parametrize("name", ["optimizer__nope", "scheduler__warmup", "model__l2", "nope"])
def test_an_option_that_is_not_there_is_an_error(name):
    with pytest.raises(ValueError, match="Invalid parameter"):
        SoftmaxClassifier(optimizer=Adam()).set_params(**{name: 1})


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("partly", [False, True])
def test_a_network_survives_skops(kind, partly):
    X, y = problem(kind)
    model = small(kind, optimizer=Adam())
    model = model.partial_fit(X, y) if partly else model.fit(X, y)
    dumped = skops.io.dumps(model)
    types = skops.io.get_untrusted_types(data=dumped)
    assert set(types) == {
        f"runner_builtin.models.mlp_models.{kind.__name__}",
        "runner_builtin.training.optimizers.Adam",
    }
    loaded = skops.io.loads(dumped, trusted=types)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    if partly:
        np.testing.assert_array_equal(numbers(loaded.partial_fit(X, y)), numbers(model.partial_fit(X, y)))


@pytest.mark.fault("F25", "F88")
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_diverging_network_ends_with_finite_parameters_and_says_so(kind):
    X, y = problem(kind)
    model = small(kind, optimizer=StochasticGradientDescent(learning_rate=1e9))
    with pytest.warns(ConvergenceWarning, match=r"diverged at step \d+ with learning rate 1e\+09"):
        model.fit(X, y)
    assert np.isfinite(numbers(model)).all()
    assert model.diverged_["learning_rate"] == 1e9


@pytest.mark.parametrize("kind", MODELS)
def test_every_option_of_training_leaves_dense_and_sparse_rows_alike(kind):
    X, y = problem(kind)
    X = np.where(np.abs(X) < 0.5, 0, X)
    model = small(kind, clip_norm=0.5, averaging=0.9, validation_share=0.2, patience=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dense, thin = clone(model).fit(X, y), clone(model).fit(sparse.csr_matrix(X), y)
    np.testing.assert_allclose(numbers(thin), numbers(dense), rtol=1e-3, atol=1e-4 * np.abs(numbers(dense)).max())
