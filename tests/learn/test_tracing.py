import numpy as np
import pytest

from runner.learn.tracing import NUMBER, STEP, TRIAL, Symbol, Trace, Untraceable


@pytest.fixture
def trace():
    return Trace(np.dtype("float32"))


@pytest.fixture
def number(trace):
    return trace.given(NUMBER, "grad")


def carried_out(trace, result, **given):
    """What the lines of the loop make of one number."""
    names = {"np": np, "number": np.float64, "one": 1.0, "zero": 0.0, **given}
    exec("\n".join(trace.lines), names)
    return names[result.name]


@pytest.mark.parametrize(
    "rule",
    [
        lambda x: 2 * x - x / 4 + 1,
        lambda x: -np.abs(x) * np.sign(x),
        lambda x: np.sqrt(np.square(x)) + x**2 + np.abs(x) ** 0.5,
        lambda x: np.maximum(x, 0.5) - np.minimum(x, -0.5),
        lambda x: np.clip(x, -1, 1),
        lambda x: np.where((x > 0) & ~(x > 2), x, -x),
    ],
)
@pytest.mark.parametrize("value", [-3.0, -0.25, 0.0, 0.5, 3.0])
def test_what_is_written_down_gives_what_numpy_gives(trace, number, rule, value):
    written = rule(number)
    assert isinstance(written, Symbol)
    assert carried_out(trace, written, grad=value) == rule(np.float64(value))


def test_what_is_known_before_the_loop_is_computed_before_it(trace, number):
    rate, count = trace.given(TRIAL), trace.given(STEP)
    corrected = rate / (1 - 0.9 ** (count + 1))
    assert corrected.level == TRIAL
    assert trace.lines == []
    assert trace.loaded == {}
    written = corrected * number
    assert written.level == NUMBER
    assert trace.lines == [f"{written.name} = early{corrected.name} * grad"]
    assert list(trace.loaded) == [int(corrected.name)]


@pytest.mark.parametrize(
    "rule",
    [
        lambda x: x if x else 0,
        lambda x: float(np.asarray(x)),
        lambda x: np.add.reduce(x),
        lambda x: np.sort(x),
        lambda x: np.exp(x),
        lambda x: x * np.ones(3),
        lambda x: np.add(x, 1, dtype="float64"),
        lambda x: (x > 0) * x,
        lambda x: np.where(x, 1, x),
    ],
)
def test_a_rule_that_needs_the_numbers_themselves_says_so(number, rule):
    with pytest.raises(Untraceable):
        rule(number)
