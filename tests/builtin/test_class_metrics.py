import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import ConfigError, DataError
from runner_builtin.class_metrics import F1, Accuracy, ConfusionMatrix, LogLoss, Precision, Recall, RocAuc

RNG = np.random.default_rng(0)
BINARY, MANY = np.array(["ham", "spam"]), np.array([0, 1, 2, 3])
AVERAGED = [
    (Precision, metrics.precision_score),
    (Recall, metrics.recall_score),
    (F1, metrics.f1_score),
]


def predicted(classes, n=200, scores=False):
    """Make random truth and a prediction that is a little better than guessing."""
    truth = RNG.integers(len(classes), size=n)
    logits = RNG.normal(size=(n, len(classes))) + np.eye(len(classes))[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    decision = logits[:, 1] - logits[:, 0] if len(classes) == 2 else logits
    labels = classes[np.argmax(logits, axis=1)]
    return classes[truth], Prediction(labels, classes, probabilities, decision if scores else None)


def test_accuracy_is_scikit_learns():
    truth, prediction = predicted(MANY)
    assert Accuracy().score(truth, prediction) == metrics.accuracy_score(truth, prediction.labels)


@pytest.mark.parametrize(("metric", "theirs"), AVERAGED)
@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("classes", [BINARY, MANY], ids=["two", "four"])
def test_averages_are_scikit_learns(metric, theirs, average, classes):
    truth, prediction = predicted(classes)
    assert metric(average=average).score(truth, prediction) == theirs(truth, prediction.labels, average=average)


@pytest.mark.parametrize(("metric", "theirs"), AVERAGED)
@pytest.mark.parametrize(("positive", "meant"), [(None, "spam"), ("ham", "ham"), ("spam", "spam")])
@pytest.mark.parametrize("average", ["auto", "binary"])
def test_two_classes_are_scored_by_the_positive_one(metric, theirs, positive, meant, average):
    truth, prediction = predicted(BINARY)
    ours = metric(average=average, positive=positive).score(truth, prediction)
    assert ours == theirs(truth, prediction.labels, pos_label=meant)


@pytest.mark.parametrize(("metric", "theirs"), AVERAGED)
def test_auto_means_the_mean_over_more_than_two_classes(metric, theirs):
    truth, prediction = predicted(MANY)
    assert metric().score(truth, prediction) == theirs(truth, prediction.labels, average="macro")


@pytest.mark.parametrize("metric", [Precision(), Recall(), F1()])
def test_a_positive_class_that_never_occurs_scores_zero_without_a_warning(metric):
    labels = np.array(["ham", "ham"])
    assert metric.score(labels, Prediction(labels, BINARY)) == 0.0


def test_binary_needs_two_classes():
    truth, prediction = predicted(MANY)
    with pytest.raises(ConfigError, match=r"'binary' is for two classes, found 4 \(0, 1, 2, 3\)"):
        F1(average="binary").score(truth, prediction)


def test_a_positive_class_must_be_one():
    truth, prediction = predicted(BINARY)
    with pytest.raises(ConfigError, match="positive: 'span' is no class; the classes are 'ham' and 'spam'"):
        F1(positive="span").score(truth, prediction)


def test_a_positive_class_means_nothing_to_an_average():
    truth, prediction = predicted(MANY)
    with pytest.raises(ConfigError, match="positive: 1 means nothing"):
        F1(positive=1).score(truth, prediction)


def test_the_confusion_matrix_follows_the_models_class_order():
    truth = np.array(["b", "b", "a", "b"])
    prediction = Prediction(np.array(["b", "a", "a", "b"]), np.array(["a", "b", "c"]))
    assert ConfusionMatrix().score(truth, prediction) == [[1, 0, 0], [1, 2, 0], [0, 0, 0]]
    assert ConfusionMatrix.direction is None


@pytest.mark.parametrize("scores", [False, True])
def test_auc_of_two_classes_is_scikit_learns(scores):
    truth, prediction = predicted(BINARY, scores=scores)
    given = prediction.scores if scores else prediction.probabilities[:, 1]
    assert RocAuc().score(truth, prediction) == metrics.roc_auc_score(truth == "spam", given)


def test_auc_of_many_classes_is_scikit_learns():
    truth, prediction = predicted(MANY, scores=True)
    assert RocAuc().score(truth, prediction) == metrics.roc_auc_score(
        truth, prediction.probabilities, multi_class="ovr", average="macro"
    )


def test_auc_of_many_classes_can_be_had_from_scores_alone():
    truth, full = predicted(MANY, scores=True)
    each = [metrics.roc_auc_score(truth == label, full.scores[:, label]) for label in MANY]
    assert RocAuc().score(truth, Prediction(full.labels, MANY, None, full.scores)) == np.mean(each)


def test_log_loss_is_scikit_learns():
    for classes in (BINARY, MANY):
        truth, prediction = predicted(classes)
        assert LogLoss().score(truth, prediction) == metrics.log_loss(truth, prediction.probabilities, labels=classes)


def test_log_loss_knows_classes_that_the_test_rows_lack():
    probabilities = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
    prediction = Prediction(np.array([0, 1]), np.array([0, 1, 2]), probabilities)
    assert LogLoss().score(np.array([0, 1]), prediction) == pytest.approx(np.log(2))


@pytest.mark.fault("F81")
@pytest.mark.parametrize("classes", [BINARY, MANY], ids=["two", "four"])
def test_auc_of_one_class_is_an_error_with_the_counts(classes):
    _, prediction = predicted(classes, n=7)
    with pytest.raises(DataError, match=rf"among 7 test rows there is none of .*found {classes[1].item()!r}: 7"):
        RocAuc().score(np.repeat(classes[1], 7), prediction)


@pytest.mark.fault("F81")
@pytest.mark.parametrize("metric", [ConfusionMatrix(), RocAuc(), LogLoss()])
def test_a_class_that_no_training_row_had_is_an_error_with_the_counts(metric):
    _, prediction = predicted(BINARY, n=3)
    with pytest.raises(DataError, match=r"classes that no training row had \('eggs': 2\)"):
        metric.score(np.array(["eggs", "ham", "eggs"]), prediction)


@pytest.mark.parametrize("metric", [Accuracy(), Precision(), Recall(), F1(), RocAuc(), LogLoss()])
def test_a_score_is_a_plain_number(metric):
    truth, prediction = predicted(BINARY)
    assert type(metric.score(truth, prediction)) is float
    assert metric.direction in ("maximize", "minimize")
    assert metric.task == "classification"
