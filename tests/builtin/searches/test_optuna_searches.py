import random
import subprocess
import sys

import pytest

from runner.contracts import Asking, Search, Trial
from runner.errors import ConfigError
from runner.plan.axes import interval
from runner.plan.space_section import space_of
from runner_builtin.searches.optuna_searches import TPE
from runner_builtin.searches.plain_searches import Random

pytest.importorskip("optuna")


def plane(**section):
    axes = {key: interval(key, -3.0, 3.0, "sweep") for key in ("x", "y")}
    return space_of(section, axes, None)


def hill(trial):
    return -((trial.settings["x"] - 1) ** 2) - (trial.settings["y"] + 0.5) ** 2


def carried_out(asking, score=hill, at_once=1, order=None):
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


def test_the_search_keeps_the_contract():
    assert isinstance(TPE(), Search)
    assert isinstance(TPE().begin(plane(), 0), Asking)


def test_it_comes_nearer_to_the_top_than_chance():
    tpe, chance = (
        [max(map(hill, carried_out(search.begin(plane(), seed)))) for seed in range(3)]
        for search in (TPE(trials=40), Random(trials=40))
    )
    assert sum(tpe) > sum(chance) / 2
    assert min(tpe) > -0.1


def test_what_it_asks_for_depends_on_the_scores_and_not_on_the_order_of_the_answers():
    first = carried_out(TPE(trials=20, startup_trials=5).begin(plane(), 0))
    for seed in range(3):
        asking = TPE(trials=20, startup_trials=5).begin(plane(), 0)
        assert carried_out(asking, at_once=1 + 2 * seed, order=random.Random(seed)) == first
    assert carried_out(TPE(trials=20, startup_trials=5).begin(plane(), 1)) != first


def test_it_asks_batch_by_batch_however_many_are_wanted():
    asking = TPE(trials=12, startup_trials=5, batch=4).begin(plane(), 0)
    batches = []
    while not asking.done:
        batches.append(asking.ask(1000))
        for trial in batches[-1]:
            assert asking.ask(1) == []
            asking.tell(trial, hill(trial))
    assert [[trial.number for trial in batch] for batch in batches] == [[0, 1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11]]
    assert len(TPE(trials=12, startup_trials=0, batch=3).begin(plane(), 0).ask(1000)) == 3


def test_an_answer_that_was_not_asked_for_is_an_error():
    asking = TPE(trials=12).begin(plane(), 0)
    first, second = asking.ask(2)
    asking.tell(first, 1.0)
    for trial in (first, Trial(2, second.settings), Trial(99, second.settings)):
        with pytest.raises(ValueError, match=f"trial {trial.number} was not asked for or has answered"):
            asking.tell(trial, 1.0)


def test_what_it_is_told_changes_what_it_asks_for():
    up, down = (
        carried_out(TPE(trials=20, startup_trials=5).begin(plane(), 0), lambda trial, sign=sign: sign * hill(trial))
        for sign in (1, -1)
    )
    assert up[:5] == down[:5]
    assert up[6:] != down[6:]


def test_failed_trials_and_scores_that_are_no_numbers_teach_nothing():
    def failing(trial):
        return {0: None, 1: float("nan")}.get(trial.number % 3, hill(trial))

    assert len(carried_out(TPE(trials=15, startup_trials=3).begin(plane(), 0), failing)) == 15
    assert len(carried_out(TPE(trials=15, startup_trials=3).begin(plane(), 0), lambda trial: None)) == 15


def test_a_countable_space_is_tried_without_repeating_a_cell():
    section = {"grid": {"model": ["a", "b"]}, "when": {"model=b": {"grid": {"l2": [1, 2, 3]}}}}
    space = space_of(section, {}, None)
    asked = carried_out(TPE(trials=30, startup_trials=2).begin(space, 0), lambda trial: trial.settings.get("l2", 0.0))
    assert sorted(map(str, (trial.settings for trial in asked))) == sorted(map(str, space.cells()))


def test_conditions_and_several_domains_of_one_key_are_followed():
    section = {
        "grid": {"model": ["a", "b"]},
        "when": {"model=a": {"grid": {"x": [[1], [2]]}}, "model=b": {"grid": {"x": [0.1, 0.2], "y": [True, None]}}},
        "concat": [{"grid": {"u": [1]}}, {"zip": {"u": [2, 3], "v": [4, 5]}}],
    }
    steps = {"n": interval("n", 1, 64, "sweep", log=True, integer=True)}
    asked = carried_out(TPE(trials=40, startup_trials=5).begin(space_of(section, steps, None), 0), lambda trial: 1.0)
    cells = list(space_of(section, steps, None).cells())
    assert all(trial.settings in cells for trial in asked)
    assert len(asked) == 40


def test_dropped_cells_are_not_asked_for():
    asked = carried_out(TPE(trials=20, startup_trials=5).begin(plane(drop=["x > y"]), 0))
    assert all(trial.settings["x"] <= trial.settings["y"] for trial in asked)
    assert max(map(hill, asked)) > -4.0


def test_an_endless_space_in_which_everything_is_dropped_ends_in_an_error():
    asking = TPE(trials=5).begin(plane(drop=["x < 4"]), 0)
    with pytest.raises(ConfigError, match="after 0 trials, 1000 proposals in a row were dropped"):
        asking.ask(1)


def test_optuna_is_imported_when_it_is_needed_and_says_how_to_get_it():
    code = (
        "import sys; sys.modules['optuna'] = None\n"
        "from runner_builtin.searches.optuna_searches import TPE\n"
        "from runner.plan.space_section import space_of\n"
        "from runner.errors import ConfigError\n"
        "try: TPE().begin(space_of({'grid': {'a': [1]}}, {}, None), 0)\n"
        "except ConfigError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'runner-ml[optuna]'" in done.stdout


def test_it_announces_nothing_and_leaves_the_volume_as_it_was(capfd):
    import optuna

    before = optuna.logging.get_verbosity()
    carried_out(TPE(trials=3).begin(plane(), 0))
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")
