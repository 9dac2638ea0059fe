from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from runner.record import environment, strict_json


def test_packages_agree_with_importlib_metadata() -> None:
    found = environment.packages()
    expected = {dist.metadata["Name"]: dist.version for dist in reversed(list(metadata.distributions()))}
    assert found == expected
    assert found["numpy"] == np.__version__


def test_of_two_distributions_with_one_name_the_first_on_the_path_counts(tmp_path, monkeypatch) -> None:
    for place, version in (("first", "2.0"), ("second", "1.0")):
        folder = tmp_path / place / f"acme-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: acme\nVersion: {version}\n\nlong text")
    (tmp_path / "second" / "broken-1.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "first"), str(tmp_path / "missing"), str(tmp_path / "second")])
    assert environment.packages() == {"acme": "2.0"}


def test_threads_tell_the_blas_kernel_and_the_python_build_and_fit_into_json() -> None:
    np.ones((2, 2)) @ np.ones((2, 2))
    told = json.loads(strict_json.dumps(environment.threads()))
    assert any(library["user_api"] == "blas" for library in told["libraries"])
    assert all("filepath" not in library for library in told["libraries"])
    assert told["cpu"]["count"] == os.cpu_count()
    assert told["python"]["version"].startswith("3.")
    assert told["memory_bytes"] > 2**20


def test_variables_are_recorded_by_name_and_never_all(monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    told = environment.threads()
    assert told["variables"]["OMP_NUM_THREADS"] == "3"
    assert "hunter2" not in strict_json.dumps(told)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "trunk")
    (folder / "a.py").write_text("x = 1\n")
    (folder / "old name.py").write_text("y = 1\n" * 20)
    _git(folder, "add", ".")
    _git(folder, "-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "-m", "first")
    return folder


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_a_clean_repository_is_its_commit_and_branch(repository: Path) -> None:
    (repository / "sub").mkdir()
    state = environment.code_state(repository / "sub")
    assert state == environment.CodeState(
        commit=_git(repository, "rev-parse", "HEAD"),
        branch="trunk",
        dirty=False,
        changed=(),
        patch=None,
        patch_left_out=None,
    )


def test_uncommitted_changes_are_a_patch_that_can_be_applied(repository: Path, tmp_path: Path) -> None:
    (repository / "a.py").write_text("x = 2\n")
    (repository / "new.py").write_text("z = 3\n")
    _git(repository, "mv", "old name.py", "new name.py")
    state = environment.code_state(repository)
    assert state is not None
    assert state.dirty
    assert state.changed == ("a.py", "new name.py", "new.py")
    assert state.patch is not None
    _git(repository, "reset", "-q", "--hard")
    (tmp_path / "patch").write_text(state.patch)
    _git(repository, "apply", str(tmp_path / "patch"))
    assert (repository / "a.py").read_text() == "x = 2\n"
    assert (repository / "new name.py").exists()


def test_a_patch_with_a_secret_is_left_out_with_the_reason(repository: Path) -> None:
    (repository / "a.py").write_text('DB_PASSWORD = "hunter2!"\n')
    state = environment.code_state(repository)
    assert state is not None
    assert (state.patch, state.patch_left_out) == (None, "it holds what looks like a secret")


def test_a_large_patch_is_left_out_with_its_size(repository: Path) -> None:
    (repository / "a.py").write_text("x" * (environment.PATCH_LIMIT + 1))
    state = environment.code_state(repository)
    assert state is not None
    assert state.patch is None
    assert "more than the 1,048,576 that are recorded" in str(state.patch_left_out)


def test_a_repository_cannot_make_us_run_its_programs(repository: Path, tmp_path: Path) -> None:
    program = tmp_path / "evil"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    for setting in ("core.fsmonitor", "diff.external", "diff.own.textconv"):
        _git(repository, "config", setting, str(program))
    (repository / ".gitattributes").write_text("*.py diff=own\n")
    (repository / "a.py").write_text("x = 2\n")
    state = environment.code_state(repository)
    assert state is not None
    assert "+x = 2" in str(state.patch)
    assert not (tmp_path / "ran").exists()


def test_a_repository_before_its_first_commit_has_no_commit(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "-b", "trunk")
    (tmp_path / "a").write_text("")
    state = environment.code_state(tmp_path)
    assert state is not None
    assert (state.commit, state.branch, state.changed, state.patch) == (None, "trunk", ("a",), None)


def test_outside_a_repository_there_is_no_code_state(tmp_path: Path) -> None:
    assert environment.code_state(tmp_path) is None


def test_without_git_there_is_no_code_state(repository: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert environment.code_state(repository) is None
