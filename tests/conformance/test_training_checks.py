"""Each check of optimizers and schedulers, against a component that breaks it."""

from dataclasses import dataclass

import numpy as np
import pytest

# --- optimizers --------------------------------------------------------------------------------------------


@dataclass
class Descent:
    learning_rate: float = 0.1

    def init(self, param):
        return {"count": np.zeros(1)}

    def update(self, grad, state, param, learning_rate):
        return param - learning_rate * grad, {"count": state["count"] + 1}


class NoRate:
    def init(self, param):
        return {}

    def update(self, grad, state, param, learning_rate):
        return param - learning_rate * grad, {}


class Normalised(Descent):
    def update(self, grad, state, param, learning_rate):
        return param - learning_rate * grad / np.linalg.norm(grad), state


@dataclass
class IfLarge(Descent):
    learning_rate: float = 0.1
    decay: float = 0.1

    def update(self, grad, state, param, learning_rate):
        kept = 1 - self.decay if self.decay > 0.05 else 1
        return kept * param - learning_rate * grad, state


class WritesIntoTheGradient(Descent):
    def update(self, grad, state, param, learning_rate):
        grad *= learning_rate
        return param - grad, state


class CountsInPlace(Descent):
    def update(self, grad, state, param, learning_rate):
        state["count"] += 1
        return param - learning_rate * grad, state


class Climbs(Descent):
    def update(self, grad, state, param, learning_rate):
        return param + learning_rate * grad, state


class Sums(Descent):
    def update(self, grad, state, param, learning_rate):
        return (param - learning_rate * grad).sum(axis=0), state


class NormalisedAndSaysSo(Normalised):
    elementwise = False


class Searches:
    elementwise = False

    def init(self, param):
        raise RuntimeError("there are no single steps")

    def update(self, grad, state, param, learning_rate):
        raise RuntimeError("there are no single steps")

    def minimise(self, objective, start, iterations, goes_on):
        goes_on(start - objective(start)[1])


class SearchesUphill(Searches):
    def minimise(self, objective, start, iterations, goes_on):
        goes_on(start + objective(start)[1])


def test_sound_optimizers_pass(broken):
    assert broken("optimizer", Descent) == {}
    assert broken("optimizer", NormalisedAndSaysSo) == {}
    assert broken("optimizer", Searches) == {}


@pytest.mark.parametrize(
    ("optimizer", "check", "told"),
    [
        (NoRate, "has a learning rate", "no option 'learning_rate'"),
        (WritesIntoTheGradient, "does not change what it is given", "writes into the gradient"),
        (CountsInPlace, "does not change what it is given", "changes the state"),
        (Climbs, "lowers a quadratic", "lead from"),
        (SearchesUphill, "lowers a quadratic", "lead from"),
    ],
)
def test_a_broken_optimizer_is_seen(broken, optimizer, check, told):
    found = broken("optimizer", optimizer)
    assert set(found) == {check}
    assert told in found[check]


def test_an_optimizer_that_mixes_trials_cannot_be_fused(broken):
    found = broken("optimizer", Normalised)
    assert "must be elementwise" in found["works elementwise"]
    assert "one by one" in found["takes an array for each number"]


def test_an_optimizer_that_branches_on_a_number_cannot_be_fused(broken):
    found = broken("optimizer", IfLarge)
    assert set(found) == {"takes an array for each number"}


def test_an_optimizer_keeps_the_shape(broken):
    assert "shape (3, 5) into (5,)" in broken("optimizer", Sums)["works elementwise"]


# --- schedulers --------------------------------------------------------------------------------------------


class Falling:
    def factor(self, step, total_steps):
        return 1 - np.asarray(step) / total_steps


class OneStepOnly:
    def factor(self, step, total_steps):
        return 1.0


class BySize:
    def factor(self, step, total_steps):
        return np.ones(np.shape(step)) * np.size(step)


class BelowZero:
    def factor(self, step, total_steps):
        return 0.5 - np.asarray(step) / total_steps


class DividesByTheWay:
    def factor(self, step, total_steps):
        with np.errstate(all="ignore"):
            return np.asarray(step) / np.float64(total_steps - 1)


class Remembers:
    calls = 0

    def factor(self, step, total_steps):
        if np.size(step) == 50:
            self.calls += 1
        return np.full(np.shape(step), 1.0 + (self.calls > 1))


def test_a_sound_scheduler_passes(broken):
    assert broken("scheduler", Falling) == {}


@pytest.mark.parametrize(
    ("scheduler", "check", "told"),
    [
        (OneStepOnly, "takes all steps at once", "shape () for steps of shape (1,)"),
        (BySize, "takes all steps at once", "one by one"),
        (BelowZero, "gives finite factors from zero up", "step 26 of 50"),
        (DividesByTheWay, "gives finite factors from zero up", "step 0 of 1 has the factor nan"),
        (Remembers, "gives the same factors again", "other factors"),
    ],
)
def test_a_broken_scheduler_is_seen(broken, scheduler, check, told):
    found = broken("scheduler", scheduler)
    assert told in found[check]


def test_a_scheduler_that_only_remembers_fails_only_that(broken):
    assert set(broken("scheduler", Remembers)) == {"gives the same factors again"}
