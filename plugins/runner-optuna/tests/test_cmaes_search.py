"""CMA-ES: it finds what chance does not, whatever answers first, and says where it cannot."""

from itertools import pairwise

import pytest

pytest.importorskip("runner_optuna", reason="runner-optuna is not installed")

from runner_optuna.cmaes_search import CmaEs

import runner
from runner.plan.axes import interval
from runner.plan.space_section import space_of
from runner_builtin.searches.plain_searches import Random

KEYS = ("v", "w", "x", "y")


def plane(*keys):
    return space_of({}, {key: interval(key, -3.0, 3.0, "sweep") for key in keys}, None)


def valley(trial):
    """Rosenbrock's (1960), upside down: a narrow bent ridge, highest where all are 1."""
    at = [trial.settings[key] for key in KEYS]
    return -sum(100 * (y - x**2) ** 2 + (1 - x) ** 2 for x, y in pairwise(at))


def carried_out(search, seed, last_first=False):
    asking, asked, waiting = search.begin(plane(*KEYS), seed), [], []
    while not asking.done or waiting:
        new = list(asking.ask(3))
        asked += new
        waiting += new
        trial = waiting.pop() if last_first else waiting.pop(0)
        asking.tell(trial, valley(trial))
    return asked


def test_it_follows_a_bent_ridge_further_than_chance():
    for seed in range(3):
        best, by_chance = (
            max(map(valley, carried_out(search, seed))) for search in (CmaEs(trials=300), Random(trials=300))
        )
        assert best > by_chance
        assert best > -10


def test_it_asks_for_the_same_whichever_answers_first():
    first = [trial.settings for trial in carried_out(CmaEs(trials=40), 0)]
    assert first == [trial.settings for trial in carried_out(CmaEs(trials=40), 0, last_first=True)]
    assert first != [trial.settings for trial in carried_out(CmaEs(trials=40), 1)]


@pytest.mark.parametrize(("keys", "warned"), [(("x",), True), (("x", "y"), False)])
def test_a_space_in_which_chance_alone_is_left_is_told(keys, warned, caplog):
    CmaEs().begin(plane(*keys), 0)
    assert ("so it draws by chance" in caplog.text) == warned


def test_a_sweep_is_searched(tmp_path):
    sweep = {
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": {"use": "stratified_holdout"},
        "model": {"use": "softmax", "epochs": 2},
        "optimizer": "adam",
        "metrics": ["accuracy"],
        "exporters": [],
        "search": {"use": "cmaes", "trials": 13},
        "sweep": {
            "grid": {"optimizer.learning_rate": "tag(log,interval(0.001,1))", "model.l2": "interval(0,0.1)"},
            "workers": 1,
        },
    }
    outcome = runner.sweep(sweep, outputs=tmp_path)
    assert [trial.state for trial in outcome.trials] == ["done"] * 13
