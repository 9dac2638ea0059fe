from dataclasses import replace

import numpy as np
import pytest

from runner.errors import PluginError
from runner.learn import Linear, Setting, softmax
from runner.learn.cohort import Cohort
from runner.learn.kernels import own
from runner_builtin.training.optimizers import Adam


class InPlace:
    learning_rate = 0.1

    def init(self, param):
        return {}

    def update(self, grad, state, param, learning_rate):
        param -= learning_rate * grad
        return param, {}


class Summing(InPlace):
    def update(self, grad, state, param, learning_rate):
        return param.sum(axis=0), {}


class Doubles(InPlace):
    def update(self, grad, state, param, learning_rate):
        return param.astype("float64") - np.float64(learning_rate) * grad, {}


def start(settings):
    cohort = Cohort.start(Linear(softmax), settings, 4, 3, "float32")
    return cohort, {name: np.ones_like(param) for name, param in cohort.params.items()}


def test_a_step_leaves_the_cohort_before_it_as_it_was():
    cohort, gradients = start([Setting(Adam()), Setting(Adam())])
    after = cohort.stepped(gradients, 0.1)
    assert not cohort.params["weights"].any()
    assert after.params["weights"].all()
    assert cohort.states["bias"]["count"] == 0


def test_keeping_trials_keeps_their_parameters_numbers_and_state():
    cohort, gradients = start([Setting(Adam(beta1=beta), l2=beta) for beta in (0.1, 0.2, 0.3)])
    after = cohort.stepped(gradients, np.array([1, 2, 3], dtype="float32"))
    kept = after.keeping(np.array([True, False, True]))
    assert kept.numbers.tolist() == [0, 2]
    np.testing.assert_array_equal(kept.params["weights"], after.params["weights"][[0, 2]])
    np.testing.assert_array_equal(kept.states["bias"]["mean"], after.states["bias"]["mean"][[0, 2]])
    assert kept.states["bias"]["count"] == 1
    np.testing.assert_allclose(kept.rules.optimizers["weights"].beta1.ravel(), [0.1, 0.3])
    np.testing.assert_allclose(kept.rules.penalties["weights"].l2.ravel(), [0.1, 0.3])
    assert len(kept.keeping(np.array([False, False])).numbers) == 0


def test_an_optimizer_that_works_in_place_is_stopped():
    cohort, gradients = start([Setting(InPlace())])
    with pytest.raises(ValueError, match="read-only"):
        cohort.stepped(gradients, 0.1)


def test_an_optimizer_that_changes_the_shape_is_named():
    cohort, gradients = start([Setting(Summing())])
    with pytest.raises(PluginError, match=r"'Summing' turned parameters of shape \(1, 4, 3\) into \(4, 3\)"):
        cohort.stepped(gradients, 0.1)


def test_an_optimizer_that_answers_in_float64_does_not_change_the_arithmetic():
    cohort, gradients = start([Setting(Doubles())])
    assert cohort.stepped(gradients, 0.1).params["weights"].dtype == np.float32


def test_parts_put_together_are_the_cohort_whether_they_lie_side_by_side_or_not():
    cohort, gradients = start([Setting(Adam(learning_rate=rate)) for rate in (0.1, 0.2, 0.3)])
    after = cohort.stepped(gradients, np.array([1, 2, 3], dtype="float32"))
    after = replace(after, params={name: own(param) for name, param in after.params.items()})
    parts = [after.part(slice(0, 1)), after.part(slice(1, 3))]
    beside = after.having(parts)
    assert np.shares_memory(beside.params["weights"], after.params["weights"])
    apart = after.having([parts[0], parts[1].keeping(np.array([True, True]))])
    assert not np.shares_memory(apart.params["weights"], after.params["weights"])
    reordered = after.having(parts[::-1])
    assert reordered.numbers.tolist() == [1, 2, 0]
    for together, order in ((beside, [0, 1, 2]), (apart, [0, 1, 2]), (reordered, [1, 2, 0])):
        np.testing.assert_array_equal(together.params["weights"], after.params["weights"][order])
        np.testing.assert_array_equal(together.states["bias"]["mean"], after.states["bias"]["mean"][order])
