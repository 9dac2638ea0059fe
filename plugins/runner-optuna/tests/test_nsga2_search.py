"""NSGA-II: it finds a better front than chance, whatever answers first, also in sweeps that are gone on with."""

import json

import pytest

pytest.importorskip("runner_optuna", reason="runner-optuna is not installed")

from runner_optuna.nsga2_search import Nsga2

import runner
from runner.cli import main
from runner.errors import ConfigError
from runner.plan.axes import interval
from runner.plan.space_section import space_of
from runner_builtin.searches.plain_searches import Random

KEYS = ("a", "b", "c", "d", "e", "f")


def plane():
    return space_of({}, {key: interval(key, 0.0, 1.0, "sweep") for key in KEYS}, None)


def two_goals(trial):
    """ZDT1 (Zitzler, Deb & Thiele, 2000), upside down: the front is where all but the first are 0."""
    first, *rest = (trial.settings[key] for key in KEYS)
    distance = 1 + 9 * sum(rest) / len(rest)
    return -first, -distance * (1 - (first / distance) ** 0.5)


def carried_out(search, seed, last_first=False):
    asking, asked, waiting = search.begin(plane(), seed), [], []
    while not asking.done or waiting:
        new = list(asking.ask(3))
        asked += new
        waiting += new
        trial = waiting.pop() if last_first else waiting.pop(0)
        score, other = two_goals(trial)
        asking.tell(trial, score, *([[other]] if isinstance(search, Nsga2) else []))
    return asked


def dominated(trials):
    """The area between the front and the corner (-1, -10): more is better (Zitzler & Thiele, 1998)."""
    area, height = 0.0, -10.0
    for score, other in sorted(map(two_goals, trials), reverse=True):
        if other > height:
            area += (score + 1.0) * (other - height)
            height = other
    return area


def test_it_finds_a_better_front_than_chance():
    for seed in range(3):
        bred, by_chance = (dominated(carried_out(search, seed)) for search in (Nsga2(trials=300), Random(trials=300)))
        assert bred > by_chance + 0.5


def test_it_asks_for_the_same_whichever_answers_first():
    first = [trial.settings for trial in carried_out(Nsga2(trials=60), 0)]
    assert first == [trial.settings for trial in carried_out(Nsga2(trials=60), 0, last_first=True)]
    assert first != [trial.settings for trial in carried_out(Nsga2(trials=60), 1)]


SWEEP = {
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": {"use": "stratified_holdout"},
    "model": {"use": "DecisionTreeClassifier"},
    "metrics": ["accuracy", "log_loss"],
    "exporters": [],
    "sweep": {
        "grid": {"model.max_depth": "int(interval(1,8))", "model.min_samples_leaf": "int(interval(1,20))"},
        "workers": 1,
        "ship": "none",
    },
}


def searched(trials, against=("model_bytes",)):
    return {**SWEEP, "search": {"use": "nsga2", "trials": trials, "batch": 6, "against": list(against)}}


def test_a_sweep_that_is_gone_on_with_breeds_from_what_is_on_the_disk(tmp_path, capsys):
    short = runner.sweep(searched(9), outputs=tmp_path / "a")
    longer = runner.sweep(searched(18), outputs=tmp_path / "a")
    at_once = runner.sweep(searched(18), outputs=tmp_path / "b")
    assert [trial.settings for trial in longer.trials] == [trial.settings for trial in at_once.trials]
    assert [trial.number for trial in short.trials] == list(range(9))
    assert longer.against == ["model_bytes"]
    capsys.readouterr()
    assert main(["compare", str(longer.path), "--pareto", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert all(trial["model_bytes"] > 0 for trial in told)
    assert {trial["trial"] for trial in told if trial["unbeaten"]} == set(longer.unbeaten)


@pytest.mark.parametrize(
    ("measure", "told"),
    [("depth", "--pareto: 'depth' is neither measured"), ("model.criterion", "--pareto: 'model.criterion' may be")],
)
def test_what_the_trials_cannot_be_compared_by_is_told(measure, told, tmp_path, capsys):
    grid = {"model.criterion": ["gini", "entropy"]}
    swept = {**SWEEP, "sweep": {**SWEEP["sweep"], "grid": grid}}
    path = runner.sweep(swept, outputs=tmp_path).path
    assert main(["compare", str(path), "--pareto"]) == 2
    assert "--pareto: against what?" in capsys.readouterr().err
    assert main(["compare", str(path), "--pareto", measure]) == 2
    assert told in capsys.readouterr().err


def test_the_command_says_which_trials_no_other_beats(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["model.C=tag(log,interval(0.01,100))", "sweep.ship=none"]
    search = ["search=nsga2", "search.trials=4", "search.batch=2", "search.against=[model_bytes,latency]"]
    assert main(["-m", "+experiment=iris_svc", *words, *search]) == 0
    assert "of 4 trials are beaten by no other in accuracy and model_bytes and latency" in capsys.readouterr().out


def test_other_metrics_and_swept_numbers_are_objectives_too(tmp_path):
    outcome = runner.sweep(searched(6, ["log_loss", "-model.min_samples_leaf"]), outputs=tmp_path)
    folder = outcome.path / "trials"
    points = {}
    for trial in outcome.trials:
        totals = json.loads(next(folder.glob(f"*{trial.number}/trial.json")).read_text())["metrics"]["total"]
        points[trial.number] = (trial.score, -totals["log_loss"]["mean"], trial.settings["model.min_samples_leaf"])
    beaten = {
        number
        for number, point in points.items()
        for other in points.values()
        if other != point and all(theirs >= own for theirs, own in zip(other, point, strict=True))
    }
    assert set(outcome.unbeaten) == points.keys() - beaten


@pytest.mark.parametrize(
    ("against", "told"),
    [
        (["model_byte"], r"search\.against: 'model_byte' is neither measured .* Did you mean 'model_bytes'"),
        (["accuracy"], r"search\.against: 'accuracy' is the score itself"),
        ([], "against"),
    ],
)
def test_objectives_that_no_trial_has_are_refused_before_any_runs(against, told, tmp_path):
    with pytest.raises(ConfigError, match=told):
        runner.sweep(searched(6, against), outputs=tmp_path)
    assert not list(tmp_path.glob("**/trial.json"))
