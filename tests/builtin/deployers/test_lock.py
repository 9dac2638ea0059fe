"""Locks: every hash is of a file that is there, or the index's own word; otherwise there is no lock."""

import hashlib
import os
import stat

import pytest

from runner.errors import ConfigError
from runner_builtin.deployers.lock import locked, pinned


@pytest.fixture
def folder(tmp_path):
    for name in (
        "some_thing-1.0-py3-none-any.whl",
        "some_thing-1.0-cp311-cp311-linux_x86_64.whl",
        "other-2.1-py3-none-any.whl",
    ):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "notes.whl").write_text("no wheel's name")
    return tmp_path


@pytest.fixture
def fake_uv(tmp_path, monkeypatch):
    """Put an `uv` of our own first on the path, which keeps what it was asked."""

    def install(script):
        place = tmp_path / "bin" / "uv"
        place.parent.mkdir()
        place.write_text(f"#!/bin/sh\ncat > '{tmp_path}/asked'\necho \"$@\" >> '{tmp_path}/asked'\n{script}\n")
        place.chmod(place.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{place.parent}{os.pathsep}{os.environ['PATH']}")
        return tmp_path / "asked"

    return install


def sha256(name):
    return hashlib.sha256(name.encode()).hexdigest()


def test_wheels_in_a_folder_are_hashed_and_no_index_is_asked(folder):
    lock = locked("container", {"Some-Thing": "1.0", "other": "2.1"}, folder, "3.11")
    lines = lock.text.splitlines()
    assert lines[:3] == ["--only-binary :all:", "--find-links wheels", "--no-index"]
    hashes = sorted(
        f"--hash=sha256:{sha256(name)}"
        for name in ("some_thing-1.0-py3-none-any.whl", "some_thing-1.0-cp311-cp311-linux_x86_64.whl")
    )
    assert lines[3] == f"Some-Thing==1.0 {' '.join(hashes)}"
    assert lines[4] == f"other==2.1 --hash=sha256:{sha256('other-2.1-py3-none-any.whl')}"
    assert len(lock.wheels) == 3


def test_a_wheel_of_another_version_is_not_taken(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))  # where there is no uv
    with pytest.raises(ConfigError, match=r"nothing here knows the hashes of other==2\.0\. Give a folder"):
        locked("container", {"other": "2.0"}, folder, "3.11")


def test_for_what_is_not_in_the_folder_the_index_is_asked(folder, fake_uv):
    asked = fake_uv('echo "missing==3.0 --hash=sha256:abc"')
    lock = locked("container", {"other": "2.1", "missing": "3.0"}, folder, "3.11")
    assert lock.text.endswith("missing==3.0 --hash=sha256:abc\n")
    assert "--no-index" not in lock.text
    told = asked.read_text()
    assert told.startswith("missing==3.0\n")
    assert "--generate-hashes" in told
    assert "--python-version 3.11" in told


def test_an_index_that_does_not_know_a_package_is_an_error_and_no_lock(folder, fake_uv):
    fake_uv('echo "no such package" >&2; exit 1')
    with pytest.raises(ConfigError, match=r"index does not tell the hashes of missing==3\.0: no such package\. Give"):
        locked("container", {"missing": "3.0"}, folder, "3.11")


def test_a_folder_that_is_none_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"deployers\.container\.wheels: '.*nowhere' is no folder"):
        locked("container", {"other": "2.1"}, tmp_path / "nowhere", "3.11")


def test_versions_alone_are_pinned_without_hashes():
    assert pinned({"b": "2", "a": "1"}) == "b==2\na==1\n"
