from __future__ import annotations

import io
import math

import pytest
from rich.console import Console

from runner.record.evidence import ONE_FOLD, Compared, Evidence
from runner.record.sweeps import TrialSummary
from runner.report.leaderboard import Chosen, best, ranked, show_leaderboard, varying


def trial(number: int, score: float | None = None, state: str = "done", std: float | None = None, **settings):
    return TrialSummary(
        number=number, key=f"k{number}", attempt=1, state=state, score=score, std=std, seconds=1.5,
        settings={key.replace("__", "."): value for key, value in settings.items()}, kind=None, check="",
    )  # fmt: skip


def shown(trials, direction="maximize", width=100, **more) -> list[str]:
    out = io.StringIO()
    show_leaderboard(trials, direction, Console(file=out, width=width), **more)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(("direction", "order"), [("maximize", [2, 0, 1]), ("minimize", [1, 0, 2])])
def test_the_best_is_first_by_the_direction_of_the_objective(direction, order) -> None:
    trials = [trial(0, 0.5), trial(1, 0.1), trial(2, 0.9)]
    assert [place.trial.number for place in ranked(trials, direction)] == order
    assert best(trials, direction).number == order[0]


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf, None])
def test_a_score_that_is_not_finite_is_never_first(direction, score) -> None:
    trials = [trial(0, score), trial(1, score, "diverged"), trial(2, 0.1)]
    places = ranked(trials, direction)
    assert [(place.rank, place.trial.number) for place in places] == [(1, 2), (None, 0), (None, 1)]
    assert best(trials[:2], direction) is None


def test_equal_scores_share_a_rank_and_the_lower_number_wins() -> None:
    trials = [trial(3, 0.5), trial(1, 0.5), trial(2, 0.9), trial(0, 0.1)]
    assert [(p.rank, p.trial.number) for p in ranked(trials, "maximize")] == [(1, 2), (2, 1), (2, 3), (4, 0)]
    assert best(trials[:2], "maximize").number == 1


def test_a_trial_that_was_stopped_early_stands_behind_all_that_were_trained_in_full() -> None:
    trials = [trial(0, 0.99, "pruned"), trial(1, 0.1), trial(2, None, "failed"), trial(3, 1.0, "pruned")]
    assert [p.trial.number for p in ranked(trials, "maximize")] == [1, 3, 0, 2]
    assert best(trials, "maximize").number == 1


def test_only_settings_that_differ_are_columns_and_short_ones() -> None:
    trials = [
        trial(0, 0.5, std=0.01, optimizer__learning_rate=0.1, model__l2=1e-5, seed=0),
        trial(1, 0.9, optimizer__learning_rate=1.0, model__l2=1e-5, seed=0),
    ]
    assert varying(trials) == ["optimizer.learning_rate"]
    headings, first, second = shown(trials)
    assert headings.split() == ["rank", "trial", "score", "learning_rate", "took"]
    assert first.split() == ["1", "1", "0.9", "1", "1.5", "s"]
    assert second.split() == ["2", "0", "0.5", "±", "0.01", "0.1", "1.5", "s"]


def test_a_setting_that_only_some_trials_have_is_a_column() -> None:
    trials = [trial(0, 0.5, model="mlp", model__hidden=3), trial(1, 0.4, model="ridge")]
    assert varying(trials) == ["model", "model.hidden"]
    assert varying([trial(0, a=1), trial(1, a=True)]) == ["a"], "1 is not true"


def test_a_trial_without_a_score_shows_its_state() -> None:
    lines = shown([trial(0, None, "timeout"), trial(1, 0.3, "pruned")])
    assert lines[1].split()[:4] == ["–", "1", "0.3", "(pruned)"]
    assert lines[2].split()[:3] == ["–", "0", "timeout"]


def test_the_chosen_trial_is_marked_explained_and_shown_however_far_down() -> None:
    trials = [trial(number, 0.9 - number / 100, lr=number) for number in range(12)]
    lines = shown(trials, chosen=Chosen(11, "the cheapest by 'seconds' of 12 trials"))
    assert lines[0].split() == ["rank", "trial", "score", "to", "best", "lr", "took"]
    assert lines[11].split()[:4] == ["12", "11", "0.79", "chosen"]
    assert lines[12:] == ["and 1 more (1 done)", "trial 11 is chosen, the cheapest by 'seconds' of 12 trials."]


def test_where_the_best_is_chosen_there_is_nothing_to_say() -> None:
    trials = [trial(0, 0.9), trial(1, 0.8)]
    assert shown(trials, chosen=Chosen(0, "the best")) == shown(trials)


def test_the_top_is_shown_and_the_others_are_counted_by_state() -> None:
    lines = shown([*(trial(n, n / 100) for n in range(12)), trial(12, None, "oom")])
    assert len(lines) == 12
    assert lines[-1] == "and 3 more (2 done, 1 oom)"


def test_a_narrow_terminal_is_never_overrun(monkeypatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    trials = [trial(n, n / 10, a__first_key="x" * 60, b__second_key=f"value {n} " * 8) for n in range(3)]
    show_leaderboard(trials, "maximize", Console(file=out, width=40, color_system=None))
    assert all(len(line) <= 40 for line in out.getvalue().splitlines())


def test_a_trial_that_cannot_be_told_from_the_best_is_marked() -> None:
    trials = [trial(0, 0.9), trial(1, 0.89), trial(2, 0.5), trial(3, None, "failed")]
    found = Evidence(0, 5, {1: Compared((0.01, 0.01), 0.4, 0.4), 2: Compared((0.4, 0.4), 0.001, 0.001)})
    headings, first, second, third, failed, line = shown(trials, evidence=found)
    assert headings.split() == ["rank", "trial", "score", "to", "best", "took"]
    assert first.split() == ["1", "0", "0.9", "1.5", "s"]
    assert second.split() == ["2", "1", "0.89", "≈", "1.5", "s"]
    assert third.split() == ["3", "2", "0.5", "worse", "1.5", "s"]
    assert failed.split() == ["–", "3", "failed", "1.5", "s"]
    assert line.startswith("≈ not distinguishable from the best: 1 of 2 others (same 5 folds, ")


def test_one_fold_is_told_under_the_table_and_adds_no_column() -> None:
    headings, *_, line = shown([trial(0, 0.9), trial(1, 0.8)], evidence=Evidence(0, 1, unknown={1: ONE_FOLD}))
    assert headings.split() == ["rank", "trial", "score", "took"]
    assert line.startswith("one fold: no evidence")
