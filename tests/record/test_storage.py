from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runner.errors import ExitCode, ResourceError
from runner.record.storage import storage_errors, write_bytes


def _fill_up() -> None:
    path = Path("/dev/full")
    with storage_errors("writing", path, 3), open(path, "wb") as file:
        file.write(b"abc")


def test_a_full_disk_is_told_with_what_was_needed_and_what_is_free() -> None:
    with pytest.raises(ResourceError, match=r"full while writing '/dev/full' \(need 3 bytes, free [\d,]+;") as told:
        _fill_up()
    assert told.value.exit_code == ExitCode.RESOURCES


def test_a_write_that_meets_the_end_of_the_disk_leaves_the_old_file_and_no_part_of_the_new(tmp_path: Path) -> None:
    # A limit on file sizes ends a write half-way, as a full disk does: 1000 of the 5000 bytes are written.
    path = tmp_path / "model"
    path.write_bytes(b"old")
    child = subprocess.run(
        [sys.executable, "-c", _WRITE_TOO_MUCH, str(path)], capture_output=True, text=True, check=False
    )
    assert child.stdout.startswith(f"5 disk full while writing '{path}' (need 5,000 bytes"), child.stderr
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


_WRITE_TOO_MUCH = """
import resource, sys
from pathlib import Path
from runner.errors import ResourceError
from runner.record.storage import write_bytes
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_bytes(Path(sys.argv[1]), b"x" * 5000)
except ResourceError as error:
    print(int(error.exit_code), error)
"""


def test_a_folder_that_vanished_is_told_and_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="is gone while writing"):
        write_bytes(tmp_path / "gone" / "x", b"")
    assert not (tmp_path / "gone").exists()


def test_a_file_where_a_folder_should_be_is_told_with_its_owner(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match=r"something else is in the way .* the file '.*file' belongs to user"):
        write_bytes(tmp_path / "file" / "x", b"")


def test_other_failures_of_the_disk_keep_the_systems_words() -> None:
    words = "the disk failed while reading 'x': Input/output error"
    with pytest.raises(ResourceError, match=words), storage_errors("reading", Path("x")):
        raise OSError(5, "Input/output error")
