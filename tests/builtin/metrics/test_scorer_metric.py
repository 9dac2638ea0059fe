import numpy as np
import pytest
from sklearn import metrics
from sklearn.linear_model import LinearRegression, LogisticRegression

from runner.data import Prediction
from runner.errors import ConfigError, DataError
from runner_builtin.metrics.scorer_metric import Scorer
from tests.builtin.metrics.metric_cases import classification, regression

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
TWO, THREE = (X[:, 0] > 0).astype(int), np.argmax(X, axis=1)
VALUES = np.exp(X[:, 1])

#: Scorers that compare clusterings, rows of several labels, or ask for what no holdout of this size has.
NO_SCORES = {name for name in metrics.get_scorer_names() if name.endswith("_samples") or "likelihood_ratio" in name}
CLUSTERINGS = {"mutual_info_score", "rand_score", "v_measure_score", "completeness_score", "homogeneity_score"} | {
    name for name in metrics.get_scorer_names() if name.startswith(("adjusted_", "fowlkes", "normalized_"))
}
OF_VALUES = {
    name
    for name in metrics.get_scorer_names()
    if name in ("r2", "explained_variance", "d2_absolute_error_score", "neg_max_error", "max_error")
    or name.endswith(("_error", "_deviance"))
}
OF_TWO = {"average_precision", "f1", "jaccard", "neg_brier_score", "precision", "recall", "roc_auc"}
OF_CLASSES = set(metrics.get_scorer_names()) - OF_VALUES - CLUSTERINGS - NO_SCORES


def said_by(model):
    """Collect all that a fitted model says of the rows."""
    if not hasattr(model, "classes_"):
        return Prediction(model.predict(X))
    return Prediction(model.predict(X), model.classes_, model.predict_proba(X), model.decision_function(X))


@pytest.mark.parametrize("name", sorted(OF_CLASSES))
def test_every_scorer_of_classes_is_scikit_learns(name):
    for target in (TWO,) if name in OF_TWO else (TWO, THREE):
        options = {"k": 1} if name == "top_k_accuracy" else None
        model = LogisticRegression().fit(X, target)
        scorer = metrics.get_scorer(name)
        expected = metrics.accuracy_score(target, model.predict(X)) if options else scorer(model, X, target)
        metric = Scorer(name=name, options=options)
        assert metric.score(target, said_by(model)) == pytest.approx(expected, rel=0, abs=0)
        assert (metric.direction, metric.task) == ("maximize", "classification")


@pytest.mark.parametrize("name", sorted(OF_VALUES))
def test_every_scorer_of_values_is_scikit_learns(name):
    model = LinearRegression().fit(X, np.zeros(80) + VALUES)
    model.intercept_ += 10  # above 0, as deviances and logarithms ask for
    metric = Scorer(name=name)
    assert metric.score(VALUES, said_by(model)) == metrics.get_scorer(name)(model, X, VALUES)
    assert (metric.direction, metric.needs, metric.task) == ("maximize", "values", "regression")


@pytest.mark.parametrize("name", sorted(CLUSTERINGS))
def test_a_scorer_of_clusterings_is_none_of_predictions(name):
    with pytest.raises(ConfigError, match=rf"name: '{name}' takes \(labels_true, labels_pred\) and not the truth"):
        _ = Scorer(name=name).direction


@pytest.mark.parametrize(
    ("name", "direction", "needs"),
    [
        ("hamming_loss", "minimize", "labels"),
        ("jaccard_score", "maximize", "labels"),
        ("zero_one_loss", "minimize", "labels"),
        ("hinge_loss", "minimize", "scores"),
        ("log_loss", "minimize", "probabilities"),
        ("average_precision_score", "maximize", "scores"),
        ("mean_squared_log_error", "minimize", "values"),
        ("mean_tweedie_deviance", "minimize", "values"),
        ("d2_pinball_score", "maximize", "values"),
    ],
)
def test_a_functions_direction_is_in_its_name_and_its_needs_in_its_parameters(name, direction, needs):
    metric = Scorer(name=name)
    assert (metric.direction, metric.needs) == (direction, needs)
    assert metric.task == ("regression" if needs == "values" else "classification")


def test_a_function_gives_its_own_value_and_takes_options():
    truth, said = classification(2, 3)
    assert Scorer(name="hamming_loss").score(truth, said) == metrics.hamming_loss(truth, said.labels)
    ours = Scorer(name="jaccard_score", options={"average": "macro"}).score(truth, said)
    assert ours == metrics.jaccard_score(truth, said.labels, average="macro")
    values, guessed = regression(2)
    ours = Scorer(name="d2_pinball_score", options={"alpha": 0.9}).score(values, guessed)
    assert ours == metrics.d2_pinball_score(values, guessed.labels, alpha=0.9)


def test_options_go_before_those_a_scorer_has_already():
    truth, said = classification(0, 2)
    known = said.classes[0].item()
    ours = Scorer(name="jaccard", options={"pos_label": known}).score(truth, said)
    assert ours == metrics.jaccard_score(truth, said.labels, pos_label=known)
    many, said = classification(2, 3)
    ours = Scorer(name="f1_macro", options={"average": "micro"}).score(many, said)
    assert ours == metrics.f1_score(many, said.labels, average="micro")


def test_rows_that_scikit_learn_refuses_are_an_error_in_its_words():
    truth, said = classification(0, 2)
    with pytest.raises(DataError, match=r"scikit-learn's 'jaccard' refuses these \d+ test rows: pos_label=1 is not"):
        Scorer(name="jaccard").score(truth, said)


def test_a_score_of_rows_with_several_labels_has_no_place_here():
    truth, said = classification(1, 3)
    with pytest.raises(DataError, match=r"'f1_samples' refuses .* multilabel"):
        Scorer(name="f1_samples").score(truth, said)


def test_a_scorer_of_decisions_does_not_take_probabilities():
    truth, said = classification(1, 3)
    only = Prediction(said.labels, said.classes, said.probabilities)
    with pytest.raises(ConfigError, match="'hinge_loss' needs a decision function, and the model has none"):
        Scorer(name="hinge_loss").score(truth, only)


def test_a_name_that_scikit_learn_does_not_have_is_an_error_with_the_nearest():
    with pytest.raises(ConfigError, match=r"'f1_makro' is neither a scorer nor a score .* Did you mean 'f1_macro'"):
        _ = Scorer(name="f1_makro").task


@pytest.mark.parametrize("name", ["confusion_matrix", "make_scorer", "__class__"])
def test_what_is_no_score_is_refused(name):
    with pytest.raises(ConfigError, match=f"name: '{name}' is neither a scorer nor a score"):
        _ = Scorer(name=name).needs


def test_a_score_that_takes_no_prediction_is_refused():
    with pytest.raises(ConfigError, match=r"'silhouette_score' takes \(X, labels\) and not"):
        _ = Scorer(name="silhouette_score").needs


def test_an_option_that_the_function_does_not_have_is_an_error_with_those_it_has():
    with pytest.raises(ConfigError, match=r"options: 'averag' is no option of 'jaccard_score'; .* mean 'average'"):
        _ = Scorer(name="jaccard_score", options={"averag": "macro"}).direction


@pytest.mark.fault("F25")
def test_values_that_are_no_numbers_are_an_error():
    with pytest.raises(DataError, match="metric 'r2': the truth of 1 of 2 rows is NaN or infinite"):
        Scorer(name="r2").score(np.array([1.0, np.nan]), Prediction(np.ones(2)))
