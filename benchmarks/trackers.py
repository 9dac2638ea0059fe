"""What does following a sweep in MLflow cost it? Sweeps of many small trials, with and without `trackers=[mlflow]`.

    python benchmarks/trackers.py [--trials 1000] [--rounds 5] [--only sqlite server]

Needs runner-mlflow. Every sweep is a command in a fresh process that is timed from its start to its end, imports,
records and the tracker's own wait at the end included; "CPU" is of the command with all its workers. What the
process beside it spends in MLflow meanwhile is in the wall clock, as it is for a person, and is told as "sender". A
server is `mlflow server` on 127.0.0.1, started before and stopped after. In each round every way runs once, in turn;
printed are medians, and the median of the ratios round by round. After each sweep the script waits until all is
sent, outside the clock, and counts what MLflow has: a run for each trial, or the benchmark stops.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Seconds that a server may take to answer, and a sender for what waits.
_PATIENCE = 900.0

SWEEP = """\
import json, sys, runner
if __name__ == "__main__":
    outcome = runner.sweep(json.loads(sys.argv[1]), outputs="outputs")
    assert {trial.state for trial in outcome.trials} == {"done"}
"""


@dataclass(frozen=True)
class Way:
    """A way to follow a sweep. address: of MLflow, None for nobody who follows; database: where it then is."""

    name: str
    address: str | None = None
    database: Path | None = None


@dataclass(frozen=True)
class Took:
    """What a sweep took. sender: CPU seconds of the process that sends; later: seconds until all was sent."""

    seconds: float
    cpu: float
    sender: float = 0.0
    later: float = 0.0


def declared(trials: int, tracker: Mapping[str, Any] | None) -> dict[str, Any]:
    """Declare a sweep of trials that take a few milliseconds each, none of which can be shared."""
    return {
        "name": "followed",
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": {"use": "stratified_kfold", "folds": 2},
        "model": {"use": "DummyClassifier", "strategy": "stratified"},
        "metrics": ["accuracy"],
        "exporters": [],
        "trackers": [] if tracker is None else [tracker],
        "sweep": {"ship": "none", "grid": {"model.random_state": list(range(trials))}},
    }


def swept(trials: int, way: Way) -> Took:
    """Carry out the sweep by a fresh process, wait until all is sent, and see that it is."""
    with tempfile.TemporaryDirectory() as place:
        spool = Path(place, "spool")
        tracker = {"use": "mlflow", "tracking_uri": way.address, "spool": str(spool)} if way.address else None
        script = Path(place, "sweep.py")
        script.write_text(SWEEP)
        before, had = _cpu_of_children(), _runs(way.database)
        start = time.perf_counter()
        command = [sys.executable, str(script), json.dumps(declared(trials, tracker))]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        seconds, cpu = time.perf_counter() - start, _cpu_of_children() - before
        if done.returncode:
            raise SystemExit(done.stderr)
        if way.database is None:
            return Took(seconds, cpu)
        sender = _until_sent(spool)
        later = time.perf_counter() - start - seconds
        found = _runs(way.database) - had
        if found != trials + 1:
            raise SystemExit(f"{way.name}: {trials} trials and their sweep, and MLflow has {found} more runs")
        return Took(seconds, cpu, sender, later)


def _until_sent(spool: Path) -> float:
    """Wait until nothing is left in the spool; returns the CPU seconds of the process that sent it."""
    until, spent = time.monotonic() + _PATIENCE, 0.0
    while any(spool.glob("*.jsonl")):
        spent = max(spent, _cpu_of_sender(spool))
        if time.monotonic() > until:
            told = [path.read_text() for path in spool.glob("*.trouble")]
            raise SystemExit(f"not all is sent after {_PATIENCE:g} s: {told}")
        time.sleep(0.05)
    return max(spent, _cpu_of_sender(spool))


def _cpu_of_sender(spool: Path) -> float:
    """Return the CPU seconds of the process that sends from a spool; 0 where there is none any more."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(spool) in (place / "cmdline").read_text():
                fields = (place / "stat").read_text().rpartition(")")[2].split()
                return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _runs(database: Path | None) -> int:
    """Count the runs in a database of MLflow."""
    if database is None or not database.exists():
        return 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened, suppress(sqlite3.OperationalError):
        return int(opened.execute("select count(*) from runs").fetchone()[0])
    return 0


@contextmanager
def server(folder: Path) -> Iterator[Way]:
    """Have `mlflow server` on this machine for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ("server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    stores = ("--backend-store-uri", f"sqlite:///{folder}/server.db", "--artifacts-destination", "artifacts")
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "server.txt").open("ab") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", *words, *stores],
            cwd=folder, stdout=told, stderr=told, env=environment, start_new_session=True,
        )  # fmt: skip
    try:
        _until_it_answers(f"http://127.0.0.1:{port}/health", process)
        yield Way("mlflow server", f"http://127.0.0.1:{port}", folder / "server.db")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError):
            return urllib.request.urlopen(url, timeout=5).close()
        time.sleep(0.2)
    raise SystemExit("the server does not come up")


def compare(ways: list[Way], trials: int, rounds: int) -> None:
    """Print medians, and the ratios to the sweep that nobody follows."""
    took: dict[str, list[Took]] = {way.name: [] for way in ways}
    for number in range(rounds):
        for way in ways if number % 2 == 0 else reversed(ways):
            took[way.name].append(swept(trials, way))
    plain = took[ways[0].name]
    print(
        f"{trials:,} trials, {rounds} rounds; seconds, medians, and ratios to the sweep that nobody follows (min-max)"
    )
    print(f"{'':16} {'wall':>7} {'ratio':>19} {'CPU':>7} {'ratio':>19} {'sender':>7} {'sent after':>10}")
    for name, them in took.items():
        wall, cpu = [one.seconds for one in them], [one.cpu for one in them]
        wall_ratios = _ratios(wall, [one.seconds for one in plain])
        cpu_ratios = _ratios(cpu, [one.cpu for one in plain])
        sender, later = _median(one.sender for one in them), _median(one.later for one in them)
        print(
            f"{name:16} {_median(wall):7.2f} {wall_ratios:>19} {_median(cpu):7.2f} {cpu_ratios:>19} "
            f"{sender:7.2f} {later:10.1f}"
        )


def _ratios(ours: list[float], theirs: list[float]) -> str:
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return f"{_median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def _median(values: Any) -> float:
    return statistics.median(values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=["sqlite", "server"], default=["sqlite", "server"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ways = [Way("nobody follows")]
        if "sqlite" in options.only:
            ways.append(Way("SQLite", f"sqlite:///{folder}/mlflow.db", folder / "mlflow.db"))
        with ExitStack() as served:
            if "server" in options.only:
                ways.append(served.enter_context(server(folder)))
            compare(ways, options.trials, options.rounds)


if __name__ == "__main__":
    main()
