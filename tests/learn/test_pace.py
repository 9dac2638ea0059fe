import numpy as np
import pytest

from runner.errors import ConfigError, PluginError
from runner.learn import Setting
from runner.learn.pace import Pace
from runner_builtin.training.optimizers import StochasticGradientDescent as Sgd
from runner_builtin.training.schedulers import Linear, ReduceOnPlateau


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


@pytest.mark.fault("F88")
@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_learning_rate_that_cannot_train_is_an_error(rate):
    with pytest.raises(ConfigError, match="a finite number above 0"):
        Pace.of([Setting(Sgd(learning_rate=rate))], 1)


def test_a_learning_rate_still_to_be_chosen_is_an_error():
    with pytest.raises(ConfigError, match="'auto', which stands for a choice that has not been made"):
        Pace.of([Setting(Sgd(learning_rate="auto"))], 1)


def test_past_the_end_the_rate_stays_that_of_the_last_step():
    pace = Pace.of([Setting(Sgd(learning_rate=1.0), Linear(end_factor=0.5))], 3)
    np.testing.assert_allclose(pace.rates(1, 5, [{}]).ravel(), [0.75, 0.5, 0.5, 0.5, 0.5])


def test_each_trial_has_a_feedback_memory_of_its_own():
    plateau = ReduceOnPlateau(patience=1, drop=0.5)
    pace = Pace.of([Setting(Sgd(learning_rate=1.0), plateau), Setting(Sgd(learning_rate=1.0), plateau)], 9)
    memories = pace.observed(np.array([3.0, 3.0]), [{}, {}])
    memories = pace.observed(np.array([2.0, 3.0]), memories)
    assert pace.rates(0, 1, memories).tolist() == [[1.0, 0.5]]


def test_a_trial_that_trains_no_more_is_not_observed():
    pace = Pace.of([Setting(Sgd(), ReduceOnPlateau())], 9)
    assert pace.observed(np.array([np.nan]), [{"factor": 0.5}]) == [{"factor": 0.5}]


def test_a_feedback_factor_that_cannot_be_used_names_the_scheduler():
    class Wild(Answers):
        def observe(self, score, memory):
            return {"factor": -1.0}

    with pytest.raises(PluginError, match=r"Scheduler 'Wild' answered the score 1\.0 with the factor -1\.0"):
        Pace.of([Setting(Sgd(), Wild(1))], 2).observed(np.ones(1), [{}])
