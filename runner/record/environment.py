"""What a run stands on: installed packages, threads and BLAS kernels, and the state of the code.

Results are bit-equal only for the same packages, threads and kernels, so these are what a replay compares.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.record.redaction import holds_secret

#: The largest patch of uncommitted changes that is recorded.
PATCH_LIMIT = 1024 * 1024
#: How long git may take for one answer, in seconds.
GIT_PATIENCE = 5.0

#: The variables recorded, by name: never the whole environment, which holds secrets.
VARIABLES = (
    "OMP_NUM_THREADS",
    "OMP_PROC_BIND",
    "OPENBLAS_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "MKL_NUM_THREADS",
    "MKL_CBWR",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NPY_DISABLE_CPU_FEATURES",
    "LOKY_MAX_CPU_COUNT",
    "PYTHONHASHSEED",
    "LANG",
    "LC_ALL",
    "TZ",
)


def packages() -> dict[str, str]:
    """Return name -> version of every distribution installed in a folder of `sys.path`, sorted by name.

    Reads the first lines of each METADATA file only; of two with one name, the first on the path counts,
    as it does for imports.
    """
    found: dict[str, str] = {}
    for folder in dict.fromkeys(path or os.curdir for path in sys.path):
        for name, version in _distributions(folder):
            found.setdefault(name, version)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def _distributions(folder: str) -> Iterator[tuple[str, str]]:
    try:
        names = os.listdir(folder)
    except OSError:  # a zip, or a folder on the path that does not exist
        return
    for name in names:
        file = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}.get(os.path.splitext(name)[1])
        if file is None:
            continue
        try:
            with open(os.path.join(folder, name, file), "rb") as metadata:
                # Name and Version are among the first lines; the 2 KiB spare us the long description.
                head = metadata.read(2048).decode("utf-8", "replace")
        except OSError:  # a half-removed installation, which imports nothing either
            continue
        fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        if "Name" in fields and "Version" in fields:
            yield fields["Name"], fields["Version"]


def threads() -> dict[str, Any]:
    """Return what decides the last bits of a result.

    Sees the BLAS and OpenMP libraries that are loaded by now, so it is called when the computing is done.
    """
    return {
        "libraries": _libraries(),
        "variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
        "cpu": {"count": os.cpu_count(), "usable": _usable_cpus(), **_cpu()},
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "build": " ".join(platform.python_build()),
            "compiler": platform.python_compiler(),
        },
        "platform": {
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
            "libc": " ".join(platform.libc_ver()).strip(),
        },
    }


def _libraries() -> list[dict[str, Any]]:
    """Return each loaded thread pool without its file path, which would only tell where it is installed."""
    from threadpoolctl import threadpool_info  # only a run needs it; `runner ls` does not

    return [{key: value for key, value in pool.items() if key != "filepath"} for pool in threadpool_info()]


def _usable_cpus() -> int | None:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _cpu() -> dict[str, Any]:
    """Return the CPU's model and instruction sets, from the first of the CPUs that the kernel lists."""
    fields: dict[str, str] = {}
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not line.strip():
                    break
                key, _, value = line.partition(":")
                fields[key.strip()] = value.strip()
    except OSError:  # not Linux
        return {"model": platform.processor(), "features": ""}
    features = sorted(fields.get("flags", fields.get("Features", "")).split())
    return {"model": fields.get("model name", platform.machine()), "features": " ".join(features)}


@dataclass(frozen=True)
class CodeState:
    """The code a run was started from.

    commit: None before the first commit. branch: None on a detached head. changed: files that differ from the
    commit or are not in git, relative to the repository. patch: the differences of the files in git; where it
    was left out, patch_left_out says why.
    """

    commit: str | None
    branch: str | None
    dirty: bool
    changed: tuple[str, ...]
    patch: str | None
    patch_left_out: str | None


def code_state(folder: Path) -> CodeState | None:
    """Ask git about the repository around `folder`; None where there is none, or no git that answers."""
    if not any((place / ".git").exists() for place in (folder.absolute(), *folder.absolute().parents)):
        return None
    status = _git(folder, "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal")
    if status is None:
        return None
    headers, changed = _parse_status(status)
    commit = headers.get("branch.oid")
    branch = headers.get("branch.head")
    commit = None if commit == "(initial)" else commit
    patch, left_out = _patch(folder) if changed and commit else (None, None)
    return CodeState(
        commit=commit,
        branch=None if branch == "(detached)" else branch,
        dirty=bool(changed),
        changed=changed,
        patch=patch,
        patch_left_out=left_out,
    )


def _parse_status(status: bytes) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read `git status --porcelain=v2 -z`: its headers, and the paths of changed and unknown files."""
    fields_before_path = {"1": 8, "2": 9, "u": 10}
    headers: dict[str, str] = {}
    changed = []
    records = iter(status.decode("utf-8", "replace").split("\0"))
    for record in records:
        mark = record[:1]
        if mark == "#":
            key, _, value = record[2:].partition(" ")
            headers[key] = value
        elif mark == "?":
            changed.append(record[2:])
        elif mark in fields_before_path:
            changed.append(record.split(" ", fields_before_path[mark])[-1])
            if mark == "2":
                next(records)  # a renamed file's old name follows as a record of its own
    return headers, tuple(sorted(changed))


def _patch(folder: Path) -> tuple[str | None, str | None]:
    """Return the uncommitted changes, or why they are left out."""
    # No external diff or text conversion: a repository's own settings must not start programs here.
    diff = _git(folder, "diff", "HEAD", "--binary", "--no-color", "--no-ext-diff", "--no-textconv")
    if diff is None:
        return None, "git gave no answer"
    if not diff:
        return None, None
    if len(diff) > PATCH_LIMIT:
        return None, f"{len(diff):,} bytes, more than the {PATCH_LIMIT:,} that are recorded"
    text = diff.decode("utf-8", "replace")
    if holds_secret(text):
        return None, "it holds what looks like a secret"
    return text, None


def _git(folder: Path, *words: str) -> bytes | None:
    """Return what git prints; None where git is missing, refuses, or takes longer than GIT_PATIENCE."""
    command = ("git", "-c", "core.fsmonitor=false", "-C", os.fspath(folder), *words)
    # Optional locks would let a mere look at the status write to the user's repository.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        answer = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
