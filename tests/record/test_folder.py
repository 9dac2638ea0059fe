from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import PluginError, ResourceError
from runner.record import manifest
from runner.record.folder import RunFolder, slug

NOW = datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC)


def test_a_run_works_in_a_partial_folder_named_by_utc_time_and_random_digits(tmp_path: Path) -> None:
    east = NOW.astimezone(timezone(timedelta(hours=8)))
    folder = RunFolder.create(tmp_path / "outputs", "digits", east)
    assert re.fullmatch(r"20260131T120005Z-[0-9a-f]{8}", folder.id)
    assert folder.path == tmp_path / "outputs" / "digits" / f"{folder.id}.partial"
    assert folder.path.is_dir()
    assert (tmp_path / "outputs" / ".gitignore").read_text() == "*\n"


def test_a_gitignore_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    RunFolder.create(tmp_path, "digits", NOW)
    assert (tmp_path / ".gitignore").read_text() == "mine\n"


@given(st.text(max_size=300))
def test_every_name_becomes_a_folder_name_of_bounded_length(name: str) -> None:
    made = slug(name)
    assert re.fullmatch(r"[a-z0-9._-]{1,64}", made)
    assert made == slug(name)
    assert not made.startswith(".")
    assert not made.endswith(".partial")


@pytest.mark.parametrize("name", ["digits", "a", "sms_spam-2.1", "x" * 64])
def test_a_name_that_can_be_a_folder_name_is_kept(name: str) -> None:
    assert slug(name) == name


def test_names_that_are_shortened_alike_do_not_meet() -> None:
    names = ["日本", "日本語", "x" * 65, "x" * 66, "A", "a ", "x/../y", "..", "a.partial", ""]
    assert len({slug(name) for name in names}) == len(names)


def test_a_run_with_a_name_of_10_000_characters_gets_a_folder(tmp_path: Path) -> None:
    assert RunFolder.create(tmp_path, "ä/" * 5000, NOW).commit().is_dir()


_CREATE = """
import random, sys
from datetime import UTC, datetime
from pathlib import Path
from runner.record import folder
# One digit instead of eight, so that processes really choose the same name again and again.
folder._token = lambda: random.choice("0123456789abcdef")
sys.stdin.readline()
for _ in range(2):
    made = folder.RunFolder.create(Path(sys.argv[1]), "digits", datetime(2026, 1, 31, tzinfo=UTC))
    made.write_text("who", sys.argv[2])
    print(made.commit() if sys.argv[2] < "4" else made.path)
"""


@pytest.mark.fault("F11")
def test_runs_started_in_the_same_second_never_share_a_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CREATE, str(tmp_path)]
    children = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(8)
    ]
    for child in children:  # all have imported by now or will find the line waiting
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    made = {str(number): child.communicate(timeout=60)[0].split() for number, child in enumerate(children)}
    ids = [Path(path).name.removesuffix(".partial") for paths in made.values() for path in paths]
    assert len(set(ids)) == 16, "16 folders are all the names there are"
    assert all((Path(path) / "who").read_text() == who for who, paths in made.items() for path in paths)
    assert len(list((tmp_path / "digits").iterdir())) == 16


_CREATE_AS_NOBODY = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from runner.errors import RunnerError
from runner.record.folder import RunFolder
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    RunFolder.create(Path(sys.argv[1]), "digits", datetime(2026, 1, 31, tzinfo=UTC))
except RunnerError as error:
    print(int(error.exit_code), error)
"""


def _create_as_somebody_else(root: Path) -> str:
    command = [sys.executable, "-c", _CREATE_AS_NOBODY, str(root)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    return child.stdout


@pytest.mark.fault("F21")
def test_a_root_that_belongs_to_someone_else_ends_with_exit_code_5_and_names_path_and_user() -> None:
    with tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o555)
        told = _create_as_somebody_else(Path(root))
        assert re.match(r"5 user '?\w+'? ?\w* may not write here", told), told
        assert f"'{root}' belongs to user" in told
        assert os.listdir(root) == []


@pytest.mark.fault("F21")
def test_a_root_that_cannot_be_made_is_told_before_any_work() -> None:
    with tempfile.TemporaryDirectory() as parent:
        os.chmod(parent, 0o555)
        told = _create_as_somebody_else(Path(parent) / "outputs")
        assert told.startswith("5 user ")
        assert f"{parent}/outputs" in told
        assert os.listdir(parent) == []


@pytest.mark.fault("F21")
def test_a_root_that_is_a_file_is_a_resource_error_and_stays_a_file(tmp_path: Path) -> None:
    root = tmp_path / "outputs"
    root.write_text("precious")
    with pytest.raises(ResourceError, match=r"in the way while making a run folder in '.*outputs'.*\(user "):
        RunFolder.create(root, "digits", NOW)
    assert root.read_text() == "precious"


@pytest.mark.fault("F21")
def test_a_root_on_a_file_system_that_cannot_be_written_is_a_resource_error() -> None:
    with pytest.raises(ResourceError, match="'/proc/outputs'"):
        RunFolder.create(Path("/proc/outputs"), "digits", NOW)


def test_committing_writes_the_manifest_of_every_file_and_renames(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "digits", NOW)
    folder.write_json("run.json", {"a": float("nan")})
    folder.write_jsonl("steps.jsonl", [{"step": "a"}, {"step": "b"}])
    folder.write_bytes("artifacts/skops/model.skops", b"\x00")
    (folder.folder("logs") / "run.log").write_text("hello\n")
    final = folder.commit()
    assert final == tmp_path / "digits" / folder.id
    assert not folder.path.exists()
    listed = json.loads((final / "manifest.json").read_text())
    assert listed["schema"] == 1
    assert list(listed["files"]) == ["artifacts/skops/model.skops", "logs/run.log", "run.json", "steps.jsonl"]
    assert json.loads((final / "run.json").read_text()) == {"a": None, "non_finite": ["a"]}
    assert (final / "steps.jsonl").read_text() == '{"step": "a"}\n{"step": "b"}\n'
    manifest.verify(final)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", ""])
def test_nothing_is_written_outside_the_run_folder(tmp_path: Path, name: str) -> None:
    folder = RunFolder.create(tmp_path, "digits", NOW)
    with pytest.raises(ValueError, match="is not a path inside a run folder"):
        folder.write_text(name, "x")


def test_a_run_folder_that_was_deleted_is_not_made_again(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "digits", NOW)
    folder.path.rmdir()
    for write in (lambda: folder.write_text("a/b.txt", "x"), folder.commit):
        with pytest.raises(ResourceError, match="is gone while"):
            write()
    assert list((tmp_path / "digits").iterdir()) == []


def test_a_link_in_the_folder_cannot_be_committed(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "digits", NOW)
    (folder.folder("artifacts/own") / "model").symlink_to("/etc/hostname")
    with pytest.raises(PluginError, match=r"'artifacts/own/model' in .* is no plain file"):
        folder.commit()
    assert folder.path.is_dir()


_COMMIT_ON_A_FULL_DISK = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from runner.errors import ResourceError
from runner.record.folder import RunFolder
folder = RunFolder.create(Path(sys.argv[1]), "digits", datetime(2026, 1, 31, tzinfo=UTC))
folder.write_text("run.json", "{}")
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    folder.commit()
except ResourceError as error:
    print(int(error.exit_code), error)
"""


def test_a_disk_that_is_full_when_the_run_is_committed_leaves_it_partial(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _COMMIT_ON_A_FULL_DISK, str(tmp_path)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    assert child.stdout.startswith("5 disk full while writing "), child.stderr
    (left,) = (tmp_path / "digits").iterdir()
    assert left.suffix == ".partial"
    assert [path.name for path in left.iterdir()] == ["run.json"]
