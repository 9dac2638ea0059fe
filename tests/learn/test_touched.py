import numpy as np
import pytest
from scipy import sparse

from runner.learn import MLP, Linear, Setting, fit_many, softmax, stint
from runner.learn.kernels import Move
from runner.learn.penalties import Penalty
from runner.learn.touched import touched
from runner_builtin.optimizers import Adagrad, Adam, Momentum, StochasticGradientDescent

RNG = np.random.default_rng(0)
X = sparse.random_array((200, 500), density=0.01, random_state=RNG, dtype="float32", format="csr")
CLASSES = RNG.integers(0, 3, 200)
PARAM = np.zeros((2, 6, 3), "float32")


def train(settings, family=None, **options):
    given = {"n_outputs": 3, "epochs": 3, "batch_size": 16, "seed": 1} | options
    return fit_many(family or Linear(softmax), X, CLASSES, settings, **given)


def stepping_all(monkeypatch):
    lane = stint.Lane
    monkeypatch.setattr(stint, "Lane", lambda cohort, *, compiled, by_column: lane(cohort, compiled=compiled))


CASES = {
    "plain": [Setting(StochasticGradientDescent(learning_rate=rate)) for rate in (0.1, 0.5, 2.0)],
    "with l2": [Setting(StochasticGradientDescent(learning_rate=1.0), l2=l2) for l2 in (0, 1e-3, 0.1)],
    "with l2 that overshoots": [Setting(StochasticGradientDescent(learning_rate=1.0), l2=l2) for l2 in (0.5, 1, 1.5)],
    "adagrad": [Setting(Adagrad(learning_rate=rate)) for rate in (0.1, 0.5, 1.0)],
    "clipped": [Setting(StochasticGradientDescent(learning_rate=1.0), clip_norm=norm) for norm in (0.01, 0.1, 1.0)],
    "one": [Setting(StochasticGradientDescent(learning_rate=1.0), l2=1e-2)],
}


@pytest.mark.parametrize("family", [Linear(softmax), MLP(softmax, (4,))])
@pytest.mark.parametrize("case", CASES)
def test_stepping_the_columns_that_occur_equals_stepping_all(case, family, monkeypatch):
    some = train(CASES[case], family)
    stepping_all(monkeypatch)
    every = train(CASES[case], family)
    for name, param in every.params.items():
        np.testing.assert_allclose(some.params[name], param, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(some.loss_curve, every.loss_curve, rtol=1e-4)


def test_only_steps_that_leave_the_other_columns_alone_or_shrink_them_evenly_are_made_so():
    def is_touched(optimizer, l1=None, l2=None):
        penalty = None if l1 is None and l2 is None else Penalty(l1, l2)
        return touched(Move(optimizer, penalty), PARAM, optimizer.init(PARAM)) is not None

    assert is_touched(StochasticGradientDescent())
    assert is_touched(StochasticGradientDescent(), l2=0.1)
    assert is_touched(Adagrad())
    assert not is_touched(Adagrad(), l2=0.1)
    assert not is_touched(StochasticGradientDescent(), l1=0.1, l2=0.1)
    assert not is_touched(Momentum())
    assert not is_touched(Adam())
