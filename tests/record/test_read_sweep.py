from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from runner.errors import ConfigError, ExitCode, IntegrityError, PluginError
from runner.record.read import find, runs
from runner.record.read_sweep import Sweep, is_sweep, sweeps
from runner.record.sweep_folder import SweepFolder
from runner.record.sweeps import SweepInfo, TrialRecord, seal

INFO = SweepInfo(
    id="sweep-0badcafe0123",
    experiment="digits",
    identity="0badcafe0123" + "0" * 52,
    created="2026-01-31T12:00:00+00:00",
    command=("runner", "-m", "model.l2=0.1,1"),
    axes=("model.l2",),
    base={"model": {"use": "softmax"}},
    objective={"metric": "f1", "direction": "maximize", "aggregate": "mean"},
    seeds=1,
    versions={"runner": "0.1.0", "python": "3.11.7"},
)


def _record(number: int, attempt: int = 1) -> TrialRecord:
    return TrialRecord(
        number=number,
        key=f"{number:064x}",
        state="done",
        attempt=attempt,
        settings={"model.l2": number / 7},
        score=number / 7,
        started="2026-01-31T12:00:00+00:00",
        seconds=1.5,
    )


def _run(folder: SweepFolder, *numbers: int, attempt: int = 1) -> None:
    for number in numbers:
        (folder.begin(number, attempt) / "log.txt").write_text(f"trial {number}")
    folder.commit([_record(number, attempt) for number in numbers])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sweep of three trials, one of which has two attempts."""
    with SweepFolder.open_or_create(tmp_path / "outputs", "digits", INFO.identity, INFO) as folder:
        _run(folder, 0, 1, 2)
        _run(folder, 1, attempt=2)
    return folder.path


def test_a_sweep_gives_back_what_was_written(path: Path) -> None:
    sweep = Sweep.open(path)
    assert sweep.info == INFO
    assert [(trial.number, trial.attempt, trial.score) for trial in sweep.trials()] == [
        (0, 1, 0.0),
        (1, 2, 1 / 7),
        (2, 1, 2 / 7),
    ]
    assert sweep.trial(1).files == {"log.txt": sha256(b"trial 1").hexdigest()}
    assert sweep.trial(1).summary() == sweep.trials()[1]
    assert [record.attempt for record in sweep.attempts(1)] == [1, 2]
    assert [record.attempt for record in sweep.attempts(0)] == [1]
    assert (sweep.attempts(9), sweep.best) == ([], None)
    sweep.verify()


@pytest.mark.fault("F23")
def test_a_moved_sweep_reads_the_same_and_goes_on(path: Path, tmp_path: Path) -> None:
    before = (Sweep.open(path).info, Sweep(path).trials(), Sweep(path).attempts(1))
    moved = tmp_path / "elsewhere" / "the good one"
    shutil.move(path, moved)
    after = Sweep.open(moved)
    assert (after.info, after.trials(), after.attempts(1)) == before
    after.verify()
    home = tmp_path / "new" / "digits" / path.name
    shutil.copytree(moved, home)
    with SweepFolder.open_or_create(tmp_path / "new", "digits", INFO.identity, INFO) as folder:
        assert (len(folder.known()), folder.notes) == (3, [])


def _edit_score(path: Path) -> None:
    file = path / "trials/0002/trial.json"
    file.write_text(file.read_text().replace('"score": 0.2857', '"score": 0.9857'))


def _edit_and_seal(path: Path) -> None:
    file = path / "trials/0002/trial.json"
    record = {**json.loads(file.read_text()), "score": 1.0}
    file.write_text(json.dumps({**record, "check": seal(record)}))


def _edit_log(path: Path) -> None:
    (path / "trials/0002/log.txt").write_text("better")


def _add_file(path: Path) -> None:
    (path / "trials/0002/more.txt").write_text("more")


def _remove_log(path: Path) -> None:
    (path / "trials/0002/log.txt").unlink()


def _break(path: Path) -> None:
    (path / "trials/0002/trial.json").write_text("{")


def _edit_earlier(path: Path) -> None:
    (path / "attempts/0001/1/log.txt").write_text("better")


def _remove(path: Path) -> None:
    shutil.rmtree(path / "trials/0002")


@pytest.mark.fault("F24")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_edit_score, r"'trials/0002/trial\.json', expected sha256 \w{64}, found \w{64}"),
        (_edit_and_seal, r"'trials/0002/trial\.json', expected sha256 \w{64}, found \w{64}"),
        (_edit_log, r"'trials/0002/log\.txt', expected sha256 \w{64}, found sha256 \w{64}"),
        (_add_file, r"'trials/0002/more\.txt', expected no such file, found sha256 \w{64}"),
        (_remove_log, r"'trials/0002/log\.txt', expected sha256 \w{64}, found no such file"),
        (_break, r"'trials/0002/trial\.json', which is no trial's record any more"),
        (_edit_earlier, r"'attempts/0001/1/log\.txt', expected sha256 \w{64}, found sha256 \w{64}"),
        (_remove, r"missing: 'trials/0002'"),
    ],
)
def test_verifying_names_what_was_changed_with_exit_code_6(
    path: Path, change: Callable[[Path], None], told: str
) -> None:
    change(path)
    with pytest.raises(IntegrityError, match=told) as error:
        Sweep(path).verify()
    assert error.value.exit_code == ExitCode.INTEGRITY
    assert str(error.value).count("\n  ") == 1, "only what was changed is named"


@pytest.mark.fault("F24")
@pytest.mark.parametrize("change", [_edit_score, _edit_log, _add_file, _remove_log, _break])
def test_a_trial_that_was_changed_cannot_be_read_and_the_others_can(
    path: Path, change: Callable[[Path], None]
) -> None:
    change(path)
    with pytest.raises(IntegrityError):
        Sweep(path).trial(2)
    assert Sweep(path).trial(1).score == 1 / 7
    assert len(Sweep(path).trials()) == 3


def test_a_trial_that_has_not_ended_is_told(path: Path) -> None:
    with pytest.raises(ConfigError, match="has no trial 9 that ended"):
        Sweep(path).trial(9)


def test_sweeps_are_listed_by_their_creation(path: Path) -> None:
    root = path.parents[1]
    later = replace(INFO, identity="1" * 64, created="2026-02-01T00:00:00+00:00", id="sweep-111111111111")
    with SweepFolder.open_or_create(root, "a", later.identity, later) as folder:
        assert [sweep.path for sweep in sweeps(root)] == [path, folder.path]
    (root / "digits" / "a file").write_text("")
    broken = root / "digits" / "sweep-broken"
    broken.mkdir()
    assert not is_sweep(broken)
    (broken / "sweep.json").write_text("{")
    assert [sweep.path for sweep in sweeps(root)] == [broken, path, folder.path]
    with pytest.raises(IntegrityError, match=r"sweep\.json"):
        Sweep.open(broken)


def test_a_folder_that_is_no_sweep_cannot_be_opened(tmp_path: Path) -> None:
    assert not is_sweep(tmp_path)
    with pytest.raises(IntegrityError, match=r"sweep\.json"):
        Sweep.open(tmp_path)


def test_a_sweep_of_a_newer_runner_is_refused(path: Path) -> None:
    record = {**json.loads((path / "sweep.json").read_text()), "schema": 2}
    (path / "sweep.json").write_text(json.dumps(record))
    with pytest.raises(PluginError, match="schema 2"):
        Sweep.open(path)


def test_a_sweep_is_never_taken_for_a_run(path: Path) -> None:
    assert runs(path.parents[1]) == []
    assert runs(path.parent) == []
    with pytest.raises(ConfigError, match="no finished run"):
        find(path.parents[1], path.name)


_WRITE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_read_sweep import INFO, SweepFolder, _run
with SweepFolder.open_or_create(Path(sys.argv[1]), "digits", INFO.identity, INFO) as folder:
    print("go", flush=True)
    for start in range(0, 60, 3):
        _run(folder, start, start + 1, start + 2)
        _run(folder, start, attempt=2)
"""


def test_a_sweep_is_read_while_it_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITE, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"go\n"
        (sweep,) = sweeps(tmp_path)
        seen = 0
        while writer.poll() is None:
            trials = sweep.trials()
            assert len(trials) >= seen - 1, "only the trial that runs again may be away"
            assert all(trial.score == trial.number / 7 for trial in trials)
            seen = len(trials)
    assert writer.returncode == 0
    assert [trial.number for trial in sweep.trials()] == list(range(60))
    assert {trial.attempt for trial in sweep.trials() if trial.number % 3 == 0} == {2}
    sweep.verify()
