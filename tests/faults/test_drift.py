"""Data or code that changes while a sweep runs, or between two: no old result passes for a new one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

TABLE = "a,b,c,d,kind\n" + "".join(f"{row % 7},{row % 5},{row % 10}.5,1.0,{int(row % 10 > 4)}\n" for row in range(60))
EXPERIMENT = """\
# @package _global_
defaults:
  - override /source: {source}
  - override /splitter: stratified_holdout
  - override /model: faulty
  - override /metrics: [accuracy]
source: {{path: table.csv, target: kind}}
sweep: {{ship: none, workers: 2}}
"""
LEVELS = "model.level=3,5"


def read_table(workplace: Any, source: str = "csv") -> Path:
    """Have the experiment read a file."""
    workplace.write("conf/experiment/faulty.yaml", EXPERIMENT.format(source=source))
    file: Path = workplace.write("table.csv", TABLE)
    return file


@pytest.mark.fault("F32")
def test_a_file_that_changes_while_it_is_read_fails_the_trials_and_is_not_kept(workplace: Any) -> None:
    read_table(workplace, "moving_csv")
    mark = workplace.folder / "calm"
    words = (f"source.mark={mark}", LEVELS)
    outcome = workplace.sweep(*words).assert_code(1)
    trials = workplace.trials("model.level")
    assert {record.error and record.error.kind for record in trials.values()} == {"input_changed"}
    assert "the data changed while the sweep ran" in outcome.out
    mark.touch()
    workplace.sweep(*words).assert_success()
    assert [record.state for record in workplace.trials("model.level").values()] == ["done", "done"]


@pytest.mark.fault("F33")
def test_a_file_edited_with_its_size_and_time_kept_is_read_again(workplace: Any) -> None:
    file = read_table(workplace)
    workplace.sweep(LEVELS).assert_success()
    before, scores = file.stat(), workplace.scores()
    file.write_text("".join(_turned(line) for line in TABLE.splitlines(keepends=True)))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size

    workplace.sweep(LEVELS, "model.momentum=0.5").assert_success()
    told = {name: table for name, table in workplace.tables().items() if table != scores}
    assert [{level: 1.0 - float(score) for level, score in table.items()} for table in told.values()] == [
        {level: pytest.approx(float(score)) for level, score in scores.items()}
    ]


def _turned(line: str) -> str:
    """Give a row of the table the other class."""
    return line.replace(",0\n", ",x\n").replace(",1\n", ",0\n").replace(",x\n", ",1\n")


def edit(place: Any) -> None:
    """Change what the model answers, and leave the plugin's version."""
    file: Path = place.folder / "site/faulty/model.py"
    file.write_text(file.read_text().replace("< self.level", ">= self.level"))


@pytest.mark.fault("F34")
def test_a_plugin_edited_without_a_new_version_is_noticed(workplace: Any) -> None:
    workplace.sweep("model.level=2,3").assert_success()
    before, done = workplace.scores(), workplace.bytes_of_done()
    edit(workplace)
    refused = workplace.sweep("model.level=2,3").assert_code(2)
    assert "2 finished trials of this sweep were made with other code, data or defaults" in refused.err
    assert "source of faulty changed" in refused.err
    assert "--accept-drift" in refused.err
    assert "--rerun-drifted" in refused.err
    assert workplace.bytes_of_done() == done

    kept = workplace.sweep("model.level=2,3", "--accept-drift").assert_success()
    assert "2 trials keep results that were made with other code" in kept.out.replace("\n", " ")
    assert workplace.bytes_of_done() == done

    workplace.sweep("model.level=2,3", "--rerun-drifted").assert_success()
    assert workplace.scores() != before
    told = workplace.run("why", workplace.path.name, "2").assert_success().out
    assert told == "trial 2 (attempt 1) against trial 0: source of faulty changed\n"
    workplace.assert_nothing_lost()


@pytest.mark.fault("F35")
def test_another_version_of_a_library_is_noticed_and_named(workplace: Any) -> None:
    workplace.sweep("model.level=2,3").assert_success()
    newer = workplace.folder / "site/scipy-99.0.dist-info"
    newer.mkdir()
    (newer / "METADATA").write_text("Metadata-Version: 2.1\nName: scipy\nVersion: 99.0\n")
    workplace.sweep("model.level=2,3").assert_code(2)
    workplace.sweep("model.level=2,3", "--rerun-drifted").assert_success()
    told = workplace.run("why", workplace.path.name, "2").assert_success().out
    assert "scipy" in told
    assert "-> 99.0" in told


@pytest.mark.slow
@pytest.mark.fault("F31")
def test_a_kept_result_that_went_bad_is_put_aside_and_made_again(workplace: Any, make_workplace: Any) -> None:
    words = ("transforms=[patient]", "model.level=2,3")
    workplace.sweep(*words).assert_success()
    kept = [file for file in (workplace.folder / "outputs/.store").rglob("*") if file.is_file()]
    kept = [file for file in kept if file.stat().st_size > 200]
    assert kept
    for file in kept:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.chmod(0o600)
        file.write_bytes(data)
    workplace.run("store", "verify").assert_code(6)
    scores = workplace.scores()
    workplace.sweep("transforms=[patient]", "model.level=2,3,4").assert_success()
    assert scores.items() <= workplace.scores().items()
    clean = make_workplace(workplace.folder / "clean")
    clean.sweep("transforms=[patient]", "model.level=3,4").assert_success()
    assert clean.scores().items() <= workplace.scores().items()
    workplace.run("store", "verify").assert_success()
