import numpy as np
import pytest

from runner.learn import Linear, Setting, softmax
from runner.learn.cohort import Cohort
from runner.learn.lane import Lane
from runner.learn.trial_axis import zeros
from runner_builtin.training.optimizers import Adam, StochasticGradientDescent

RATES = np.array([0.1, 0.2, 0.3], dtype="float32")
WEIGHTS = frozenset({"weights"})
COLUMNS = np.array([1, 3])


def start(optimizer=StochasticGradientDescent, **options):
    settings = [Setting(optimizer(learning_rate=float(rate)), **options) for rate in RATES]
    return Cohort.start(Linear(softmax), settings, 5, 2, "float32")


def gradients(n_columns=5):
    rng = np.random.default_rng(0)
    return {
        "weights": rng.standard_normal((3, n_columns, 2)).astype("float32"),
        "bias": rng.standard_normal((3, 2)).astype("float32"),
    }


def test_a_lane_steps_each_array_and_counts_and_leaves_its_cohort_alone():
    cohort, given = start(), gradients()
    lane = Lane(cohort)
    for _ in range(2):
        lane.step_(given, RATES)
    assert lane.cohort.n_steps == 2
    np.testing.assert_allclose(lane.params["weights"], -2 * RATES[:, None, None] * given["weights"], rtol=1e-6)
    np.testing.assert_allclose(lane.params["bias"], -2 * RATES[:, None] * given["bias"], rtol=1e-6)
    assert not cohort.params["weights"].any()
    assert cohort.n_steps == 0


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_a_lane_that_touches_columns_ends_where_one_that_steps_all_does(l2):
    cohort, some = start(l2=l2), gradients(len(COLUMNS))
    every = some | {"weights": np.zeros((3, 5, 2), "float32")}
    every["weights"][:, COLUMNS] = some["weights"]
    touching, stepping = Lane(cohort, by_column=WEIGHTS), Lane(cohort)
    assert touching.touching
    assert not stepping.touching
    for _ in range(3):
        touching.step_(some, RATES, COLUMNS)
        stepping.step_(every, RATES)
    at = touching.params_at(COLUMNS)["weights"].copy()
    np.testing.assert_allclose(at, stepping.params["weights"][:, COLUMNS], rtol=1e-5)
    np.testing.assert_allclose(touching.cohort.params["weights"], stepping.cohort.params["weights"], rtol=1e-5)


@pytest.mark.parametrize(
    "cohort", [start(Adam), start(averaging=0.9), start(l1=0.1), start(l2=0.1, clip_norm=1.0)], ids=str
)
def test_where_the_other_columns_would_change_in_other_ways_all_are_stepped(cohort):
    assert not Lane(cohort, by_column=WEIGHTS).touching


def test_a_lane_steps_where_it_is_given_a_place():
    whole = zeros(7, (5, 2), "float32")
    lane = Lane(start(), by_column=WEIGHTS, place=lambda name: {"weights": whole[2:5]}[name])
    lane.step_(gradients(len(COLUMNS)), RATES, COLUMNS)
    np.testing.assert_array_equal(lane.cohort.params["weights"], whole[2:5])
    assert whole[2:5, COLUMNS].all()
    assert not whole[:2].any()
    assert not whole[5:].any()


def test_a_lane_goes_on_without_the_trials_that_left():
    lane = Lane(start(), by_column=WEIGHTS)
    lane.step_(gradients(len(COLUMNS)), RATES, COLUMNS)
    before = lane.params["weights"].copy()
    left = lane.keeping(np.array([True, False, True]))
    assert left.touching
    assert left.numbers.tolist() == [0, 2]
    np.testing.assert_array_equal(left.params["weights"], before[[0, 2]])
    assert left.cohort.n_steps == 1
