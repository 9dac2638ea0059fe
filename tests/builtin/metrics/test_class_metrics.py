import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import ConfigError, DataError
from runner_builtin.metrics.class_metrics import F1, FBeta, Precision, Recall
from tests.builtin.metrics.metric_cases import SEEDS, classification


def fbeta_3(*arguments, **options):
    return metrics.fbeta_score(*arguments, beta=3.0, **options)


SCORES = [
    (Precision, metrics.precision_score),
    (Recall, metrics.recall_score),
    (F1, metrics.f1_score),
    (lambda **options: FBeta(beta=3.0, **options), fbeta_3),
]
IDS = ["precision", "recall", "f1", "fbeta"]
every = pytest.mark.parametrize(("metric", "theirs"), SCORES, ids=IDS)


@every
@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("complete", [True, False], ids=["all classes", "one absent"])
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_averages_are_scikit_learns(metric, theirs, average, complete, n_classes):
    for seed in SEEDS:
        truth, said = classification(seed, n_classes, complete=complete)
        expected = theirs(truth, said.labels, average=average, zero_division=0)
        assert metric(average=average).score(truth, said) == expected


@every
@pytest.mark.parametrize("average", ["auto", "binary"])
@pytest.mark.parametrize("positive", [None, 0, 1])
def test_two_classes_are_scored_by_the_positive_one(metric, theirs, average, positive):
    for seed in SEEDS:
        truth, said = classification(seed, 2)
        known = said.classes.tolist()
        ours = metric(average=average, positive=None if positive is None else known[positive])
        meant = known[1 if positive is None else positive]
        assert ours.score(truth, said) == theirs(truth, said.labels, pos_label=meant, zero_division=0)


@every
def test_auto_means_the_mean_over_more_than_two_classes(metric, theirs):
    truth, said = classification(2, 4)
    assert metric().score(truth, said) == theirs(truth, said.labels, average="macro", zero_division=0)


@every
def test_no_average_describes_every_class_that_the_model_knows(metric, theirs):
    truth, said = classification(4, 3, complete=False)
    scores = metric(average=None).score(truth, said)
    expected = theirs(truth, said.labels, labels=said.classes, average=None, zero_division=0)
    assert scores == expected.tolist()
    assert len(scores) == 3
    assert metric(average=None).direction is None
    assert metric().direction == "maximize"


@every
def test_a_positive_class_that_never_occurs_scores_zero_without_a_warning(metric, theirs):
    labels = np.array(["ham", "ham"])
    assert metric().score(labels, Prediction(labels, np.array(["ham", "spam"]))) == 0.0


def test_binary_needs_two_classes():
    truth, said = classification(1, 4)
    with pytest.raises(ConfigError, match=r"'binary' is for two classes, found 4 \(0, 1, 2, 3\)"):
        F1(average="binary").score(truth, said)


def test_a_positive_class_must_be_one():
    truth, said = classification(1, 2)
    with pytest.raises(ConfigError, match="positive: 'span' is no class; the classes are 0 and 1"):
        F1(positive="span").score(truth, said)


@pytest.mark.parametrize("average", ["auto", "micro", None])
def test_a_positive_class_means_nothing_to_an_average(average):
    truth, said = classification(1, 3)
    with pytest.raises(
        ConfigError, match=f"positive: 1 means nothing to an average over 3 classes .average {average!r}"
    ):
        F1(average=average, positive=1).score(truth, said)


@pytest.mark.fault("F81")
def test_a_list_of_classes_has_no_place_for_one_that_no_training_row_had():
    _, said = classification(0, 2, n_rows=3)
    with pytest.raises(DataError, match=r"metric 'recall': .* no training row had \('tea': 2\)"):
        Recall(average=None).score(np.array(["tea", "ham", "tea"]), said)


@pytest.mark.fault("F25")
@every
def test_labels_that_are_no_numbers_have_no_score(metric, theirs):
    with pytest.raises(DataError, match="the truth of 1 of 2 rows is NaN or infinite"):
        metric().score(np.array([1.0, np.nan]), Prediction(np.array([1.0, 0.0]), np.array([0.0, 1.0])))


@every
def test_a_score_is_a_plain_number(metric, theirs):
    truth, said = classification(0, 2)
    assert type(metric().score(truth, said)) is float
    assert (metric().needs, metric().task) == ("labels", "classification")
