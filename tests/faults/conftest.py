"""Folders in which sweeps are run by the real command, with components that go wrong when they are told to."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from runner.record.read_sweep import Sweep
from runner.record.sweeps import TrialRecord
from runner.testing import Project

PLUGIN = Path(__file__).parent / "faulty"

EXPERIMENT = """\
# @package _global_
defaults:
  - override /source: sklearn_dataset
  - override /splitter: stratified_holdout
  - override /model: faulty
  - override /metrics: [accuracy]
source: {name: iris}
sweep: {ship: none, workers: 2}
"""


@dataclass
class Workplace(Project):
    """A project with the plugin `faulty` and an experiment of that name. mark: what its processes are known by.

    started: the commands that were not waited for.
    """

    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Install the plugin the way an installer leaves it."""
        super().__post_init__()
        site = self.folder / "site"
        shutil.copytree(PLUGIN, site / "faulty", ignore=shutil.ignore_patterns("__pycache__"))
        info = site / "faulty-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[runner.plugins]\nfaulty = faulty.hooks\n")
        self.write("conf/experiment/faulty.yaml", EXPERIMENT)
        paths = [str(site), os.environ.get("PYTHONPATH", "")]
        self.environment = {
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "PYTHONDONTWRITEBYTECODE": "1",  # an edit within a second of the last has its size and time, at times
            "FAULTS_OF": self.mark,
            **self.environment,
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a sweep of the experiment and return at once; what it prints goes to `out.txt` and `err.txt`."""
        with (self.folder / "out.txt").open("w") as out, (self.folder / "err.txt").open("w") as err:
            driver = subprocess.Popen(
                [sys.executable, "-P", "-m", "runner.cli", *_SWEEP, *words],
                cwd=self.folder, env={**os.environ, **self.environment}, stdout=out, stderr=err, text=True,
                start_new_session=True,
            )  # fmt: skip
        self.started.append(driver)
        return driver

    def sweep(self, *words: str, timeout: float = 120) -> Any:
        """Run a sweep of the experiment to its end."""
        return self.run(*_SWEEP, *words, timeout=timeout)

    def printed(self) -> str:
        """Return what the last sweep that was started has printed so far, errors last."""
        return (self.folder / "out.txt").read_text() + (self.folder / "err.txt").read_text()

    @property
    def opened(self) -> bool:
        """Whether a sweep has begun here."""
        return any(self.folder.glob("outputs/faulty/sweep-*/sweep.json"))

    @property
    def path(self) -> Path:
        """The folder of the only sweep."""
        (found,) = self.folder.glob("outputs/faulty/sweep-*")
        return found

    def trials(self, key: str) -> dict[Any, TrialRecord]:
        """Return value of a swept key -> record of the trial that had it."""
        sweep = Sweep.open(self.path)
        records = (sweep.trial(trial.number) for trial in sweep.trials())
        return {record.settings[key]: record for record in records}

    def done(self) -> int:
        """Count the trials that are committed, while a sweep runs."""
        return len([*self.folder.glob("outputs/faulty/sweep-*/trials/[0-9][0-9][0-9][0-9]/trial.json")])

    def bytes_of_done(self) -> dict[str, tuple[str, int]]:
        """Return file -> sha256 and time of change, of all trials that are done."""
        found = {}
        for trial in Sweep.open(self.path).trials():
            folder = self.path / "trials" / f"{trial.number:04d}"
            for file in folder.iterdir() if trial.state == "done" else ():
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                found[str(file.relative_to(self.path))] = (digest, file.stat().st_mtime_ns)
        return found

    def scores(self, key: str = "model.level") -> dict[str, str]:
        """Return value of a swept key -> score, as the table at the end tells them."""
        return self.tables(key)[self.path.name]

    def tables(self, key: str = "model.level") -> dict[str, dict[str, str]]:
        """Return sweep -> value of a swept key -> score."""
        found = {}
        for path in self.folder.glob("outputs/faulty/sweep-*/results.csv"):
            with path.open(newline="") as file:
                found[path.parent.name] = {row[key]: row["score"] for row in csv.DictReader(file)}
        return found

    def keys_done(self) -> list[str]:
        """Return the keys that the journal tells to be done, one for each time it does."""
        told = (event for event in Sweep.open(self.path).events() if event["event"] == "ended")
        return [event["key"] for event in told if event["state"] == "done"]

    def processes(self) -> dict[int, str]:
        """Return pid -> command of what this workplace's commands have started and lives."""
        found = {}
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"FAULTS_OF={self.mark}".encode() in (place / "environ").read_bytes():
                    state = (place / "stat").read_text().rpartition(")")[2].split()[0]
                    if state != "Z":
                        found[int(place.name)] = (place / "cmdline").read_text().replace("\0", " ")
        return found

    def assert_nothing_lives(self, within: float = 5.0) -> None:
        """Fail unless all processes are gone within so many seconds."""
        wait_until(lambda: not self.processes(), within, lambda: f"these live: {self.processes()}")

    def assert_nothing_lost(self) -> None:
        """Check what holds whatever has happened: no key is done twice, no partial is listed, all reads back."""
        keys = self.keys_done()
        assert len(keys) == len(set(keys))
        listed = json.loads(self.run("ls", self.path.name, "--json").assert_success().out)
        assert not [trial for trial in listed if trial["state"] not in _STATES], listed
        assert len({trial["number"] for trial in listed}) == len(listed) == self.done()
        self.run("verify", self.path.name).assert_success()


_SWEEP = ("-m", "+experiment=faulty")
_STATES = {"done", "failed", "diverged", "timeout", "oom", "killed", "pruned", "interrupted"}


def wait_until(
    condition: Callable[[], object], within: float = 60.0, told: Callable[[], str] = lambda: "it did not happen"
) -> None:
    """Wait for something to happen. Fails where it does not within so many seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, told()
        time.sleep(0.01)


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    return wait_until


@pytest.fixture(scope="session")
def make_workplace() -> Iterator[Callable[..., Workplace]]:
    """Make a workplace in a folder; what it has started is ended with the tests."""
    made = []

    def make(folder: Path, environment: Mapping[str, str] | None = None) -> Workplace:
        made.append(Workplace(folder, environment=environment or {}))
        return made[-1]

    yield make
    for place in made:
        for pid in place.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for driver in place.started:
            driver.wait()


@pytest.fixture
def workplace(tmp_path: Path, make_workplace: Callable[..., Workplace]) -> Workplace:
    place: Workplace = make_workplace(tmp_path)
    return place
