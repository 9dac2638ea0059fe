from __future__ import annotations

import random
import threading
import warnings

import numpy as np
import pytest

from runner.isolation import Aside, call_isolated, stdout_outside


def test_a_result_comes_back_without_remarks() -> None:
    assert call_isolated(lambda a, b: a + b, 1, 2) == (3, [])


@pytest.mark.fault("F94")
def test_global_random_states_are_put_back_and_named() -> None:
    random.seed(1)
    np.random.seed(1)
    expected = random.Random(1).random(), np.random.RandomState(1).rand()

    def draws() -> None:
        random.seed(99)
        np.random.seed(99)

    _, remarks = call_isolated(draws)
    assert (random.random(), np.random.rand()) == expected
    assert "changed the state of Python's global random numbers" in remarks
    assert "changed the state of NumPy's global random numbers" in remarks


def test_warnings_are_collected_once_each() -> None:
    def warns() -> str:
        for _ in range(3):
            warnings.warn("low on luck", RuntimeWarning, stacklevel=1)
        return "done"

    assert call_isolated(warns) == ("done", ["warned: RuntimeWarning: low on luck"])


def test_an_exception_passes_and_the_state_is_put_back() -> None:
    before = np.random.get_state(legacy=False)["state"]["key"].copy()

    def fails() -> None:
        np.random.rand(3)
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        call_isolated(fails)
    assert (np.random.get_state(legacy=False)["state"]["key"] == before).all()


def test_a_global_random_state_that_we_move_ourselves_between_calls_is_the_one_put_back() -> None:
    for seed in (1, 2):
        np.random.seed(seed)
        call_isolated(lambda: None)
        call_isolated(lambda: np.random.seed(99))
        assert np.random.rand() == np.random.RandomState(seed).rand()


def test_a_drawn_normal_number_that_numpy_holds_back_is_put_back_too() -> None:
    np.random.seed(3)
    first = np.random.randn()
    call_isolated(lambda: np.random.seed(99))
    expected = np.random.RandomState(3).randn(2)
    assert [first, np.random.randn()] == list(expected)


@pytest.mark.parametrize(("kind", "whose"), [(Aside, "its own"), (threading.Thread, "the component's")])
def test_what_a_thread_beside_the_component_prints_is_its_own(
    kind: type[threading.Thread], whose: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def works() -> None:
        thread = kind(target=lambda: print("hello"))
        thread.start()
        thread.join()

    _, remarks = call_isolated(works)
    assert (capsys.readouterr().out == "hello\n") == (whose == "its own")
    assert (remarks == []) == (whose == "its own")


def test_the_standard_output_outside_is_found_from_within_a_component() -> None:
    outside = stdout_outside()
    assert call_isolated(call_isolated, stdout_outside)[0][0] is outside
