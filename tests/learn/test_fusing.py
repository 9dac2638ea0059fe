from dataclasses import dataclass

import numpy as np
import pytest

from runner.errors import ConfigError
from runner.learn.fusing import fused
from runner_builtin.training.optimizers import Adam, Momentum


class Plain:
    """An ordinary class: attributes and a name."""

    def __init__(self, learning_rate=0.1, decay=0.5, mode="fast"):
        self.learning_rate = learning_rate
        self.decay = decay
        self.mode = mode


@dataclass(frozen=True, slots=True)
class Slotted:
    learning_rate: float = 0.1
    decay: float = 0.5


@pytest.mark.parametrize("kind", [Plain, Slotted])
def test_numbers_that_differ_become_rows_and_others_stay(kind):
    ours = [kind(decay=0.5), kind(decay=0.6)]
    together = fused(ours, 3, "float32")
    assert together.decay.shape == (2, 1, 1)
    assert together.decay.dtype == np.float32
    assert together.learning_rate == 0.1
    assert (ours[0].decay, ours[1].decay) == (0.5, 0.6)


def test_one_optimizer_keeps_its_numbers():
    assert fused([Adam(beta1=0.8)], 3, "float32") == Adam(beta1=0.8)


def test_a_numpy_scalar_does_not_lift_float32_parameters():
    together = fused([Momentum(momentum=np.float64(0.5))], 2, "float32")
    param = np.ones((1, 3), dtype="float32")
    after, _ = together.update(param, together.init(param), param, 0.1)
    assert after.dtype == np.float32


def test_different_optimizers_in_one_training_are_an_error():
    with pytest.raises(ConfigError, match="'Adam' and 'Momentum' cannot be trained together"):
        fused([Adam(), Momentum()], 3, "float32")


def test_options_that_differ_and_are_no_numbers_are_an_error():
    with pytest.raises(ConfigError, match=r"differ in option 'mode' of optimizer 'Plain'.*\['fast', 'slow'\]"):
        fused([Plain(), Plain(mode="slow")], 3, "float32")
