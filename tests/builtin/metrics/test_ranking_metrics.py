import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.ranking_metrics import PrAuc, RocAuc
from tests.builtin.metrics.metric_cases import SEEDS, classification

BOTH = [(RocAuc, metrics.roc_auc_score), (PrAuc, metrics.average_precision_score)]
both = pytest.mark.parametrize(("metric", "theirs"), BOTH, ids=["roc", "pr"])


def without(prediction, *parts):
    kept = {name: None if name in parts else getattr(prediction, name) for name in ("probabilities", "scores")}
    return Prediction(prediction.labels, prediction.classes, **kept)


@both
def test_of_two_classes_the_second_counts_by_scores_or_else_probabilities(metric, theirs):
    for seed in SEEDS:
        truth, said = classification(seed, 2)
        positive = truth == said.classes[1]
        assert metric().score(truth, said) == theirs(positive, said.scores)
        assert metric().score(truth, without(said, "scores")) == theirs(positive, said.probabilities[:, 1])


@pytest.mark.parametrize("multi_class", ["ovr", "ovo"])
@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_the_area_under_roc_of_many_classes_is_scikit_learns(multi_class, average):
    for seed in SEEDS:
        truth, said = classification(seed, 4)
        ours = RocAuc(multi_class=multi_class, average=average).score(truth, said)
        assert ours == metrics.roc_auc_score(truth, said.probabilities, multi_class=multi_class, average=average)


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_the_average_precision_of_many_classes_is_scikit_learns(average):
    for seed in SEEDS:
        truth, said = classification(seed, 4)
        # by indicators: older versions of scikit-learn take no labels here
        indicators = truth[:, None] == said.classes
        theirs = metrics.average_precision_score(indicators, said.probabilities, average=average)
        assert PrAuc(average=average).score(truth, said) == theirs


@both
def test_many_classes_can_be_ranked_by_scores_alone(metric, theirs):
    truth, said = classification(2, 4)
    each = [theirs(truth == label, said.scores[:, column]) for column, label in enumerate(said.classes)]
    assert metric().score(truth, without(said, "probabilities")) == np.mean(each)


@pytest.mark.fault("F81")
@both
@pytest.mark.parametrize("n_classes", [2, 4])
def test_one_class_alone_is_an_error_with_the_counts(metric, theirs, n_classes):
    _, said = classification(1, n_classes, n_rows=8)
    with pytest.raises(DataError, match=r"among 8 test rows there is none of .*found 1: 8"):
        metric().score(np.ones(8, int), said)


@pytest.mark.fault("F81")
@both
def test_a_class_that_no_training_row_had_is_an_error_with_the_counts(metric, theirs):
    _, said = classification(0, 2, n_rows=4)
    with pytest.raises(DataError, match=r"classes that no training row had \('tea': 2\)"):
        metric().score(np.array(["eggs", "ham", "tea", "tea"]), said)


@pytest.mark.fault("F25")
@both
def test_scores_that_are_no_numbers_rank_nothing(metric, theirs):
    truth, said = classification(0, 2)
    scores = np.where(np.arange(len(truth)) < 2, np.inf, said.scores)
    with pytest.raises(DataError, match=f"the scores of 2 of {len(truth)} rows is NaN or infinite"):
        metric().score(truth, Prediction(said.labels, said.classes, None, scores))


@both
def test_a_score_is_a_plain_number_of_which_more_is_better(metric, theirs):
    truth, said = classification(0, 3)
    assert type(metric().score(truth, said)) is float
    assert (metric().direction, metric().needs, metric().task) == ("maximize", "scores", "classification")
