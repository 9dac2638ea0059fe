import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import ConfigError, DataError
from runner_builtin.metrics.top_k_metrics import TopK
from tests.builtin.metrics.metric_cases import SEEDS, classification


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("complete", [True, False], ids=["all classes", "one absent"])
def test_shares_are_scikit_learns_ties_included(k, complete):
    for seed in SEEDS:
        truth, said = classification(seed, 5, complete=complete)
        codes = np.searchsorted(said.classes, truth)  # scikit-learn takes no objects as labels
        theirs = metrics.top_k_accuracy_score(codes, said.probabilities, k=k, labels=np.arange(5))
        assert TopK(k=k).score(truth, said) == theirs


def test_scores_do_where_there_are_no_probabilities():
    truth, said = classification(2, 5)
    only = Prediction(said.labels, said.classes, None, said.scores)
    codes = np.searchsorted(said.classes, truth)
    assert TopK(k=2).score(truth, only) == metrics.top_k_accuracy_score(codes, said.scores, k=2)


@pytest.mark.parametrize(("n_classes", "k"), [(2, 2), (3, 3), (4, 5)])
def test_a_list_as_long_as_the_classes_holds_every_row_and_is_refused(n_classes, k):
    truth, said = classification(0, n_classes)
    with pytest.raises(ConfigError, match=f"the {k} likeliest of {n_classes} classes are all of them"):
        TopK(k=k).score(truth, said)


@pytest.mark.fault("F25")
def test_probabilities_that_are_no_numbers_rank_nothing():
    truth, said = classification(0, 5)
    nothing = np.full_like(said.probabilities, np.nan)
    with pytest.raises(DataError, match=f"of {len(truth)} of {len(truth)} rows is NaN or infinite"):
        TopK(k=2).score(truth, Prediction(said.labels, said.classes, nothing))
