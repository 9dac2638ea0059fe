"""Data or code that changes while a sweep runs, or between two: no old result passes for a new one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

TABLE = "a,b,c,d,kind\n" + "".join(f"{row % 7},{row % 5},{row % 10}.5,1.0,{int(row % 10 > 4)}\n" for row in range(60))
FROM_CSV = ("source=csv", "~source.name", "+source.path=table.csv", "+source.target=kind", "model.level=3,5")


@pytest.mark.fault("F32")
def test_a_file_that_changes_while_it_is_read_fails_the_trials_and_is_not_kept(workplace: Any) -> None:
    workplace.write("table.csv", TABLE)
    mark = workplace.folder / "calm"
    words = (
        "source=moving_csv", "~source.name", "+source.path=table.csv", "+source.target=kind",
        f"+source.mark={mark}", "model.level=3,5",
    )  # fmt: skip
    outcome = workplace.sweep(*words).assert_code(1)
    trials = workplace.trials("model.level")
    assert {record.error and record.error.kind for record in trials.values()} == {"input_changed"}
    assert "table.csv" in outcome.out
    mark.touch()
    workplace.sweep(*words).assert_success()
    assert [record.state for record in workplace.trials("model.level").values()] == ["done", "done"]


@pytest.mark.fault("F33")
def test_a_file_edited_with_its_size_and_time_kept_is_read_again(workplace: Any) -> None:
    file = workplace.write("table.csv", TABLE)
    workplace.sweep(*FROM_CSV).assert_success()
    before, scores = file.stat(), workplace.scores()
    file.write_text(TABLE.replace(",1.0,1\n", ",1.0,2\n").replace(",1.0,0\n", ",1.0,1\n").replace(",1.0,2\n", ",1.0,0\n"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    refused = workplace.sweep(*FROM_CSV).assert_code(2)
    assert "2 finished trials of this sweep were made with other code, data or defaults" in refused.err
    workplace.sweep(*FROM_CSV, "--rerun-drifted").assert_success()
    assert workplace.scores() != scores


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
    assert "'runner why'" in refused.err
    assert "--accept-drift" in refused.err
    assert "--rerun-drifted" in refused.err
    assert workplace.bytes_of_done() == done

    kept = workplace.sweep("model.level=2,3", "--accept-drift").assert_success()
    assert "2 trials keep results that were made with other code" in kept.out.replace("\n", " ")
    assert workplace.bytes_of_done() == done

    workplace.sweep("model.level=2,3", "--rerun-drifted").assert_success()
    assert workplace.scores() != before
    told = workplace.run("why", workplace.path.name, "2").assert_success().out
    assert "faulty" in told
    workplace.assert_nothing_lost()


@pytest.mark.fault("F31")
def test_a_kept_result_that_went_bad_is_made_again(workplace: Any, make_workplace: Any) -> None:
    words = ("transforms=[StandardScaler]", "model=LogisticRegression")
    workplace.sweep(*words, "model.C=0.01,0.1").assert_success()
    payloads = [file for file in (workplace.folder / "outputs/.store").rglob("*") if file.is_file()]
    damaged = [file for file in payloads if file.stat().st_size > 200]
    assert damaged
    for file in damaged:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.chmod(0o600)
        file.write_bytes(data)
    first = workplace.column("model.C")
    workplace.sweep(*words, "model.C=0.01,0.1,1").assert_success()
    clean = make_workplace(workplace.folder / "clean")
    clean.sweep(*words, "model.C=0.01,0.1,1").assert_success()
    assert workplace.column("model.C") == clean.column("model.C")
    assert first.items() <= clean.column("model.C").items()
