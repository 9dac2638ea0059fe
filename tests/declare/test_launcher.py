"""The launcher and the sweeper in a program that knows nothing of us, and in one that runs its jobs by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.declare.hydra_here import needs_hydra_alone

pytestmark = needs_hydra_alone
ROOT = Path(__file__).parents[2]

PROGRAM = """\
import os, signal, sys, hydra

@hydra.main(config_path=None, config_name="config", **({"version_base": "1.3"} if hydra.__version__ < "1.4" else {}))
def main(config):
    told = ("did", config.a, config.get("b"), hydra.core.hydra_config.HydraConfig.get().job.num)
    os.write(1, (" ".join(map(str, told)) + "\\n").encode())  # at once: processes print beside each other
    if config.a == 13:
        raise ValueError("unlucky 13")
    if config.a == 9:
        os.kill(os.getpid(), signal.SIGKILL)
    if config.a == 66:
        class Local(Exception):
            pass
        raise Local("cannot leave its process")
    return config.a

BODY
main()
"""

ITSELF = """\
class Task:
    def __call__(self, config):
        raise AssertionError("not called")
    def run_METHOD(self, jobs, *more, hydra_context, config):
        print("got", [list(job) if not isinstance(job, str) else job for job in jobs], *more, config.hydra.mode.name)
        return []
main = hydra.main(config_path=None, config_name="config", **(
    {"version_base": "1.3"} if hydra.__version__ < "1.4" else {}))(Task())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "site/hydra_plugins").mkdir(parents=True)
    (tmp_path / "site/hydra_plugins/runner").symlink_to(ROOT / "plugins/runner_hydra")
    (tmp_path / "config.yaml").write_text(
        "defaults: [_self_, {override hydra/launcher: runner}, {override hydra/sweeper: runner}]\na: 1\nb: 2\n"
    )
    return tmp_path


def run(project: Path, *words: str, body: str = "") -> subprocess.CompletedProcess[str]:
    program = project / "program.py"
    program.write_text(PROGRAM.replace("BODY", body).replace("config_path=None", f"config_path={str(project)!r}"))
    paths = os.pathsep.join([str(project / "site"), str(ROOT)])
    return subprocess.run(
        [sys.executable, str(program), "-m", "hydra.sweep.dir=out", *words],
        cwd=project,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def did(outcome: subprocess.CompletedProcess[str]) -> list[str]:
    return sorted(line for line in outcome.stdout.splitlines() if line.startswith("did"))


@pytest.mark.parametrize("workers", [1, 3])
def test_every_combination_runs_and_the_sweep_is_written_down(project: Path, workers: int) -> None:
    done = run(project, "a=1,2", "b=[x],[y]", f"hydra.launcher.workers={workers}")
    assert done.returncode == 0, done.stderr
    assert did(done) == ["did 1 ['x'] 0", "did 1 ['y'] 1", "did 2 ['x'] 2", "did 2 ['y'] 3"]
    assert {path.name for path in (project / "out").iterdir()} == {"0", "1", "2", "3", "multirun.yaml"}
    assert "a: 2" in (project / "out/3/.hydra/config.yaml").read_text()


@pytest.mark.parametrize("more", [[], ["hydra.launcher.workers=2"], ["hydra.sweeper.max_batch_size=1"]])
def test_a_failed_job_does_not_end_the_sweep(project: Path, more: list[str]) -> None:
    done = run(project, "a=1,13,2", *more)
    assert done.returncode == 1
    assert did(done) == ["did 1 2 0", "did 13 2 1", "did 2 2 2"]
    assert "1 of 3 jobs failed:\n  #1  a=13\n      ValueError: unlucky 13\n      in " in done.stderr
    assert done.stderr.count("Traceback") == 0 or "unlucky" in done.stderr


def test_the_error_of_the_only_job_is_raised_as_it_was(project: Path) -> None:
    done = run(project, "a=13")
    assert done.returncode == 1
    assert "jobs failed" not in done.stderr
    assert "ValueError: unlucky 13" in done.stderr


def test_a_worker_that_is_killed_or_cannot_send_is_a_failed_job(project: Path) -> None:
    done = run(project, "a=9,66,1", "hydra.launcher.workers=2")
    assert done.returncode == 1
    assert "2 of 3 jobs failed:" in done.stderr
    assert "its process ended with exit code -9 and no result" in done.stderr
    assert "cannot leave its process" in done.stderr
    assert "did 1 2 2" in done.stdout


@pytest.mark.parametrize("more", [[], ["hydra.sweeper.max_batch_size=1"], ["hydra/launcher=basic"]])
def test_a_mistake_is_told_before_the_first_job_starts(project: Path, more: list[str]) -> None:
    done = run(project, "a=1,2", "c=3", *more)
    assert done.returncode == 1
    assert "Could not override 'c'" in done.stderr
    assert did(done) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a=interval(0,1)"], "'a=interval(0,1)': an interval has no end of values"),
        (["a=1,2", "hydra.launcher.workers=0"], "hydra.launcher.workers: 0 are too few"),
        (["a=1,2", "hydra.sweeper.max_batch_size=0"], "hydra.sweeper.max_batch_size: 0 jobs are no batch"),
    ],
)
def test_a_setting_that_makes_no_sweep_is_refused(project: Path, words: list[str], message: str) -> None:
    done = run(project, *words)
    assert done.returncode == 1
    assert message in done.stderr


def test_params_of_the_sweeper_are_swept_unless_a_word_says_otherwise(project: Path) -> None:
    (project / "config.yaml").write_text(
        (project / "config.yaml").read_text() + "hydra: {sweeper: {params: {a: 'range(1,4)', b: '5,6'}}}\n"
    )
    done = run(project, "b=7")
    assert did(done) == ["did 1 7 0", "did 2 7 1", "did 3 7 2"]


def test_a_task_that_runs_batches_gets_the_jobs(project: Path) -> None:
    done = run(project, "a=1,2", "b=3", body=ITSELF.replace("METHOD", "batch"))
    assert done.returncode == 0, done.stderr
    assert "got [['a=1', 'b=3'], ['a=2', 'b=3']] 0 MULTIRUN" in done.stdout


def test_a_task_that_sweeps_gets_the_words_and_nothing_is_written(project: Path) -> None:
    done = run(project, "a=1,2", "b=3", body=ITSELF.replace("METHOD", "sweep"))
    assert done.returncode == 0, done.stderr
    assert "got ['a=1,2', 'b=3'] MULTIRUN" in done.stdout
    assert not (project / "out").exists()
