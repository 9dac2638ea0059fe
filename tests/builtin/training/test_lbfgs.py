import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from runner.contracts import Optimizer
from runner.errors import ConfigError
from runner.learn import Minimiser
from runner_builtin.models.linear_models import SoftmaxClassifier
from runner_builtin.training.lbfgs import LBFGS


def bowl(place):
    return 0.5 * float((np.arange(1, 4) * place**2).sum()), np.arange(1, 4) * place


def test_it_finds_the_bottom_of_a_bowl_and_tells_every_place_on_the_way():
    places = []
    LBFGS(tolerance=1e-10).minimise(bowl, np.ones(3), 50, lambda place: not places.append(place.copy()))
    assert 1 < len(places) < 50
    np.testing.assert_allclose(places[-1], 0, atol=1e-8)
    assert sorted((bowl(place)[0] for place in places), reverse=True) == [bowl(place)[0] for place in places]


def test_it_stops_after_the_iterations_given_and_where_it_is_told_to():
    many, few = [], []
    LBFGS(tolerance=0).minimise(bowl, np.ones(3), 2, lambda place: not many.append(place))
    LBFGS(tolerance=0).minimise(bowl, np.ones(3), 50, lambda place: bool(few.append(place)))
    assert (len(many), len(few)) == (2, 1)


def test_it_is_an_optimizer_that_searches_as_a_whole_and_refuses_single_steps():
    assert isinstance(LBFGS(), Optimizer)
    assert isinstance(LBFGS(), Minimiser)
    with pytest.raises(ConfigError, match="'LBFGS' searches over all parameters at once"):
        LBFGS().init(np.ones(3))
    with pytest.raises(ConfigError, match="'LBFGS' searches over all parameters at once"):
        LBFGS().update(np.ones(3), {}, np.ones(3), 0.1)


def test_softmax_by_lbfgs_is_scikit_learns_logistic_regression():
    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    ours = SoftmaxClassifier(optimizer=LBFGS(), l2=0.01, epochs=200, dtype="float64", random_state=0).fit(X, y)
    theirs = LogisticRegression(C=1 / (0.01 * len(X)), tol=1e-8, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
    assert ours.n_iter_ < 60
    assert ours.learning_rate_curve_ is None
    assert ours.learning_rate_ is None
