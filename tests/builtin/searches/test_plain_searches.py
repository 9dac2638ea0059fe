import numpy as np
import pytest

from runner.contracts import Asking, Search, Trial
from runner.errors import ConfigError
from runner.plan.axes import interval
from runner.plan.space_section import space_of
from runner_builtin.searches.plain_searches import Grid, Random, different_draws, endless, mark_of


def grid_of(**axes):
    return space_of({"grid": axes}, {}, None)


def plane(**section):
    axes = {key: interval(key, -3.0, 3.0, "sweep") for key in ("x", "y")}
    return space_of(section, axes, None)


def all_of(asking):
    asked = []
    while not asking.done:
        asked += asking.ask(3)
    return asked


def test_the_searches_keep_the_contract():
    for search in (Grid(), Random()):
        assert isinstance(search, Search)
        assert isinstance(search.begin(grid_of(a=[1]), 0), Asking)


def test_a_grid_asks_for_every_cell_in_order():
    asking = Grid().begin(grid_of(a=[1, 2], b=["u", "v"]), 0)
    assert asking.ask(3) == [Trial(0, {"a": 1, "b": "u"}), Trial(1, {"a": 1, "b": "v"}), Trial(2, {"a": 2, "b": "u"})]
    assert not asking.done
    assert asking.ask(3) == [Trial(3, {"a": 2, "b": "v"})]
    assert asking.done
    assert asking.ask(3) == []


def test_a_grid_refuses_an_interval_and_says_what_to_do():
    with pytest.raises(ConfigError, match=r"'x' is an interval of real numbers.*search=random"):
        Grid().begin(plane(), 0)


def test_a_grid_makes_its_cells_when_they_are_asked_for():
    values = list(range(1000))
    asking = Grid().begin(grid_of(a=values, b=values, c=values), 0)
    assert asking.ask(1)[0].settings == {"a": 0, "b": 0, "c": 0}


def test_chance_draws_no_cell_twice_and_ends_when_there_are_no_more():
    space = grid_of(a=[1, 2, 3], b=[1, 2, 3])
    some = [mark_of(trial.settings) for trial in all_of(Random(trials=5).begin(space, 0))]
    assert len(some) == len(set(some)) == 5
    every = [mark_of(trial.settings) for trial in all_of(Random(trials=50).begin(space, 0))]
    assert len(every) == len(set(every)) == 9


def test_more_trials_begin_with_the_same_ones():
    for space in (grid_of(a=list(range(50))), plane()):
        few, many = (all_of(Random(trials=trials).begin(space, 3)) for trials in (5, 20))
        assert many[:5] == few


def test_seeds_draw_differently_and_one_seed_the_same():
    first, again, other = (all_of(Random().begin(plane(), seed)) for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_the_cells_of_a_small_space_are_equally_likely():
    space = space_of({"concat": [{"grid": {"a": [0]}}, {"grid": {"a": [1, 2, 3]}}]}, {}, None)
    firsts = [all_of(Random(trials=1).begin(space, seed))[0].settings["a"] for seed in range(400)]
    assert all(70 < firsts.count(value) < 130 for value in range(4))


def test_dropped_cells_are_not_drawn():
    trials = all_of(Random(trials=50).begin(plane(drop=["x > y"]), 0))
    assert all(trial.settings["x"] <= trial.settings["y"] for trial in trials)
    assert len(trials) == 50


def test_a_big_space_is_drawn_from_without_listing_it():
    values = list(range(1000))
    drawn = list(different_draws(grid_of(a=values, b=values, c=values), np.random.default_rng(0), 300))
    assert len({mark_of(cell) for cell in drawn}) == 300


@pytest.mark.parametrize("drop", ["x < 4", "y < 4 and y > -4"])
def test_a_space_in_which_everything_is_dropped_ends_in_an_error(drop):
    with pytest.raises(ConfigError, match="after 0 trials, 1000 draws in a row were dropped"):
        Random().begin(plane(drop=[drop]), 0)


def test_a_space_is_endless_by_one_interval():
    assert endless(plane())
    assert not endless(grid_of(a=[1, 2]))


def test_chance_comes_near_the_top_of_a_hill():
    trials = all_of(Random(trials=200).begin(plane(), 0))
    assert min((trial.settings["x"] - 1) ** 2 + (trial.settings["y"] + 0.5) ** 2 for trial in trials) < 0.1
