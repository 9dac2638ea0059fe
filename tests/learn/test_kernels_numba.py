import numpy as np
import pytest

pytest.importorskip("numba")

from runner.learn import MLP, Linear, Setting, fit_many, kernels, losses
from runner.learn.cohort import Rules
from runner.learn.kernels import Move, Whole, walker
from runner.learn.kernels_numba import Compiled, Untraceable
from runner.learn.trial_axis import trials_first
from runner_builtin.training import optimizers

RATES = np.geomspace(0.001, 0.1, 5)
OPTIMIZERS = [
    optimizers.StochasticGradientDescent,
    optimizers.Momentum,
    optimizers.Nesterov,
    optimizers.Adagrad,
    optimizers.RMSProp,
    optimizers.Adam,
    optimizers.AdamW,
    optimizers.Lion,
]


def drawn(seed, dtype="float32"):
    rng = np.random.default_rng(seed)
    numbers = rng.standard_normal((37, 3, len(RATES))) * (rng.random((37, 3, 1)) < 0.7)
    return trials_first(numbers.astype(dtype))


def move_of(optimizer, l1, l2, dtype):
    each = [Setting(optimizer(learning_rate=rate), l1=l1 * place, l2=l2 * place) for place, rate in enumerate(RATES)]
    return Rules.of(each, {"weights": drawn(0, dtype)}, frozenset({"weights"})).moves["weights"]


def walked(one, dtype="float32"):
    """Three steps, of rates that differ, that agree, and that differ again."""
    for step, rate in enumerate((RATES.astype(dtype), 0.01, RATES[::-1].astype(dtype))):
        one.step_(drawn(step + 1, dtype), rate)
    return one


class Centred:
    """Looks across its array, and says so."""

    elementwise = False
    learning_rate = 0.1

    def init(self, param):
        return {}

    def update(self, grad, state, param, learning_rate):
        return param - learning_rate * (grad - grad.mean()), {}


@pytest.mark.parametrize(("l1", "dtype"), [(0.0, "float32"), (0.01, "float32"), (0.01, "float64")])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_compiled_step_gives_the_bits_of_numpy(optimizer, l1, dtype):
    move = move_of(optimizer, l1, l2=0.1, dtype=dtype)
    param, state = drawn(0, dtype), move.optimizer.init(drawn(0, dtype))
    whole, compiled = walked(Whole(move, param, state), dtype), walked(Compiled(move, param, state), dtype)
    np.testing.assert_array_equal(compiled.param, whole.param)
    for key, value in whole.state.items():
        np.testing.assert_array_equal(compiled.state[key], value)
    np.testing.assert_array_equal(param, drawn(0, dtype))


class Stranger:
    """Elementwise, in a stranger's words, with options that differ between trials."""

    def __init__(self, learning_rate, reach=1.0):
        self.learning_rate = learning_rate
        self.reach = reach

    def init(self, param):
        return {"steps": 0, "last": np.zeros(param.shape, param.dtype)}

    def update(self, grad, state, param, learning_rate):
        bounded = np.clip(np.where(np.abs(grad) > 0.5, grad, 2 * grad**2), -self.reach, self.reach)
        last = np.maximum(state["last"], bounded) / (1 + state["steps"])
        return param - learning_rate * last, {"steps": state["steps"] + 1, "last": last}


class Undecided(Stranger):
    def update(self, grad, state, param, learning_rate):
        if (grad > 0).all():
            return param, dict(state)
        return super().update(grad, state, param, learning_rate)


def test_a_strangers_optimizer_is_compiled_with_no_change():
    move = Move(Stranger(0.1))
    state = move.optimizer.init(drawn(0))
    whole, compiled = walked(Whole(move, drawn(0), state)), walked(Compiled(move, drawn(0), state))
    np.testing.assert_array_equal(compiled.param, whole.param)
    assert compiled.state["steps"] == 3


def test_one_that_looks_into_its_numbers_is_left_to_numpy(monkeypatch):
    monkeypatch.setattr(kernels, "BLOCK", 64)
    move = Move(Undecided(0.1))
    state = move.optimizer.init(drawn(0))
    with pytest.raises(Untraceable, match="no attribute 'all'"):
        Compiled(move, drawn(0), state)
    assert type(walker(move, drawn(0), state, compiled=True)) is kernels.Blocked
    assert (
        type(walker(Move(optimizers.Adam()), drawn(0), optimizers.Adam().init(drawn(0)), compiled=True)) is Compiled
    )
    assert type(walker(Move(Centred()), drawn(0), {}, compiled=True)) is Whole


@pytest.mark.parametrize("family", [Linear(losses.softmax), MLP(losses.softmax, (16,), dropout=0.2)])
def test_a_training_gives_the_same_bits_with_and_without_compiling(family, monkeypatch):
    rng = np.random.default_rng(0)
    X, targets = rng.standard_normal((300, 40)).astype("float32"), rng.integers(0, 3, 300)
    settings = [Setting(optimizers.Adam(learning_rate=rate), l1=rate / 10, seed=3) for rate in (0.001, 0.01, 0.02)]
    monkeypatch.setattr(kernels, "BLOCK", 64)

    def params():
        given = {"n_outputs": 3, "epochs": 2, "batch_size": 32, "seed": 0, "threads": 1}
        return fit_many(family, X, targets, settings, **given).params

    plain = params()
    monkeypatch.setattr(kernels, "WORTH_COMPILING", 0)
    for name, param in params().items():
        np.testing.assert_array_equal(param, plain[name])
