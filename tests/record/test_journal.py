from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.errors import ExitCode, ResourceError
from runner.record.journal import Journal, read

EVERY = int(os.environ.get("RUNNER_FAULT_STEP", "3"))


def _events(count: int) -> list[dict[str, object]]:
    return [{"event": "ended", "number": n, "state": "done", "score": n / 7, "ä": '"\n'} for n in range(count)]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "journal.jsonl"
    journal = Journal.open(path)
    for event in _events(6):
        journal.append(event)
    journal.close()
    return path


def _reopened(path: Path) -> list[dict[str, object]]:
    journal = Journal.open(path)
    assert journal.lost == []
    journal.close()
    return journal.records


def test_what_was_appended_is_there_when_the_journal_is_opened_again(written: Path) -> None:
    journal = Journal.open(written)
    assert (journal.records, journal.lost) == (_events(6), [])
    journal.append({"a": 1}, {"a": 2})
    journal.append()
    journal.close()
    journal.close()
    assert _reopened(written) == [*_events(6), {"a": 1}, {"a": 2}]
    assert written.read_text().splitlines()[-1][8:] == ' 8 {"a": 2}'


def test_a_journal_that_is_missing_reads_as_empty_and_is_not_made(tmp_path: Path) -> None:
    assert read(tmp_path / "journal.jsonl").records == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("F16")
def test_a_journal_cut_at_any_byte_of_its_last_two_records_keeps_every_complete_one(
    written: Path, tmp_path: Path
) -> None:
    whole = written.read_bytes()
    lines = whole.splitlines(keepends=True)
    ends = [sum(map(len, lines[:n])) for n in range(7)]
    for cut in range(ends[4], ends[6]):
        folder = tmp_path / f"cut-{cut}"
        folder.mkdir()
        path = folder / "journal.jsonl"
        path.write_bytes(whole[:cut])
        # Only its line end may be missing from a complete record.
        complete = sum(end - 1 <= cut for end in ends[1:])
        tail = whole[ends[complete] : cut]
        assert read(path).records == _events(6)[:complete]
        assert path.read_bytes() == whole[:cut], "reading changes nothing"
        journal = Journal.open(path)
        assert journal.records == _events(6)[:complete]
        assert (folder / "journal.torn-1").exists() == bool(tail) == bool(journal.lost)
        if tail:
            assert (folder / "journal.torn-1").read_bytes() == tail
            assert f"{len(tail)} byte(s), is not as it was written; kept in 'journal.torn-1'" in journal.lost[0]
        journal.append({"next": cut})
        journal.close()
        assert _reopened(path) == [*_events(6)[:complete], {"next": cut}]


@pytest.mark.fault("F17")
def test_a_flipped_bit_loses_only_its_own_line_and_says_so(written: Path, tmp_path: Path) -> None:
    whole = written.read_bytes()
    for place in range(0, len(whole), EVERY):
        folder = tmp_path / f"flip-{place}"
        folder.mkdir()
        path = folder / "journal.jsonl"
        damaged = bytearray(whole)
        damaged[place] ^= 1 << random.Random(place).randrange(8)
        path.write_bytes(damaged)
        journal = Journal.open(path)
        hit = whole[:place].count(b"\n")
        # A line end that is no more one joins two lines, unless it is the last.
        both = whole[place : place + 1] == b"\n" and hit < 5
        expected = [e for n, e in enumerate(_events(6)) if n != hit and not (both and n == hit + 1)]
        assert journal.records == expected, place
        assert journal.lost
        kept = b"".join(file.read_bytes() for file in folder.glob("journal.*-1"))
        assert bytes(damaged).split(b"\n")[hit].split(b"\n")[0] in kept
        journal.append({"next": 1})
        journal.close()
        assert _reopened(path) == [*expected, {"next": 1}]


def test_a_line_that_was_removed_is_missed_once(written: Path) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join(lines[:2] + lines[4:]))
    journal = Journal.open(written)
    assert "2 record(s) in the middle" in journal.lost[0]
    journal.close()
    assert _reopened(written) == [e for n, e in enumerate(_events(6)) if n not in (2, 3)]


def test_damage_after_damage_is_set_aside_under_names_of_its_own(written: Path) -> None:
    for number in (1, 2):
        with open(written, "ab") as file:
            file.write(b"half a rec")
        Journal.open(written).close()
        assert written.with_name(f"journal.torn-{number}").read_bytes() == b"half a rec"


@pytest.mark.fault("F19")
@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EINTR])
@pytest.mark.parametrize("persistent", [False, True])
def test_an_append_that_fails_leaves_the_journal_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int, persistent: bool
) -> None:
    codes = set()
    for nth in range(1, 20):
        folder = tmp_path / str(nth)
        folder.mkdir()
        path = folder / "journal.jsonl"
        kept = []
        fault = _Fault(nth, code, persistent=persistent)
        with monkeypatch.context() as patched:
            patched.setattr(os, call, fault.around(getattr(os, call)))
            try:
                journal = Journal.open(path)
                for event in _events(3):
                    try:
                        journal.append(event)
                        kept.append(event)
                    except ResourceError as error:
                        codes.add(error.exit_code)
                journal.close()
            except ResourceError:
                assert kept == []
        assert _reopened(path) == kept if path.exists() else not kept
        if not fault.happened:
            assert kept == _events(3)
            assert codes == {ExitCode.RESOURCES}
            return
    pytest.fail("the fault never stopped happening")


class _Fault:
    """Makes the n-th call fail, or it and all later ones; a write that fails takes half of its bytes first."""

    def __init__(self, nth: int, code: int, *, persistent: bool) -> None:
        self.nth, self.code, self.persistent = nth, code, persistent
        self.calls = 0
        self.happened = False

    def around(self, call):
        def faulty(*arguments):
            self.calls += 1
            if self.calls == self.nth or (self.persistent and self.calls > self.nth):
                self.happened = True
                if len(arguments) == 2:
                    call(arguments[0], arguments[1][: len(arguments[1]) // 2])
                raise OSError(self.code, os.strerror(self.code))
            return call(*arguments)

        return faulty


def test_a_write_that_takes_few_bytes_at_a_time_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    journal = Journal.open(tmp_path / "journal.jsonl")
    journal.append(*_events(2))
    journal.close()
    assert _reopened(tmp_path / "journal.jsonl") == _events(2)


_FILL = """
import resource, signal, sys
from pathlib import Path
from runner.errors import ResourceError
from runner.record.journal import Journal
journal = Journal.open(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
done = 0
try:
    while True:
        journal.append({"number": done, "text": "x" * 100})
        done += 1
except ResourceError as error:
    print(int(error.exit_code), done, error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.append({"number": done})
"""


@pytest.mark.fault("F20")
def test_a_disk_that_fills_up_is_told_and_the_journal_goes_on_when_there_is_space_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    child = subprocess.run(
        [sys.executable, "-c", _FILL, str(path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert child.stdout.startswith("5 7 disk full while writing '"), child.stderr
    assert [record["number"] for record in _reopened(path)] == list(range(8))


@pytest.mark.fault("F22")
@pytest.mark.parametrize("remade", [False, True])
def test_a_journal_that_was_renamed_is_not_written_any_more(written: Path, remade: bool) -> None:
    journal = Journal.open(written)
    moved = written.rename(written.with_name("elsewhere"))
    before = moved.read_bytes()
    if remade:
        written.write_bytes(b"")
    with pytest.raises(ResourceError, match="is gone while writing"):
        journal.append({"a": 1})
    journal.close()
    assert moved.read_bytes() == before
    assert written.exists() == remade


def test_a_journal_is_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    code = (
        "import sys; from pathlib import Path; from runner.record.journal import Journal\n"
        "journal = Journal.open(Path(sys.argv[1]))\n"
        "for n in range(300): journal.append({'number': n, 'text': 'x' * 5000})"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)]) as writer:
        while writer.poll() is None:
            contents = read(path)
            assert [record["number"] for record in contents.records] == list(range(len(contents.records)))
            assert not contents.bad
    assert writer.returncode == 0
    assert len(read(path).records) == 300


@pytest.mark.fault("F29")
def test_forty_thousand_records_are_opened_in_less_than_two_seconds(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal.open(path)
    settings = {"model.l2": 1e-5, "optimizer.learning_rate": 0.1, "transforms.tfidf.min_df": 3}
    for start in range(0, 40_000, 4000):
        numbers = range(start, start + 4000)
        journal.append(*({"event": "ended", "number": n, "key": f"{n:064x}", "settings": settings} for n in numbers))
    journal.close()
    start_time = time.perf_counter()
    assert len(_reopened(path)) == 40_000
    assert time.perf_counter() - start_time < 2
