"""A tuned threshold is the best on rows that the model had not seen, and better than one half on new ones."""

from __future__ import annotations

import numpy as np
import pytest
import skops.io
from sklearn.datasets import make_classification
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import balanced_accuracy_score, fbeta_score
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

import runner
from runner.errors import ConfigError, DataError
from runner.record import layout, strict_json
from runner_builtin.exporters.trusted_types import TRUSTED_TYPES
from runner_builtin.models.thresholds import TunedThreshold

TRUSTED = [*TRUSTED_TYPES, "runner_builtin.models.thresholds.TunedThreshold"]


def rare(rows=3000, names=("ham", "spam")):
    """One row of ten is of the second class."""
    X, y = make_classification(rows, 6, n_informative=3, weights=[0.9], class_sep=0.6, random_state=0)
    labels = np.array(names)[y]
    return X[::2], labels[::2], X[1::2], labels[1::2]


@pytest.mark.parametrize("model", [LogisticRegression(), LinearSVC()])
def test_the_threshold_is_the_best_on_rows_the_model_had_not_seen(model):
    X, y, *_ = rare()
    fitted = TunedThreshold(model=model, metric="f_beta", folds=4, random_state=3).fit(X, y)
    method = "predict_proba" if hasattr(model, "predict_proba") else "decision_function"
    folds = StratifiedKFold(4, shuffle=True, random_state=3)
    unseen = cross_val_predict(model, X, y, cv=folds, method=method)
    scores = unseen[:, 1] if unseen.ndim == 2 else unseen
    reached = [fbeta_score(y == "spam", scores >= one, beta=1) for one in np.append(np.unique(scores), np.inf)]
    assert fitted.reached_ == pytest.approx(max(reached))
    assert fbeta_score(y == "spam", scores >= fitted.threshold_, beta=1) == pytest.approx(max(reached))


def test_it_does_better_on_new_rows_than_one_half():
    X, y, new, truth = rare()
    usual = LogisticRegression().fit(X, y)
    tuned = TunedThreshold(model=LogisticRegression(), metric="balanced_accuracy", random_state=0).fit(X, y)
    scored = [balanced_accuracy_score(truth, model.predict(new)) for model in (usual, tuned)]
    assert scored[1] > scored[0] + 0.05
    assert tuned.threshold_ < 0.3


def test_it_agrees_with_scikit_learns_tuning():
    X, y, *_ = rare()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    theirs = TunedThresholdClassifierCV(LogisticRegression(), scoring="balanced_accuracy", cv=folds).fit(X, y)
    ours = TunedThreshold(model=LogisticRegression(), random_state=0).fit(X, y)
    assert ours.threshold_ == pytest.approx(theirs.best_threshold_, abs=0.05)
    assert ours.reached_ == pytest.approx(theirs.best_score_, abs=0.01)


@pytest.mark.parametrize("model", [LogisticRegression(), LinearSVC()])
@pytest.mark.parametrize("positive", ["ham", "spam"])
def test_labels_follow_the_threshold_and_the_decision_crosses_zero_there(model, positive):
    X, y, new, _ = rare()
    fitted = TunedThreshold(model=model, positive=positive, random_state=0).fit(X, y)
    assert set(fitted.predict(new)) == {"ham", "spam"}
    assert np.array_equal(fitted.predict(new) == "spam", fitted.decision_function(new) > 0)
    assert hasattr(fitted, "predict_proba") == hasattr(model, "predict_proba")


def test_probabilities_are_the_models_own():
    X, y, new, _ = rare()
    fitted = TunedThreshold(model=LogisticRegression()).fit(X, y)
    np.testing.assert_array_equal(fitted.predict_proba(new), LogisticRegression().fit(X, y).predict_proba(new))


@pytest.mark.parametrize("names", [(0, 1), (False, True), (1.0, 2.0), ("no", "yes")])
def test_labels_keep_their_type(names):
    X, y, new, _ = rare(400, names)
    fitted = TunedThreshold(model=GaussianNB(), positive=names[0]).fit(X, y)
    assert fitted.predict(new).dtype == y.dtype


def test_it_comes_back_from_a_safe_file():
    X, y, new, _ = rare(400)
    fitted = TunedThreshold(model=LogisticRegression(), random_state=0).fit(X, y)
    arrived = skops.io.loads(skops.io.dumps(fitted), trusted=TRUSTED)
    assert arrived.threshold_ == fitted.threshold_
    np.testing.assert_array_equal(arrived.predict(new), fitted.predict(new))


@pytest.mark.parametrize(
    ("labels", "positive", "message"),
    [
        (["a", "b", "c"] * 10, None, "a threshold parts two classes, and the training rows have 3"),
        (["a", "b"] * 15, "c", r"positive is 'c', and the classes are \['a', 'b'\]"),
        (["a"] * 27 + ["b"] * 3, None, "class 'b' has 3 training rows, too few for 5 folds"),
    ],
)
def test_rows_that_no_threshold_parts_are_refused(labels, positive, message):
    with pytest.raises(DataError, match=message):
        TunedThreshold(model=GaussianNB(), positive=positive).fit(np.arange(30.0).reshape(-1, 1), np.array(labels))


def test_a_model_of_values_is_refused():
    with pytest.raises(ConfigError, match="goes around a classifier, found LinearRegression"):
        TunedThreshold(model=LinearRegression()).fit(np.zeros((20, 1)), np.arange(20) % 2)


ANOTHER_ERROR = "rows that cannot be learned from are a DataError, which tells the user what to do, and no ValueError"
NOT_THE_LIKELIEST = "the label follows the threshold, and not the larger probability"
EXPECTED_FAILURES = {
    "check_estimators_empty_data_messages": ANOTHER_ERROR,
    "check_classifiers_one_label": ANOTHER_ERROR,
    "check_classifier_multioutput": ANOTHER_ERROR,
    "check_classifier_not_supporting_multiclass": ANOTHER_ERROR,
    "check_fit2d_1sample": ANOTHER_ERROR,
    "check_classifiers_train": NOT_THE_LIKELIEST,
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(
    [TunedThreshold(model=LogisticRegression(), folds=2)], expected_failed_checks=lambda _: EXPECTED_FAILURES
)
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


def test_a_run_keeps_the_threshold_that_was_chosen_and_the_curve_that_it_was_chosen_by(tmp_path):
    outcome = runner.run(
        {
            "source": {
                "use": "generated", "make": "classification", "n_samples": 300, "options": {"weights": [0.8]},
                "random_state": 0,
            },
            "splitter": {"use": "stratified_kfold", "folds": 2},
            "model": {
                "use": "tuned_threshold", "model": {"use": "LogisticRegression"}, "metric": "f_beta", "positive": 1,
            },
            "metrics": ["f1"],
        },
        outputs=tmp_path,
    )  # fmt: skip
    told = strict_json.read(outcome.path / layout.THRESHOLDS)
    assert list(told) == ["fold 1", "fold 2", "refit"]
    shipped = runner.load(outcome.path).pipeline.steps[-1][1]
    curve = told["refit"]
    assert (curve["threshold"], curve["reached"]) == (shipped.threshold_, shipped.reached_)
    assert (curve["metric"], curve["positive"]) == ("f_beta", 1)
    assert curve["thresholds"] == sorted(curve["thresholds"])
    assert len(curve["thresholds"]) == len(curve["values"]) <= 200
    assert max(curve["values"]) <= curve["reached"] <= max(curve["values"]) + 0.05
    assert (outcome.path / layout.FIGURES / "thresholds.svg").is_file()
    notes = [step.note for step in outcome.steps if step.step == "train/tuned_threshold"]
    assert notes[0] is not None
    assert notes[0].startswith("threshold 0.")
    assert "chosen, where f_beta was 0." in notes[0]
