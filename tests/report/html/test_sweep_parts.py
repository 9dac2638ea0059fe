"""Sections of a sweep's page: leaderboard, settings, costs, course, failures, coverage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.record.read_sweep import Sweep
from runner.record.records import Metrics, StepRecord, Total
from runner.report.html.figures import drawn
from runner.report.html.sections import Code, Facts, Figures, Rows, Section, Words
from runner.report.html.sweep_board import leaderboard_section, outcome_section
from runner.report.html.sweep_costs import COSTS, front, sweep_cost_section
from runner.report.html.sweep_course import course_section, coverage_section, failure_section, time_section
from runner.report.html.sweep_facts import Board, read_board, values_of
from runner.report.html.sweep_settings import explained, setting_section
from tests.report.html.samples import HOSTILE

MakeSweep = Callable[..., Path]


def trial(settings: dict[str, Any], *folds: float, **more: Any) -> dict[str, Any]:
    """Give a trial's record these scores on its folds, of 80 training and 20 test rows."""
    steps = [StepRecord("load/csv", 0.1, note="from the store")]
    for fold in range(len(folds)):
        steps += [
            StepRecord("train/softmax", 1.0, fold, rows_in=80),
            StepRecord("predict/softmax", 0.002, fold, rows_in=20),
        ]
    mean = sum(folds) / len(folds)
    total = {"f1": Total(mean, 0.1, len(folds)), "accuracy": Total(mean / 2, 0.1, len(folds))}
    metrics = Metrics("f1", "maximize", tuple({"f1": score} for score in folds), total)
    return {"settings": settings, "score": mean, "std": 0.1, "metrics": metrics, "steps": steps, **more}


def board_of(path: Path) -> Board:
    return read_board(Sweep.open(path))


def table_of(section: Section, place: int = 0) -> list[list[str]]:
    made = [part.table for part in section.parts if isinstance(part, Rows)][place]
    return [[heading.text for heading in made.headings], *([cell.text for cell in row] for row in made.rows)]


def pictures(section: Section, folder: Path) -> dict[str, str]:
    figures = [figure for part in section.parts if isinstance(part, Figures) for figure in part.figures]
    return {picture.name: picture.text for picture in drawn(figures, folder)}


def three(make_sweep: MakeSweep, **info: Any) -> Path:
    return make_sweep(
        [
            trial({"model.l2": 0.1, "model": "softmax"}, 0.50, 0.52, 0.51, seconds=1.0, model_bytes=1000),
            trial({"model.l2": 1.0, "model": "softmax"}, 0.90, 0.93, 0.91, seconds=3.0, model_bytes=2_000_000),
            trial({"model.l2": 10.0, "model": "mlp"}, 0.92, 0.90, 0.90, seconds=2.0, model_bytes=3000),
            {
                "settings": {"model.l2": 100.0, "model": "mlp"},
                "state": "oom",
                "error": ("oom", "took 9 GB"),
                "log": "hm",
            },
        ],
        **info,
    )


def test_the_leaderboard_tells_verdicts_settings_and_costs(make_sweep: MakeSweep) -> None:
    headings, best, second, third, failed = table_of(leaderboard_section(board_of(three(make_sweep))))
    assert headings == [
        "rank", "trial", "f1", "±", "behind", "against the best", "l2", "model", "accuracy", "took", "model",
        "a row takes", "state",
    ]  # fmt: skip
    assert best[:3] == ["1", "1", "0.9133"]
    assert best[5:] == ["best", "1", "softmax", "0.4567", "3.0 s", "2.0 MB", "100 µs", "done"]
    assert second[5] == "not distinguishable"
    assert (third[4], third[5]) == ("0.4033", "worse")
    assert (failed[0], failed[-1]) == ("—", "oom")


def test_the_outcome_names_the_best_and_how_many_cannot_be_told_from_it(make_sweep: MakeSweep) -> None:
    section = outcome_section(board_of(three(make_sweep, planned=2)))
    texts = [part.text for part in section.parts if isinstance(part, Words)]
    assert texts[0].startswith("2 trials are still to go")
    assert texts[1] == "Best is trial 1 with l2 1, model softmax: 0.9133 ± 0.1."
    assert texts[2].startswith("≈ not distinguishable from the best: 1 of 2 others")
    (facts,) = [part for part in section.parts if isinstance(part, Facts)]
    assert ("trials ended", "4 of 6") in facts.pairs
    assert ("oom", "1") in facts.pairs


def test_a_damaged_record_is_counted_and_its_trial_still_listed(make_sweep: MakeSweep) -> None:
    path = three(make_sweep)
    (path / "trials/0002/trial.json").write_text("{")
    board = board_of(path)
    assert "The records of 1 trials cannot be read" in outcome_section(board).parts[1].text  # type: ignore[union-attr]
    assert [row[1] for row in table_of(leaderboard_section(board))[1:]] == ["1", "2", "0", "3"]


def test_each_setting_is_drawn_against_the_score(make_sweep: MakeSweep, tmp_path: Path) -> None:
    section = setting_section(board_of(three(make_sweep)))
    found = pictures(section, tmp_path / "figures")
    assert list(found) == ["parallel_coordinates", "score_map", "score_by_1", "score_by_2"]
    assert found["score_by_2"] == "Each dot is a trial; 2 values. On average f1 is best, 0.9067, with mlp."
    assert table_of(section, 1)[1] == ["l2", "0.1", "1", "1", "0.51", "0.51"]


def test_many_settings_of_all_kinds_with_gaps_are_drawn(make_sweep: MakeSweep, tmp_path: Path) -> None:
    trials = [
        trial(
            {
                "a": place,
                "b": 10.0**-place,
                HOSTILE[place % 10]: True,
                "list": [place, 1],
                "text": HOSTILE[place % 10],
            }
            | ({"some": 0.5 + place} if place % 2 else {}),
            0.5 + place / 100,
        )
        for place in range(40)
    ]
    found = pictures(setting_section(board_of(make_sweep(trials))), tmp_path / "figures")
    assert "The first 10 of 15 settings." in found["parallel_coordinates"]
    assert len(found) == 10


def test_where_less_is_better_the_best_is_the_least(make_sweep: MakeSweep, tmp_path: Path) -> None:
    objective = {"metric": "f1", "direction": "minimize", "aggregate": "mean"}
    board = board_of(three(make_sweep, objective=objective))
    assert board.rows[0].trial.number == 0
    assert "best, 0.51, with 0.1" in pictures(setting_section(board), tmp_path / "figures")["score_by_1"]


def test_the_share_that_a_setting_explains_is_that_between_its_values(make_sweep: MakeSweep) -> None:
    trials = [trial({"a": a, "b": b}, a + b / 10) for a in (0.1, 0.5) for b in (1, 2)]
    rows = board_of(make_sweep(trials)).scored
    # variances: 0.04 by a, 0.0025 by b
    assert explained(rows, "a") == pytest.approx(0.04 / 0.0425)
    assert explained(rows, "b") == pytest.approx(0.0025 / 0.0425)
    assert explained(rows[:1], "a") is None


def test_values_are_in_their_order_numbers_first(make_sweep: MakeSweep) -> None:
    rows = board_of(make_sweep([trial({"a": value}, 0.5) for value in (10, "x", 2.5, True, None)])).rows
    assert values_of(rows, "a") == [2.5, 10, True, "x"]


def test_a_sweep_that_varies_nothing_or_has_no_score_has_no_such_section(make_sweep: MakeSweep) -> None:
    assert setting_section(board_of(make_sweep([trial({}, 0.5)]))).parts == []
    failed = [{"settings": {"a": n}, "state": "failed", "error": ("data", "no")} for n in range(3)]
    board = board_of(make_sweep(failed, identity="abcd" * 16))
    for section in (setting_section, sweep_cost_section, course_section, coverage_section):
        assert section(board).parts == []
    assert len(table_of(leaderboard_section(board))) == 4


def test_the_front_is_what_nothing_beats_in_both(make_sweep: MakeSweep, tmp_path: Path) -> None:
    board = board_of(three(make_sweep))
    assert [row.trial.number for row in front(board.scored, COSTS["seconds"][1], 1)] == [0, 2, 1]
    assert [row.trial.number for row in front(board.scored, COSTS["seconds"][1], -1)] == [0]
    section = sweep_cost_section(board)
    found = pictures(section, tmp_path / "figures")
    assert list(found) == ["pareto_seconds", "pareto_model_bytes"], "all take the same time to predict a row"
    assert found["pareto_seconds"].endswith("beats in both: 0, 2, 1.")
    assert table_of(section)[1] == [
        "1", "0.9133", "3.0 s", "2.0 MB", "seconds, model bytes", "l2 1, model softmax",
    ]  # fmt: skip


def test_the_course_shows_the_best_so_far_and_the_losses_of_the_best(make_sweep: MakeSweep, tmp_path: Path) -> None:
    curves = {"loss": [1.0, 0.5, None], "validation_loss": [1.1, 0.6, 0.7]}
    trials = [trial({"a": place}, 0.5 + place / 10, curves=curves) for place in range(4)]
    found = pictures(course_section(board_of(make_sweep(trials))), tmp_path / "figures")
    assert found["progress"].endswith("The best of all is trial 3, 0.8.")
    assert found["learning_curves"].endswith(
        "of the 4 best trials, in their first training; dashed, on rows put aside."
    )


def test_failures_are_told_by_reason_with_the_end_of_a_log(make_sweep: MakeSweep) -> None:
    words, rows, log = failure_section(board_of(three(make_sweep))).parts
    assert words == Words("1 of 4 trials failed, for 1 reason.", "failure")
    assert isinstance(rows, Rows)
    assert [cell.text for cell in rows.table.rows[0]] == ["1", "oom", "took 9 GB", "3"]
    assert log == Code("hm", "The end of the log of trial 3")


def test_trials_that_were_scored_on_fewer_folds_are_counted(make_sweep: MakeSweep) -> None:
    trials = [trial({"a": 1}, 0.5, 0.6, 0.7, 0.8), trial({"a": 2}, 0.1, 0.2, state="pruned")]
    section = coverage_section(board_of(make_sweep(trials, seeds=2)))
    (words,) = [part for part in section.parts if isinstance(part, Words)]
    assert words.text == "A whole trial is scored on 2 folds for each of 2 seeds. 1 of 2 trials were scored on fewer."
    assert table_of(section)[1:] == [["4", "done", "1"], ["2", "pruned", "1"]]


def test_stages_are_added_up_with_what_came_from_the_store(make_sweep: MakeSweep) -> None:
    rows = table_of(time_section(board_of(three(make_sweep))))
    assert rows[1] == ["train/softmax", "9", "0", "9.0 s"]
    assert rows[2] == ["load/csv", "3", "3", "300 ms"]
