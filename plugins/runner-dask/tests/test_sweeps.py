"""Sweeps on real clusters of this machine: processes that are started, killed, and started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("runner_dask", reason="runner-dask is not installed")

import psutil  # distributed brings it

import runner
from tests.faults.conftest import make_workplace, until, workplace  # noqa: F401 - fixtures

TRIALS = {
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": {"use": "stratified_kfold", "folds": 3},
    "transforms": ["standard_scale"],
    "model": {"use": "softmax", "epochs": 3},
    "metrics": ["accuracy"],
    "sweep": {"grid": {"model.l2": [1e-4, 1e-3, 1e-2, 0.1], "transforms.standard_scale.with_mean": [True, False]}},
}


class Scheduler:
    """A scheduler with workers, each a process of its own, as a person starts them."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.environment = folder, {**os.environ, **environment}
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.told = (folder / "dask.txt").open("ab")
        self.process = self.begin()

    def begin(self) -> subprocess.Popen[bytes]:
        """Start the scheduler on its port."""
        self.process = self._dask("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        return self.process

    def add_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker that does one task at a time."""
        words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--local-directory")
        place = str(self.folder / "dask")
        self.workers.append(self._dask("worker", self.address, *words, place, **environment))
        return self.workers[-1]

    def _dask(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words], env={**self.environment, **environment}, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=self.told,
        )  # fmt: skip

    def end(self) -> None:
        """Kill all."""
        for process in (*self.workers, self.process):
            process.kill()
            process.wait()
        self.told.close()


@pytest.fixture
def scheduler(workplace: Any) -> Iterator[Scheduler]:  # noqa: F811
    made = Scheduler(workplace.folder, workplace.environment)
    yield made
    made.end()


def test_a_sweep_on_processes_of_this_machine_equals_one_without(tmp_path: Path) -> None:
    far = {"use": "dask", "jobs": 2}
    there = runner.sweep({**TRIALS, "executor": far}, outputs=tmp_path / "there")
    here = runner.sweep(TRIALS, outputs=tmp_path / "here")
    assert [trial.state for trial in there.trials] == ["done"] * 8
    assert [trial.score for trial in there.trials] == [trial.score for trial in here.trials]
    assert there.best == here.best or there.best.number == here.best.number  # type: ignore[union-attr]
    assert there.run is not None


@pytest.mark.fault("F28")
def test_the_trial_of_a_killed_worker_is_given_to_another(workplace: Any, scheduler: Scheduler, until: Any) -> None:  # noqa: F811
    first = scheduler.add_worker()
    driver = workplace.start("model.level=1,2,2.5", "model.seconds=3", *_at(scheduler))
    until(lambda: workplace.done() == 1, told=workplace.printed)  # so the next one is in work
    scheduler.add_worker()
    first.send_signal(signal.SIGKILL)
    assert driver.wait(120) == 0, workplace.printed()
    assert "3/3 trials" in workplace.printed()
    workplace.assert_nothing_lost()


@pytest.mark.fault("F28")
def test_that_none_is_left_is_told_and_a_new_one_goes_on(workplace: Any, scheduler: Scheduler, until: Any) -> None:  # noqa: F811
    only = scheduler.add_worker()
    driver = workplace.start("model.level=1,2", "model.seconds=3", *_at(scheduler), "executor.wait=6")
    until(lambda: workplace.done() == 1, told=workplace.printed)
    only.kill()
    only.wait()
    until(lambda: "no worker has been there for" in workplace.printed(), told=workplace.printed)
    scheduler.add_worker()
    assert driver.wait(120) == 0, workplace.printed()
    assert "2/2 trials" in workplace.printed()
    workplace.assert_nothing_lost()


@pytest.mark.fault("F01", "F28")
def test_a_sweep_goes_on_after_its_driver_was_killed(workplace: Any, scheduler: Scheduler, until: Any) -> None:  # noqa: F811
    scheduler.add_worker()
    words = ("model.level=1,2,2.5,3", "model.seconds=1", *_at(scheduler))
    driver = workplace.start(*words)
    until(lambda: workplace.done() >= 1, told=workplace.printed)
    driver.kill()
    driver.wait()
    before = workplace.bytes_of_done()
    outcome = workplace.sweep(*words).assert_success()
    assert re.search(r"resumed: \d done, \d to go", outcome.out), outcome.out
    assert before.items() <= workplace.bytes_of_done().items()
    workplace.assert_nothing_lost()


@pytest.mark.fault("F28")
def test_tasks_are_sent_again_when_the_scheduler_comes_back(workplace: Any, scheduler: Scheduler, until: Any) -> None:  # noqa: F811
    worker = scheduler.add_worker()
    driver = workplace.start("model.level=1,2", "model.seconds=4", *_at(scheduler))
    until(lambda: workplace.done() == 1, told=workplace.printed)
    scheduler.process.kill()
    scheduler.process.wait()
    worker.kill()
    scheduler.begin()
    scheduler.add_worker()
    assert driver.wait(120) == 0, workplace.printed()
    assert "2/2 trials" in workplace.printed()


@pytest.mark.fault("F05", "F06")
def test_limits_and_crashes_end_a_trial_and_no_worker(workplace: Any, scheduler: Scheduler) -> None:  # noqa: F811
    worker = scheduler.add_worker()
    words = ("model.does=learn,hang,segfault", "sweep.trial_time=8", *_at(scheduler))
    outcome = workplace.sweep(*words)
    assert outcome.code == 1
    states = {key: record.state for key, record in workplace.trials("model.does").items()}
    assert states == {"learn": "done", "hang": "timeout", "segfault": "killed"}
    assert worker.poll() is None


def test_workers_need_no_hydra(workplace: Any, scheduler: Scheduler) -> None:  # noqa: F811
    for name in ("hydra", "omegaconf"):
        workplace.write(f"bare/{name}/__init__.py", f"raise ImportError('a worker has no {name}')\n")
    scheduler.add_worker(PYTHONPATH=f"{workplace.folder}/bare{os.pathsep}{workplace.environment['PYTHONPATH']}")
    workplace.sweep("model.level=1,2", *_at(scheduler)).assert_success()
    assert set(workplace.trials("model.level")) == {1, 2}


def test_a_worker_of_another_version_is_told_of_at_once(workplace: Any, scheduler: Scheduler) -> None:  # noqa: F811
    metadata = "Metadata-Version: 2.1\nName: runner-ml\nVersion: 0.0.1\n"
    workplace.write("old/runner_ml-0.0.1.dist-info/METADATA", metadata)
    paths = f"{workplace.folder}/old{os.pathsep}{workplace.environment['PYTHONPATH']}"
    scheduler.add_worker(PYTHONPATH=paths)
    outcome = workplace.sweep("model.level=1,2", *_at(scheduler))
    assert outcome.code == 4
    assert re.search(r"workers must have runner-ml \S+, as here; tcp://127.0.0.1:\d+ has 0.0.1", outcome.err)


def test_what_no_worker_has_is_not_waited_for_without_end(workplace: Any, scheduler: Scheduler) -> None:  # noqa: F811
    scheduler.add_worker()
    words = ("executor.resources={GPU: 1}", "executor.wait=8")
    outcome = workplace.sweep("model.level=1,2", *_at(scheduler), *words)
    assert outcome.code == 5
    assert "has no worker with {'GPU': 1.0}" in outcome.err
    assert '--resources "GPU=1"' in outcome.err


def test_nothing_listens_but_for_this_machine(tmp_path: Path) -> None:
    from runner_dask.executor import DaskExecutor

    executor = DaskExecutor(jobs=1)
    try:
        assert executor.submit(max, 1, 2).result(60) == 2
        assert executor.where == "Dask, 1 processes of this machine, 1 tasks at once"
        assert "127.0.0.1" in executor._cluster.client.scheduler.address
        found = _listening(psutil.Process())
        assert len(found) >= 3  # the scheduler, the worker, and what watches over it
        assert {address for address, _ in found} == {"127.0.0.1"}
    finally:
        executor.close()


def test_a_batch_system_starts_the_workers(workplace: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    pytest.importorskip("dask_jobqueue", reason="needs dask-jobqueue")
    programs = tmp_path / "programs"
    programs.mkdir()
    # As sbatch does, it keeps the script, which is taken away as soon as it has answered.
    _program(programs / "sbatch", 'cp "$1" job.sh; bash job.sh >job.out 2>&1 & echo "Submitted batch job $!"')
    _program(programs / "scancel", 'kill "$@" 2>/dev/null; true')
    workplace.environment["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    job = "{cores: 1, processes: 1, memory: 1GB, interface: lo, death_timeout: 120}"
    words = ("model.level=1,2", "executor=dask", "executor.jobqueue=slurm", f"executor.job={job}")
    outcome = workplace.sweep(*words).assert_success()
    assert "Dask by slurm, 1 jobs" in outcome.out
    assert "2/2 trials" in outcome.out


def test_a_scheduler_that_does_not_answer_is_told(workplace: Any) -> None:  # noqa: F811
    outcome = workplace.sweep(
        "model.level=1,2", "executor=dask", "executor.address=tcp://127.0.0.1:9", "executor.wait=1"
    )
    assert outcome.code == 5
    assert "no Dask scheduler answers at 'tcp://127.0.0.1:9' within 1 s" in outcome.err
    assert not workplace.opened


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"address": "tcp://127.0.0.1:9", "jobqueue": "slurm"}, "give one"),
        ({"job": {"cores": 1}}, "executor.jobqueue"),
        ({"address": "nonsense://x"}, "is no address of a scheduler"),
        ({"address": "10.0.0.5"}, "'10.0.0.5' is no address of a scheduler: missing port number"),
        ({"address": "tls://10.0.0.5:8786"}, "Dask is configured with no certificates"),
    ],
)
def test_choices_that_do_not_go_together_are_refused(settings: dict[str, Any], told: str) -> None:
    from runner_dask.executor import DaskExecutor

    from runner.errors import ConfigError

    with pytest.raises(ConfigError, match=told):
        DaskExecutor(**settings).slots()


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch system that takes jobs and never begins one."""
    pytest.importorskip("dask_jobqueue", reason="needs dask-jobqueue")
    _program(tmp_path / "sbatch", 'echo "Submitted batch job 1"')
    _program(tmp_path / "scancel", "true")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)


@pytest.mark.usefixtures("slurm")
@pytest.mark.parametrize(
    ("job", "told"),
    [({}, "does not say where the scheduler listens"), ({"interface": "eht0"}, r"executor.job.interface: 'eht0'")],
)
def test_a_scheduler_for_a_batch_system_is_not_opened_to_every_network(job: dict[str, Any], told: str) -> None:
    from runner_dask.executor import DaskExecutor

    from runner.errors import ConfigError

    with pytest.raises(ConfigError, match=told):
        DaskExecutor(jobqueue="slurm", job={"cores": 1, "memory": "1GB", **job}).slots()


@pytest.mark.usefixtures("slurm")
def test_what_a_batch_system_reaches_is_one_interface_of_this_machine() -> None:
    from runner_dask.executor import DaskExecutor

    from runner.errors import ResourceError

    found: set[tuple[str, int]] = set()
    job = {"cores": 1, "memory": "1GB", "interface": "lo"}
    executor = DaskExecutor(jobqueue="slurm", job=job, wait=2.0)
    watching = threading.Thread(target=_watch, args=(found,))
    watching.start()
    with pytest.raises(ResourceError, match="Dask by slurm, 1 jobs has no worker after 2 s"):
        executor.slots()
    watching.join()
    assert {address for address, _ in found} == {"127.0.0.1"}


def test_a_batch_system_that_is_not_here_is_told() -> None:
    pytest.importorskip("dask_jobqueue", reason="needs dask-jobqueue")
    from runner_dask.executor import DaskExecutor

    from runner.errors import ResourceError

    with pytest.raises(ResourceError, match="oar takes jobs by 'oarsub', which is not found on this machine"):
        DaskExecutor(jobqueue="oar", job={"cores": 1, "memory": "1GB"}).slots()


def test_the_page_of_a_scheduler_is_named(scheduler: Scheduler) -> None:
    from runner_dask.executor import DaskExecutor

    scheduler.add_worker()
    executor = DaskExecutor(address=scheduler.address, dashboard=True)
    try:
        assert executor.where.startswith(f"Dask at {scheduler.address}, 1 tasks at once · http://127.0.0.1:")
    finally:
        executor.close()


@pytest.mark.skipif(find_spec("bokeh") is not None, reason="bokeh is installed")
def test_a_page_that_could_not_be_served_is_not_promised() -> None:
    from runner_dask.executor import DaskExecutor

    from runner.errors import PluginError

    with pytest.raises(PluginError, match=r"needs bokeh, and this Python has none: pip install 'runner-dask\[dash"):
        DaskExecutor(jobs=1, dashboard=True).slots()


def _at(scheduler: Scheduler) -> tuple[str, str]:
    return "executor=dask", f"executor.address={scheduler.address}"


def _program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def _watch(found: set[tuple[str, int]]) -> None:
    """Note for two seconds where this process listens."""
    for _ in range(20):
        found |= _listening(psutil.Process())
        time.sleep(0.1)


def _listening(process: psutil.Process) -> set[tuple[str, int]]:
    """Return the addresses and ports at which a process listens, or one that it has started."""
    found: set[tuple[str, int]] = set()
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            found |= {tuple(at.laddr) for at in one.net_connections("tcp") if at.status == psutil.CONN_LISTEN}
    return found
