from __future__ import annotations

import errno
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from runner.errors import ConfigError, IntegrityError, ResourceError
from runner.record import journal
from runner.record.read_sweep import Sweep
from runner.record.sweep_folder import SweepFolder
from runner.record.sweeps import SweepInfo, TrialRecord

IDENTITY = "0badcafe0123" + "0" * 52
INFO = SweepInfo(
    id="sweep-0badcafe0123",
    experiment="digits",
    identity=IDENTITY,
    created="2026-01-31T12:00:00+00:00",
    command=("runner", "-m", "model.l2=0.1,1"),
    axes=("model.l2",),
    base={"model": {"use": "softmax"}},
    objective={"metric": "f1", "direction": "maximize", "aggregate": "mean"},
    seeds=1,
    versions={"runner": "0.1.0", "python": "3.11.7"},
)


def _open(root: Path) -> SweepFolder:
    return SweepFolder.open_or_create(root, "digits", IDENTITY, INFO)


def _record(number: int, attempt: int = 1, **changed: object) -> TrialRecord:
    record = TrialRecord(
        number=number,
        key=f"{number:064x}",
        state="done",
        attempt=attempt,
        settings={"model.l2": number / 7},
        score=number / 7,
        started="2026-01-31T12:00:00+00:00",
        seconds=1.5,
    )
    return replace(record, **changed)


def _run(folder: SweepFolder, *numbers: int, attempt: int = 1) -> None:
    """Begin some trials, let each say something, and commit them together."""
    for number in numbers:
        (folder.begin(number, attempt) / "log.txt").write_text(f"trial {number}")
    folder.commit([_record(number, attempt) for number in numbers])


def _bytes(path: Path) -> dict[str, bytes]:
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def _numbers(folder: SweepFolder) -> list[int]:
    return sorted(trial.number for trial in folder.known().values())


def test_trials_are_committed_and_known_when_the_sweep_is_opened_again(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        assert folder.path == tmp_path / "digits" / "sweep-0badcafe0123"
        assert (folder.info, folder.known(), folder.notes) == (INFO, {}, [])
        assert folder.begin(0, 1) == folder.path / "trials" / "0000.partial-1"
        folder.commit([_record(0)])
        _run(folder, 1, 2)
        known = folder.known()
        folder.commit([])
    assert (tmp_path / ".gitignore").read_text() == "*\n"
    with _open(tmp_path) as folder:
        assert (folder.known(), folder.notes) == (known, [])
        trial = known[f"{1:064x}"]
        assert (trial.number, trial.state, trial.attempt, trial.score, trial.kind) == (1, "done", 1, 1 / 7, None)
    assert sorted(path.name for path in folder.path.iterdir()) == ["journal.jsonl", "sweep.json", "trials"]
    Sweep.open(folder.path).verify()


def test_a_sweep_keeps_what_it_said_of_itself_first(tmp_path: Path) -> None:
    _open(tmp_path).close()
    later = replace(INFO, command=("runner", "resume"))
    with SweepFolder.open_or_create(tmp_path, "digits", IDENTITY, later) as folder:
        assert folder.info == INFO


def test_two_identities_that_begin_alike_do_not_mix(tmp_path: Path) -> None:
    _open(tmp_path).close()
    with pytest.raises(IntegrityError, match="is the sweep '0badcafe0123000"):
        SweepFolder.open_or_create(tmp_path, "digits", IDENTITY[:-1] + "1", INFO)
    _open(tmp_path).close()


@pytest.mark.fault("F11")
def test_a_sweep_that_is_being_run_cannot_be_opened_a_second_time(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        _run(folder, 0)
        before = _bytes(folder.path)
        with pytest.raises(ConfigError, match=rf"sweep digits/sweep-\w+ is being run by .*/{os.getpid()} since"):
            _open(tmp_path)
        assert _bytes(folder.path) == before


def test_numbers_are_kept_and_never_used_again(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        assert folder.plan({"a": {"x": 1}, "b": {"x": 2}}) == {"a": 0, "b": 1}
        assert folder.plan({"c": {"x": 3}, "b": {"x": 2}}) == {"c": 2, "b": 1}
    with _open(tmp_path) as folder:
        assert folder.plan({"d": {}, "a": {}}) == {"d": 3, "a": 0}
        folder.begin(7, 1)
    (folder.path / "journal.jsonl").unlink()
    with _open(tmp_path) as folder:
        assert folder.plan({"e": {}}) == {"e": 8}


def test_an_earlier_attempt_is_kept_when_a_trial_runs_again(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        _run(folder, 3)
        first = _bytes(folder.path / "trials" / "0003")
        assert folder.next_attempt(3) == 2
        folder.begin(3, 2)
        assert folder.known() == {}
    with _open(tmp_path) as folder:  # the second attempt was cut off
        assert (_numbers(folder), folder.next_attempt(3), folder.notes) == ([], 3, [])
        _run(folder, 3, attempt=3)
        folder.begin(3, 3)
        assert folder.next_attempt(4) == 1
    assert _bytes(folder.path / "attempts" / "0003" / "1") == first
    assert sorted(path.name for path in (folder.path / "attempts" / "0003").iterdir()) == ["1", "2.partial", "3"]


def test_an_old_attempt_cannot_be_committed_once_a_newer_one_has_begun(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        folder.begin(3, 1)
        folder.begin(3, 2)
        with pytest.raises(ResourceError, match="is gone while committing"):
            folder.commit([_record(3, 1)])
        folder.commit([_record(3, 2)])
        with pytest.raises(ResourceError, match="is gone while committing"):
            folder.commit([_record(3, 1)])
    assert [record.attempt for record in Sweep(folder.path).attempts(3)] == [2]


def test_two_cut_off_attempts_of_one_number_are_both_kept(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        for _ in range(3):
            folder.begin(3, 1)
    kept = sorted(path.name for path in (folder.path / "attempts" / "0003").iterdir())
    assert kept == ["1.partial", "1.partial-2"]


@pytest.mark.fault("F18")
def test_a_deleted_journal_is_rebuilt_from_the_folders(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        _run(folder, 0, 1, 2)
        _run(folder, 1, attempt=2)
        known = folder.known()
    (folder.path / "journal.jsonl").unlink()
    trials = Sweep(folder.path).trials()
    assert {trial.key: trial for trial in trials} == known
    assert not (folder.path / "journal.jsonl").exists(), "reading changes nothing"
    with _open(tmp_path) as folder:
        assert folder.known() == known
        assert folder.notes == ["3 trial(s) were committed but not in the journal: read from their folders."]
        assert folder.next_attempt(1) == 3
    with _open(tmp_path) as folder:
        assert (folder.known(), folder.notes) == (known, [])


@pytest.mark.fault("F17")
def test_a_flipped_bit_anywhere_in_the_journal_loses_no_trial(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        _run(folder, 0)
        _run(folder, 1)
        _run(folder, 0, attempt=2)
        known = folder.known()
    path = folder.path / "journal.jsonl"
    whole = path.read_bytes()
    step = int(os.environ.get("RUNNER_FAULT_STEP", "17"))
    for place in range(0, len(whole), step):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        assert {trial.key: trial for trial in Sweep(folder.path).trials()} == known, place
        with _open(tmp_path) as again:
            assert again.known() == known
            assert "not as" in again.notes[0]
        Sweep(folder.path).verify()


@pytest.mark.fault("F16")
def test_a_journal_cut_anywhere_loses_no_trial(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        _run(folder, 0)
        _run(folder, 1)
        known = folder.known()
    path = folder.path / "journal.jsonl"
    whole = path.read_bytes()
    for cut in range(0, len(whole), int(os.environ.get("RUNNER_FAULT_STEP", "17"))):
        path.write_bytes(whole[:cut])
        with _open(tmp_path) as again:
            assert again.known() == known
        assert len(journal.read(path).records) == 2


def test_a_trial_whose_record_is_damaged_runs_again_and_is_kept(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        _run(folder, 0, 1)
    (folder.path / "journal.jsonl").unlink()
    (folder.path / "trials" / "0001" / "trial.json").write_text("{")
    with _open(tmp_path) as folder:
        assert _numbers(folder) == [0]
        assert folder.notes[0].startswith("trial 1 runs again: ")
        _run(folder, 1, attempt=folder.next_attempt(1))
        assert _numbers(folder) == [0, 1]
    assert (folder.path / "attempts" / "0001" / "damaged" / "trial.json").read_text() == "{"
    Sweep(folder.path).verify()


def test_a_trial_whose_folder_is_gone_runs_again(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        _run(folder, 0, 1)
    shutil.rmtree(folder.path / "trials" / "0001")
    with _open(tmp_path) as folder:
        assert _numbers(folder) == [0]
        assert folder.notes == ["the folders of 1 trial(s) are gone (1): these trials run again."]
        assert folder.next_attempt(1) == 2
        assert folder.plan({f"{1:064x}": {}}) == {f"{1:064x}": 1}


class _Fault:
    """Makes the n-th of some calls fail, or it and all later ones; a write that fails takes half first."""

    def __init__(self, nth: int, code: int, *, persistent: bool) -> None:
        self.nth, self.code, self.persistent = nth, code, persistent
        self.calls = 0
        self.counting = threading.Lock()

    def around(self, call: Callable[..., object]) -> Callable[..., object]:
        def faulty(*arguments: object, **options: object) -> object:
            with self.counting:
                self.calls += 1
                number = self.calls
            if number == self.nth or (self.persistent and number > self.nth):
                if call is _WRITE:
                    _WRITE(arguments[0], arguments[1][: len(arguments[1]) // 2])  # type: ignore[index]
                raise OSError(self.code, os.strerror(self.code))
            return call(*arguments, **options)

        return faulty


_WRITE = os.write
_CALLS = ("write", "fsync", "rename", "replace", "mkdir", "open", "ftruncate", "listdir")


def _work(root: Path, numbers: Iterable[int]) -> None:
    """Carry out those trials that were not, as a driver does: two at a time."""
    with _open(root) as folder:
        known = _numbers(folder)
        left = [number for number in numbers if number not in known]
        for pair in (left[:2], left[2:]):
            attempts = {number: folder.next_attempt(number) for number in pair}
            for number, attempt in attempts.items():
                (folder.begin(number, attempt) / "log.txt").write_text(f"trial {number}")
            folder.commit([_record(number, attempt) for number, attempt in attempts.items()])


@pytest.mark.fault("F19")
@pytest.mark.parametrize(
    ("code", "persistent"), [(errno.EIO, False), (errno.ENOSPC, False), (errno.EINTR, False), (errno.ENOSPC, True)]
)
def test_whichever_call_fails_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, persistent: bool
) -> None:
    for nth in range(1, 300):
        root = tmp_path / str(nth)
        fault = _Fault(nth, code, persistent=persistent)
        failed = False
        with monkeypatch.context() as patched:
            for name in _CALLS:
                patched.setattr(os, name, fault.around(getattr(os, name)))
            try:
                _work(root, (0, 1, 2))
            except (ResourceError, IntegrityError):
                failed = True
        path = root / "digits" / "sweep-0badcafe0123"
        before = {name: _bytes(path / "trials" / name) for name in ("0000", "0001", "0002")}
        _work(root, (0, 1, 2))
        for name, files in before.items():
            assert not files or _bytes(path / "trials" / name) == files, (nth, name)
        sweep = Sweep.open(path)
        sweep.verify()
        assert [trial.number for trial in sweep.trials()] == [0, 1, 2]
        done = [event["key"] for event in sweep.events() if event["event"] == "ended"]
        assert sorted(done) == [f"{number:064x}" for number in (0, 1, 2)], nth
        assert not journal.read(path / "journal.jsonl").tail
        assert not [name for name in os.listdir(path / "trials") if "partial" in name]
        if fault.calls < nth:
            assert not failed
            assert nth > 40
            return
    pytest.fail("the fault never stopped happening")


def test_a_commit_that_failed_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for nth in range(1, 40):
        with _open(tmp_path / str(nth)) as folder:
            for number in (0, 1):
                folder.begin(number, 1)
            fault = _Fault(nth, errno.EIO, persistent=False)
            with monkeypatch.context() as patched:
                for name in ("write", "fsync", "rename"):
                    patched.setattr(os, name, fault.around(getattr(os, name)))
                try:
                    folder.commit([_record(0), _record(1)])
                except ResourceError:
                    folder.commit([_record(0), _record(1)])
            assert _numbers(folder) == [0, 1]
        Sweep(folder.path).verify()
        if fault.calls < nth:
            return
    pytest.fail("the fault never stopped happening")


_FILL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_sweep_folder import _open, _record
from runner.errors import ResourceError
with _open(Path(sys.argv[1])) as folder:
    for number in (0, 1):
        folder.begin(number, 1)
    folder.commit([_record(0)])
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    try:
        folder.commit([_record(1, overrides=("x" * 2000,))])
    except ResourceError as error:
        print(int(error.exit_code), error)
"""


@pytest.mark.fault("F20")
def test_a_disk_that_fills_up_leaves_the_trial_uncommitted_until_there_is_space_again(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", _FILL, str(tmp_path), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.match(r"5 disk full while writing '.*trial\.json' \(need [\d,]+ bytes, free [\d,]+;", child.stdout), (
        child.stderr
    )
    with _open(tmp_path) as folder:
        assert _numbers(folder) == [0]
        _run(folder, 1, attempt=folder.next_attempt(1))
        assert _numbers(folder) == [0, 1]
    Sweep(folder.path).verify()


_OPEN_AS_NOBODY = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_sweep_folder import _open
from runner.errors import RunnerError
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    _open(Path(sys.argv[1]))
except RunnerError as error:
    print(int(error.exit_code), error)
"""


@pytest.mark.fault("F21")
@pytest.mark.parametrize("closed", [".", "digits/sweep-0badcafe0123", "digits/sweep-0badcafe0123/trials"])
def test_a_folder_that_may_not_be_written_is_told_before_any_work(closed: str) -> None:
    with tempfile.TemporaryDirectory() as parent:
        os.chmod(parent, 0o755)
        root = Path(parent) / "outputs"
        if closed == ".":
            root.mkdir()
        else:
            _open(root).close()
            for folder in (root / "digits/sweep-0badcafe0123").rglob("*"):
                folder.chmod(0o777)
            (root / "digits/sweep-0badcafe0123").chmod(0o777)
        (root / closed).chmod(0o555)
        before = _bytes(root)
        command = [sys.executable, "-c", _OPEN_AS_NOBODY, str(root), str(Path(__file__).parent)]
        child = subprocess.run(command, capture_output=True, text=True, check=False)
        assert re.match(r"5 user .* may not write here", child.stdout), child.stderr
        assert str(root) in child.stdout
        assert _bytes(root) == before
        (root / closed).chmod(0o755)


@pytest.mark.fault("F22")
@pytest.mark.parametrize("what", ["deleted", "renamed", "replaced"])
def test_a_folder_that_goes_while_the_sweep_runs_is_not_made_again(tmp_path: Path, what: str) -> None:
    folder = _open(tmp_path)
    _run(folder, 0)
    folder.begin(1, 1)
    if what == "deleted":
        shutil.rmtree(folder.path)
    else:
        moved = folder.path.rename(tmp_path / "elsewhere")
        if what == "replaced":
            shutil.copytree(moved, folder.path)
        before = _bytes(tmp_path)
    for work in (
        lambda: folder.begin(2, 1),
        lambda: folder.commit([_record(1)]),
        lambda: folder.point_to_best(tmp_path),
    ):
        with pytest.raises(ResourceError, match=r"is gone while|no longer this process's"):
            work()
    folder.close()
    if what == "deleted":
        assert list((tmp_path / "digits").iterdir()) == []
    else:
        assert _bytes(tmp_path) == before


def test_the_winner_is_pointed_to_by_a_file_and_a_link_that_move_along(tmp_path: Path) -> None:
    winner = tmp_path / "digits" / "20260131T120000Z-0badcafe"
    with _open(tmp_path) as folder:
        folder.point_to_best(winner)
        assert Sweep(folder.path).best is None
        winner.mkdir()
        folder.point_to_best(winner)
        assert os.readlink(folder.path / "best") == "../20260131T120000Z-0badcafe"
    moved = (tmp_path / "digits").rename(tmp_path / "moved")
    assert Sweep(moved / folder.path.name).best == moved / winner.name


def test_a_thousand_small_trials_are_committed_in_less_than_three_seconds(tmp_path: Path) -> None:
    with _open(tmp_path) as folder:
        for number in range(1000):
            folder.begin(number, 1)
        start = time.perf_counter()
        folder.commit([_record(number) for number in range(1000)])
        assert time.perf_counter() - start < 3


@pytest.mark.fault("F02")
def test_a_driver_whose_lock_was_taken_over_cannot_write_any_more(tmp_path: Path) -> None:
    old = _open(tmp_path)
    old.begin(0, 1)
    old.lock.path.unlink()  # as who takes over a lock that lay still does
    with _open(tmp_path) as new:
        _run(new, 0, attempt=new.next_attempt(0))
        for work in (lambda: old.commit([_record(0)]), lambda: old.begin(1, 1), lambda: old.plan({"a": {}})):
            with pytest.raises(ResourceError, match="no longer this process's"):
                work()
        old.close()
        assert new.lock.path.exists()
    assert [record.attempt for record in Sweep(new.path).attempts(0)] == [2]
    Sweep(new.path).verify()


_WORK = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_sweep_folder import _numbers, _open, _record
with _open(Path(sys.argv[1])) as folder:
    print("go", flush=True)
    left = [number for number in range(120) if number not in _numbers(folder)]
    for start in range(0, len(left), 3):
        batch = [(number, folder.next_attempt(number)) for number in left[start : start + 3]]
        for number, attempt in batch:
            (folder.begin(number, attempt) / "log.txt").write_text(f"trial {number}")
        folder.commit([_record(number, attempt) for number, attempt in batch])
"""


def test_a_writer_that_is_killed_at_any_time_loses_no_trial_that_it_committed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WORK, str(tmp_path), str(Path(__file__).parent)]
    trials = tmp_path / "digits" / "sweep-0badcafe0123" / "trials"
    before: dict[str, bytes] = {}
    for number in range(int(os.environ.get("RUNNER_KILLS", "4"))):
        seed = int.from_bytes(os.urandom(4), "big")
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"go\n"
            time.sleep(random.Random(seed).random() * 0.2)
            child.kill()
        after = {name: data for name, data in _bytes(trials).items() if "partial" not in name}
        assert before.items() <= after.items(), (number, seed)
        before = after
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    sweep = Sweep.open(trials.parent)
    sweep.verify()
    assert before.items() <= _bytes(trials).items()
    done = [event["number"] for event in sweep.events() if event["event"] == "ended"]
    assert sorted(done) == list(range(120))
    assert not [name for name in os.listdir(trials) if "partial" in name]
