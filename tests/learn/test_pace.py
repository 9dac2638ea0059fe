import numpy as np
import pytest

from runner.errors import PluginError
from runner.learn import Setting
from runner.learn.pace import Pace
from runner_builtin.optimizers import StochasticGradientDescent as Sgd
from runner_builtin.schedulers import Linear


class Answers:
    def __init__(self, answer):
        self.answer = answer

    def factor(self, step, total_steps):
        return self.answer


def test_the_rate_is_the_base_times_the_factor_of_each_trials_own_schedule():
    settings = [Setting(Sgd(learning_rate=0.1)), Setting(Sgd(learning_rate=2.0), Linear(end_factor=0.0))]
    pace = Pace.of(settings, 6)
    np.testing.assert_allclose(pace.rates(0, 3, [{}, {}]), [[0.1, 2.0], [0.1, 1.6], [0.1, 1.2]])
    np.testing.assert_allclose(pace.rates(3, 3, [{}, {}]), [[0.1, 0.8], [0.1, 0.4], [0.1, 0.0]], atol=1e-12)


@pytest.mark.parametrize("answer", [1.0, np.ones(3), np.array([1, np.nan]), np.array([1, -1])])
def test_factors_of_a_wrong_shape_or_value_name_the_scheduler(answer):
    with pytest.raises(PluginError, match=r"Scheduler 'Answers' answered steps 0\.\.1 of 2"):
        Pace.of([Setting(Sgd(), Answers(answer))], 2).rates(0, 2, [{}])


def test_an_optimizer_without_a_learning_rate_is_named():
    with pytest.raises(PluginError, match="'object' has no option 'learning_rate'"):
        Pace.of([Setting(object())], 1)
