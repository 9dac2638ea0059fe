import numpy as np
import pytest
from scipy import sparse

from runner.learn import MLP, Linear, Setting, fit_many, softmax, stint
from runner.learn.kernels import Move, own
from runner.learn.penalties import Penalty
from runner.learn.touched import fetch_, push_, touched
from runner.learn.trial_axis import zeros
from runner_builtin.training.optimizers import Adagrad, Adam, Momentum, StochasticGradientDescent

RNG = np.random.default_rng(0)
X = sparse.random_array((200, 500), density=0.01, random_state=RNG, dtype="float32", format="csr")
CLASSES = RNG.integers(0, 3, 200)
PARAM = np.zeros((2, 6, 3), "float32")


def train(settings, family=None, **options):
    given = {"n_outputs": 3, "epochs": 3, "batch_size": 16, "seed": 1} | options
    return fit_many(family or Linear(softmax), X, CLASSES, settings, **given)


def trials_drawn():
    return own(np.random.default_rng(1).standard_normal(PARAM.shape).astype("float32"))


def stepping_all(monkeypatch):
    lane = stint.Lane
    monkeypatch.setattr(stint, "Lane", lambda cohort, *, compiled, by_column, place: lane(cohort, compiled=compiled))


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


def test_fetched_columns_are_those_of_all():
    for optimizer in (Adagrad(), StochasticGradientDescent()):
        param = trials_drawn()
        one = touched(Move(optimizer), param, optimizer.init(param))
        for columns in (np.array([4]), np.array([0, 2, 5]), np.array([1])):
            np.testing.assert_array_equal(one.at(columns), param[:, columns])


def test_steps_beside_the_parameters_of_others_leave_those_alone():
    param, columns = trials_drawn(), np.array([0, 2, 5])
    grad = trials_drawn()[:, columns]
    for optimizer in (Adagrad(), StochasticGradientDescent()):
        whole = zeros(6, PARAM.shape[1:], "float32")
        placed = touched(Move(optimizer), param, optimizer.init(param), lambda whole=whole: whole[1:3])
        alone = touched(Move(optimizer), param, optimizer.init(param))
        for one in (placed, alone):
            one.step_at_(columns, grad, np.array([0.1, 0.2], "float32"))
        np.testing.assert_array_equal(placed.param, alone.param)
        np.testing.assert_array_equal(whole[1:3], alone.param)
        assert not whole[[0, 3, 4, 5]].any()


@pytest.mark.parametrize("own_memory", [True, False])
def test_the_compiled_passes_give_the_bits_of_numpy(own_memory):
    kernels_numba = pytest.importorskip("runner.learn.kernels_numba")
    rows, columns = RNG.random((9, 3, 8), "float32"), np.array([0, 4, 8])
    factors, slopes = RNG.random((3, 4), "float32"), RNG.random((3, 3, 4), "float32")

    def passed(fetch, push):
        all_rows = rows.copy()
        part = all_rows[:, :, 2:6].copy() if own_memory else all_rows[:, :, 2:6]
        into = np.empty((3, 3, 4), "float32")
        fetch(part, columns, factors, into)
        push(part, columns, factors, slopes)
        return into, part, all_rows

    for ours, theirs in zip(passed(kernels_numba.fetch_, kernels_numba.push_), passed(fetch_, push_), strict=True):
        np.testing.assert_array_equal(ours, theirs)
