from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from runner.errors import ConfigError, ExitCode, IntegrityError, PluginError
from runner.record.read import Run, find, runs
from runner.record.records import Metrics


def test_a_run_gives_back_what_was_written(make_run) -> None:
    run = Run.open(make_run(seed=7))
    assert (run.name, run.state, run.finished, run.info.seed) == ("digits", "done", True, 7)
    assert run.config["model"] == {"use": "softmax", "l2": 1e-5}
    assert run.scores.total["f1"].mean == 0.85
    assert [step.step for step in run.steps] == ["load/csv", "clean/drop_duplicates", "fit/softmax"]
    assert run.steps[1].rows_out == 148
    assert set(run.files) == {"run.json", "config/resolved.yaml", "metrics.json", "steps.jsonl"}
    run.verify()


def test_a_moved_and_renamed_folder_reads_the_same(make_run, tmp_path: Path) -> None:
    here = make_run()
    before = Run.open(here)
    expected = (before.info, before.scores, before.steps, before.config, before.files)
    moved = tmp_path / "elsewhere" / "the winner"
    shutil.move(here, moved)
    after = Run.open(moved)
    assert (after.info, after.scores, after.steps, after.config, after.files) == expected


def test_a_run_that_failed_before_it_had_scores_reads_as_empty(make_run) -> None:
    path = make_run()
    manifest = json.loads((path / "manifest.json").read_text())
    for name in ("metrics.json", "steps.jsonl"):
        (path / name).unlink()
        del manifest["files"][name]
    (path / "manifest.json").write_text(json.dumps(manifest))
    run = Run.open(path)
    assert (run.scores, run.steps, run.fingerprints) == (Metrics(), [], {})


def test_runs_are_listed_by_their_start_and_partial_ones_never(make_run) -> None:
    paths = [make_run("b", minutes=5), make_run("a", minutes=9), make_run("a", minutes=1)]
    partial = make_run("a", minutes=7)
    partial.rename(partial.with_name(f"{partial.name}.partial"))
    (paths[0].parent / "not a run").mkdir()
    (paths[0].parents[1] / "a file").write_text("")
    root = paths[0].parents[1]
    assert [run.path for run in runs(root)] == [paths[2], paths[0], paths[1]]


def test_a_renamed_run_keeps_its_place_in_time(make_run) -> None:
    first, second = make_run(minutes=1), make_run(minutes=2)
    renamed = first.rename(first.with_name("zzz"))
    assert [run.path for run in runs(second.parents[1])] == [renamed, second]


def test_a_run_whose_record_is_damaged_is_listed_and_says_so_when_read(make_run) -> None:
    good, bad = make_run(minutes=2), make_run(minutes=1)
    (bad / "run.json").write_text('{"schema": 1}')
    listed = runs(good.parents[1])
    assert [run.path for run in listed] == [bad, good]
    with pytest.raises(
        IntegrityError, match=r"run\.json' does not hold what a run writes there \(KeyError: 'error'\)"
    ):
        _ = listed[0].info


@pytest.mark.parametrize(
    ("name", "text", "attribute"),
    [
        ("steps.jsonl", "{\n", "steps"),
        ("config/resolved.yaml", "a: [", "config"),
        ("config/resolved.yaml", "3", "config"),
        ("metrics.json", '{"primary": null}', "scores"),
        ("metrics.json", "[]", "scores"),
        ("run.json", "[]", "info"),
    ],
)
def test_a_damaged_file_is_named(make_run, name: str, text: str, attribute: str) -> None:
    path = make_run()
    (path / name).write_text(text)
    with pytest.raises(IntegrityError, match=name):
        getattr(Run(path), attribute)


def test_a_folder_of_a_newer_schema_is_refused_by_version(make_run) -> None:
    path = make_run()
    record = json.loads((path / "run.json").read_text())
    record.update(schema=2, versions={"runner": "1.9", "python": "3.14"})
    (path / "run.json").write_text(json.dumps(record))
    with pytest.raises(PluginError, match=r"was made by runner '1\.9', this is '.*schema 2, .* up to 1") as told:
        Run.open(path)
    assert told.value.exit_code == ExitCode.PLUGIN


def test_a_folder_that_is_no_run_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="is not a finished run"):
        Run.open(tmp_path)


@pytest.mark.parametrize("words", [lambda p: str(p), lambda p: p.name, lambda p: f"digits/{p.name}"])
def test_a_run_is_found_by_path_by_id_and_by_experiment_and_id(make_run, words) -> None:
    path = make_run()
    make_run("other", minutes=1)
    assert find(path.parents[1], words(path)).path == path


def test_a_run_is_found_by_a_unique_beginning_of_its_id_or_of_its_digits(make_run) -> None:
    path = make_run(minutes=1)
    make_run(minutes=2)
    root = path.parents[1]
    assert find(root, path.name[:14]).path == path
    assert find(root, path.name.rpartition("-")[2]).path == path


def test_a_beginning_that_fits_several_runs_is_an_error_naming_them(make_run) -> None:
    first, second = make_run(minutes=1), make_run(minutes=2)
    with pytest.raises(ConfigError, match=f"could be any of 2 runs in .*{first.name}, {second.name}.*more of the id"):
        find(first.parents[1], "20260131")


def test_an_unknown_run_is_an_error_that_says_where_it_looked_and_what_is_near(make_run) -> None:
    path = make_run()
    wrong = path.name[:-1] + "x"
    with pytest.raises(ConfigError, match=rf"no finished run '{wrong}'.*outputs'.*Did you mean '{path.name}'\?"):
        find(path.parents[1], wrong)


@pytest.mark.parametrize("words", ["", "anything"])
def test_without_any_runs_nothing_is_found(tmp_path: Path, words: str) -> None:
    with pytest.raises(ConfigError, match=r"Nothing is offered\. 'runner ls' lists the runs"):
        find(tmp_path, words)


def test_an_unfinished_run_cannot_be_found(make_run) -> None:
    path = make_run()
    partial = path.rename(path.with_name(f"{path.name}.partial"))
    for words in (str(partial), path.name, partial.name):
        with pytest.raises(ConfigError, match="no finished run"):
            find(path.parents[1], words)
