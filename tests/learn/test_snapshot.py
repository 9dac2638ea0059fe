import numpy as np
import pytest

from runner.errors import PluginError
from runner.learn import Snapshot
from runner.learn.snapshot import of_states, of_trials, to_states, to_trials
from runner.learn.trial_axis import trials_first


def test_arrays_come_back_with_the_same_numbers_in_the_same_place_of_memory():
    array = trials_first(np.arange(24.0).reshape(4, 2, 3))
    snapshot = Snapshot(of_trials("params", {"weights": array}), {})
    back = to_trials(snapshot.under("params"))["weights"]
    np.testing.assert_array_equal(back, array)
    assert back.strides == array.strides


def test_a_state_of_arrays_counts_and_scalars_comes_back_as_it_was():
    states = {
        "weights": {"mean": np.ones((2, 3)), "count": 3, "rate": 0.1, "flag": True},
        "bias": {"seen": np.arange(5), "scale": np.float32(0.1)},
        "free": {},
    }
    arrays, numbers = of_states(states, 2)
    back = to_states(Snapshot(arrays, {"states": numbers}))
    assert back.keys() == states.keys()
    np.testing.assert_array_equal(back["weights"].pop("mean"), states["weights"].pop("mean"))
    np.testing.assert_array_equal(back["bias"].pop("seen"), states["bias"].pop("seen"))
    assert back["bias"]["scale"].dtype == np.float32
    assert back == states


@pytest.mark.parametrize("value", [None, [1.0], float("nan")])
def test_a_state_that_cannot_be_written_is_named(value):
    with pytest.raises(PluginError, match="state 'odd' of parameter 'weights'"):
        of_states({"weights": {"odd": value}}, 1)
