import math

import numpy as np
import pytest

from runner.contracts import Axis
from runner.errors import ConfigError
from runner.plan.axes import axis_of, identity, interval, listed


def test_a_list_is_an_axis_of_its_values():
    axis = axis_of("transforms", [["tfidf"], []], "sweep.grid", parse=None)
    assert axis == Axis("transforms", (["tfidf"], []))
    assert axis.choices == (["tfidf"], [])


def test_a_text_is_read_by_the_grammar_given():
    asked = []
    axis_of("model.l2", "range(1, 3)", "sweep.grid", lambda key, text: asked.append((key, text)))
    assert asked == [("model.l2", "range(1, 3)")]


def test_real_intervals_are_endless_and_whole_ones_are_not():
    assert interval("x", 0.0, 1.0, "sweep").choices is None
    assert list(interval("x", 1, 4, "sweep", integer=True).choices) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: axis_of("model.l2", 3, "sweep.grid", None), "sweep.grid.model.l2: 3 is not what an axis is made of"),
        (lambda: axis_of(3, [1], "sweep.grid", None), "sweep.grid: 3 is no key"),
        (lambda: listed("model.l2", [], "sweep.zip"), "sweep.zip.model.l2: the list is empty"),
        (lambda: listed("model.l2", [{1}], "sweep.zip"), r"sweep.zip.model.l2: \{1\} is a set"),
        (lambda: interval("x", 2, 1, "sweep"), r"sweep.x: interval\(2, 1\) is empty"),
        (lambda: interval("x", 0, math.inf, "sweep"), "has no end"),
        (lambda: interval("x", 0, 1, "sweep", log=True), "starts at 0. Start above 0"),
        (lambda: interval("x", 0.5, 3, "sweep", integer=True), "ends that are none"),
    ],
)
def test_what_is_no_axis_is_refused_with_its_place(make, told):
    with pytest.raises(ConfigError, match=told):
        make()


def test_values_are_drawn_evenly():
    rng = np.random.default_rng(0)
    drawn = [Axis("x", ("a", "b")).draw(rng) for _ in range(1000)]
    assert 440 < drawn.count("a") < 560
    ends = [interval("x", 1, 3, "s", integer=True).draw(rng) for _ in range(3000)]
    assert all(900 < ends.count(value) < 1100 for value in (1, 2, 3))
    assert {type(value) for value in ends} == {int}


def test_on_a_logarithmic_scale_every_size_is_equally_likely():
    rng = np.random.default_rng(0)
    drawn = [interval("x", 1e-4, 1.0, "s", log=True).draw(rng) for _ in range(4000)]
    assert all(1e-4 <= value <= 1 and type(value) is float for value in drawn)
    shares = np.histogram(np.log10(drawn), bins=[-4, -3, -2, -1, 0])[0] / 4000
    assert np.all(np.abs(shares - 0.25) < 0.03)
    whole = [interval("x", 1, 100, "s", log=True, integer=True).draw(rng) for _ in range(4000)]
    assert min(whole) == 1
    assert max(whole) == 100
    assert abs(sum(value <= 10 for value in whole) / 4000 - math.log(21) / math.log(201)) < 0.03


def test_listed_values_have_no_bounds():
    with pytest.raises(ValueError, match="'x' lists its values"):
        _ = Axis("x", (1,)).bounds


def test_equal_settings_read_alike_and_a_number_is_not_a_truth():
    assert identity({"a": 1, "b": [2]}) == identity({"b": [2], "a": 1})
    assert len({identity({"a": value}) for value in (1, 1.0, True, "1")}) == 4
