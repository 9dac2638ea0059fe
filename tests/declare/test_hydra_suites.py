"""Hydra's own suites for launchers and sweepers pass with ours, on the Hydra that is installed and on the next one.

The suites run programs that know nothing of us, so each environment gets the plugins as an installed wheel
would give them: as a part of the namespace `hydra_plugins` on the path.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.declare.hydra_here import needs_hydra_alone

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def suites(python: str, place: Path) -> str:
    """Run Hydra's suites with a Python; return what pytest said last."""
    namespace = place / "site/hydra_plugins"
    namespace.mkdir(parents=True)
    (namespace / "runner").symlink_to(ROOT / "plugins/runner_hydra")
    alone = ["-c", os.devnull, "--rootdir", str(place), "-p", "no:cacheprovider", "--import-mode=importlib"]
    done = subprocess.run(
        [python, "-m", "pytest", *alone, "-q", "-W", "ignore", str(Path(__file__).with_name("suites_of_hydra.py"))],
        cwd=place,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(place / "site"), str(ROOT)])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def passed(line: str) -> int:
    """How many tests a last line like '50 passed in 20.0s' counts; none may be skipped."""
    match = re.fullmatch(r"(\d+) passed in .*", line)
    assert match, line
    return int(match[1])


@needs_hydra_alone
def test_hydras_suites_pass_on_the_installed_hydra(tmp_path: Path) -> None:
    assert passed(suites(sys.executable, tmp_path)) >= 50


@pytest.mark.long  # nox's core session, of the continuous check, has the pre-release installed
def test_hydras_suites_pass_on_the_newest_pre_release(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    python = str(tmp_path / "env/bin/python")
    wanted = ["--pre", "hydra-core>=1.4.0rc1", "pytest"]
    got = subprocess.run([python, "-m", "pip", "install", "-q", *wanted], capture_output=True, text=True)
    if got.returncode != 0:
        pytest.skip(f"no pre-release of hydra-core could be had: {got.stderr.strip().splitlines()[-1]}")
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    # What else we import is lent, behind the environment's own packages.
    (site / "zz_dependencies.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n")
    assert passed(suites(python, tmp_path)) >= 50
