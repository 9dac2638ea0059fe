import random

import pytest

from runner.contracts import Asking, Search, Trial
from runner.plan.axes import interval
from runner.plan.space_section import space_of
from runner_builtin.searches.halving_searches import Halving, Hyperband
from runner_builtin.searches.plain_searches import Random

LINE = space_of({}, {"x": interval("x", 0.0, 1.0, "sweep")}, None)


def hill(trial):
    """Best at 0.3; short trainings tell it, but less."""
    return -((trial.settings["x"] - 0.3) ** 2) * trial.share


def carried_out(asking, score=hill, at_once=4, order=None):
    """Ask and tell to the end, answers in any order; return the trials asked for, in order."""
    asked, waiting = [], []
    while not asking.done or waiting:
        new = asking.ask(at_once)
        assert new or waiting
        asked += new
        waiting += new
        trial = waiting.pop(order.randrange(len(waiting)) if order else 0)
        asking.tell(trial, score(trial))
    assert asking.ask(1) == []
    return asked


def rungs(asked):
    """Count the trials asked for by share."""
    shares = [trial.share for trial in asked]
    return {round(share, 4): shares.count(share) for share in sorted(set(shares))}


def test_the_searches_keep_the_contract():
    for search in (Halving(), Hyperband()):
        assert isinstance(search, Search)
        assert isinstance(search.begin(LINE, 0), Asking)


def test_one_in_three_goes_on_to_three_times_the_share():
    assert rungs(carried_out(Halving().begin(LINE, 0))) == {0.037: 27, 0.1111: 9, 0.3333: 3, 1.0: 1}
    assert rungs(carried_out(Halving(trials=20).begin(LINE, 0))) == {0.1111: 20, 0.3333: 6, 1.0: 2}
    assert rungs(carried_out(Halving(trials=8, factor=2).begin(LINE, 0))) == {0.125: 8, 0.25: 4, 0.5: 2, 1.0: 1}
    assert rungs(carried_out(Halving(trials=1).begin(LINE, 0))) == {1.0: 1}


@pytest.mark.parametrize(
    ("first", "found"),
    [(0.1, {0.1: 27, 0.3: 9, 1.0: 3}), (0.5, {0.5: 27, 1.0: 9}), (0.9, {0.9: 27, 1.0: 9})],
)
def test_the_first_share_can_be_given(first, found):
    assert rungs(carried_out(Halving(first_share=first).begin(LINE, 0))) == found


def test_few_trials_from_a_small_share_still_come_to_the_end():
    asked = carried_out(Halving(trials=2, first_share=0.04).begin(LINE, 0))
    assert rungs(asked) == {0.04: 2, 0.12: 1, 0.36: 1, 1.0: 1}


def test_the_best_of_all_is_the_one_trained_to_its_end():
    asked = carried_out(Halving().begin(LINE, 0))
    best = max((trial for trial in asked if trial.share < 0.04), key=hill)
    assert asked[-1] == Trial(best.number, best.settings, 1.0)


def test_a_trial_that_failed_does_not_go_on():
    best = max(carried_out(Halving().begin(LINE, 0))[:27], key=hill).number
    failing = carried_out(Halving().begin(LINE, 0), lambda trial: None if trial.number == best else hill(trial))
    assert [trial.share for trial in failing if trial.number == best] == [1 / 27]
    strange = carried_out(
        Halving().begin(LINE, 0), lambda trial: float("nan") if trial.number == best else hill(trial)
    )
    assert strange == failing


def test_where_fewer_succeed_than_could_go_on_those_do_and_where_none_does_it_is_over():
    two = carried_out(Halving().begin(LINE, 0), lambda trial: hill(trial) if trial.number < 2 else None)
    assert rungs(two) == {0.037: 27, 0.1111: 2, 0.3333: 2, 1.0: 1}
    none = carried_out(Halving().begin(LINE, 0), lambda trial: None)
    assert rungs(none) == {0.037: 27}


def test_of_equal_scores_the_lower_numbers_go_on():
    asked = carried_out(Halving(trials=9).begin(LINE, 0), lambda trial: 1.0, order=random.Random(1))
    assert [trial.number for trial in asked if trial.share == 1] == [0]


@pytest.mark.parametrize("search", [Halving(), Hyperband()])
def test_the_order_of_the_answers_changes_nothing(search):
    def found(asked):
        return sorted((trial.number, trial.share, trial.settings["x"]) for trial in asked)

    first = found(carried_out(search.begin(LINE, 0)))
    for seed in range(5):
        assert found(carried_out(search.begin(LINE, 0), at_once=1 + seed, order=random.Random(seed))) == first


def test_it_waits_until_a_whole_rung_has_answered():
    asking = Halving(trials=9).begin(LINE, 0)
    first = asking.ask(20)
    assert len(first) == 9
    for trial in first[:-1]:
        asking.tell(trial, hill(trial))
        assert asking.ask(1) == []
    assert not asking.done
    asking.tell(first[-1], hill(first[-1]))
    assert len(asking.ask(20)) == 3


@pytest.mark.parametrize(
    "trial", [Trial(99, {"x": 0.5}, 1 / 3), Trial(0, {"x": 0.5}, 1.0)], ids=["unknown", "another share"]
)
def test_an_answer_that_was_not_asked_for_is_an_error(trial):
    asking = Halving(trials=3).begin(LINE, 0)
    asking.ask(3)
    with pytest.raises(ValueError, match="asked for"):
        asking.tell(trial, 1.0)


def test_a_small_space_is_gone_through_whole():
    space = space_of({"grid": {"x": [0.1, 0.2, 0.3, 0.4, 0.5]}}, {}, None)
    asked = carried_out(Halving(trials=27).begin(space, 0))
    assert rungs(asked) == {0.3333: 5, 1.0: 1}
    assert asked[-1].settings == {"x": 0.3}


def test_the_brackets_are_those_of_the_paper():
    assert rungs(carried_out(Hyperband(trials=49).begin(LINE, 0))) == {
        0.037: 27,
        0.1111: 9 + 12,
        0.3333: 3 + 4 + 6,
        1.0: 1 + 1 + 2 + 4,
    }
    r81 = Hyperband(trials=143).begin(LINE, 0).ask(143)
    assert rungs(r81) == {0.0123: 81, 0.037: 34, 0.1111: 15, 0.3333: 8, 1.0: 5}


@pytest.mark.parametrize("trials", [1, 2, 3, 10, 30, 49, 60, 100])
def test_the_trials_are_the_total_of_all_brackets(trials):
    for search in (Hyperband(trials=trials), Hyperband(trials=trials, first_share=0.1)):
        asked = carried_out(search.begin(LINE, 0))
        assert {trial.number for trial in asked} == set(range(trials))
        assert any(trial.share == 1 for trial in asked)


def test_brackets_run_side_by_side():
    asking = Hyperband(trials=49).begin(LINE, 0)
    assert len(asking.ask(100)) == 49


@pytest.mark.parametrize("search", [Halving(), Hyperband()])
def test_the_top_of_a_hill_is_found_for_less_than_trying_as_many_to_the_end(search):
    asked = carried_out(search.begin(LINE, 0))
    winner = max((trial for trial in asked if trial.share == 1), key=hill)
    assert abs(winner.settings["x"] - 0.3) < 0.05
    trained: dict[int, float] = {}
    for trial in asked:
        trained[trial.number] = trial.share
    assert sum(trained.values()) < 0.3 * len(trained)


def test_the_same_cells_are_drawn_as_by_chance_alone():
    drawn = [trial.settings for trial in Random(trials=27).begin(LINE, 5).ask(27)]
    assert [trial.settings for trial in Halving().begin(LINE, 5).ask(27)] == drawn
    assert [trial.settings for trial in Hyperband(trials=49).begin(LINE, 5).ask(27)] == drawn
