import numpy as np
import pytest

from runner.learn import Setting, kernels
from runner.learn.cohort import Rules
from runner.learn.kernels import Blocked, Move, Whole, can_compile, walker
from runner.learn.trial_axis import trials_first
from runner_builtin.training import optimizers

N_TRIALS, N_FEATURES, N_OUTPUTS = 5, 37, 3
RATES = np.geomspace(0.001, 0.1, N_TRIALS)
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
    numbers = rng.standard_normal((N_FEATURES, N_OUTPUTS, N_TRIALS)) * (rng.random((N_FEATURES, N_OUTPUTS, 1)) < 0.7)
    return trials_first(numbers.astype(dtype))


def move_of(optimizer, l1=0.0, l2=0.0, dtype="float32"):
    each = [Setting(optimizer(learning_rate=rate), l1=l1 * place, l2=l2 * place) for place, rate in enumerate(RATES)]
    rules = Rules.of(each, {"weights": drawn(0, dtype)}, frozenset({"weights"}))
    return rules.moves["weights"]


def walked(one, dtype="float32"):
    """Three steps, of rates that differ, that agree, and that differ again."""
    for step, rate in enumerate((RATES.astype(dtype), 0.01, RATES[::-1].astype(dtype))):
        one.step_(drawn(step + 1, dtype), rate)
    return one


@pytest.mark.parametrize("l1", [0.0, 0.01])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_blocks_give_the_bits_of_the_whole(optimizer, l1, monkeypatch):
    monkeypatch.setattr(kernels, "BLOCK", 64)
    move = move_of(optimizer, l1, l2=0.1)
    param, state = drawn(0), move.optimizer.init(drawn(0))
    whole, blocked = walked(Whole(move, param, state)), walked(Blocked(move, param, state))
    np.testing.assert_array_equal(blocked.param, whole.param)
    assert blocked.state.keys() == whole.state.keys()
    for key, value in whole.state.items():
        np.testing.assert_array_equal(blocked.state[key], value)
    np.testing.assert_array_equal(param, drawn(0))


class Centred:
    """Looks across its array, and says so."""

    elementwise = False
    learning_rate = 0.1

    def init(self, param):
        return {}

    def update(self, grad, state, param, learning_rate):
        return param - learning_rate * (grad - grad.mean()), {}


class Hoarder(Centred):
    """Keeps a list that grows with its steps."""

    elementwise = True

    def update(self, grad, state, param, learning_rate):
        return param - learning_rate * grad, {f"grad_{len(state)}": grad} | state


@pytest.mark.parametrize("optimizer", [Centred(), Hoarder()])
def test_what_cannot_be_parted_moves_as_a_whole(optimizer, monkeypatch):
    monkeypatch.setattr(kernels, "BLOCK", 64)
    assert type(walker(Move(optimizer), drawn(0), {}, compiled=False)) is Whole
    assert type(walker(Move(optimizers.Momentum()), drawn(0), {"velocity": drawn(0)}, compiled=False)) is Blocked


def test_small_arrays_move_as_a_whole():
    assert type(walker(Move(optimizers.Momentum()), drawn(0), {"velocity": drawn(0)}, compiled=True)) is Whole


def test_a_short_training_is_not_compiled():
    assert not can_compile(kernels.WORTH_COMPILING - 1)
