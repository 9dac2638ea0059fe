"""A sweep on 1, 2 and 4 worker processes of a local Dask cluster, against the workers of this machine.

pip install -e '.[bench]' -e plugins/runner-dask
python benchmarks/cluster.py              # 200 mixed trials: equal scores, and times as ratios
python benchmarks/cluster.py --trials 10000       # a sweep of so many cheap trials: time, driver memory
python benchmarks/cluster.py --tasks 10000        # tasks of no work through the scheduler: time, driver memory
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

#: So many tasks are with the cluster at a time; a sweep's driver gives it four for each of its workers.
AHEAD = 200

DECLARED: Mapping[str, Any] = {
    "source": {"use": "sklearn_dataset", "name": "digits"},
    "splitter": "stratified_holdout",
    "transforms": ["image_to_matrix"],
    "model": {"use": "softmax", "epochs": 5},
    "optimizer": {"use": "sgd"},
    "metrics": ["accuracy"],
    "exporters": [],
    "sweep": {
        "ship": "none",
        "concat": [
            {"grid": {"model.l2": [10.0**-power for power in range(10)], "optimizer.learning_rate": [0.05, 0.1]}},
            {
                "grid": {
                    "model": ["DecisionTreeClassifier"],
                    "optimizer": ["none"],
                    "model.max_depth": list(range(1, 19)),
                    "model.min_samples_leaf": list(range(1, 11)),
                }
            },
        ],
    },
}


def cheap(trials: int) -> dict[str, Any]:
    """Declare a sweep of trials that train next to nothing, and of which no two share it."""
    return {
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": "stratified_holdout",
        "model": {"use": "DummyClassifier", "strategy": "stratified"},
        "metrics": ["accuracy"],
        "exporters": [],
        "sweep": {"ship": "none", "workers": 2, "grid": {"model.random_state": list(range(trials))}},
    }


def swept(declared: Mapping[str, Any], executor: Any) -> dict[str, Any]:
    """Carry out a sweep by a driver of its own. peak: MiB that the driver held at the most."""
    code = (
        "import json, resource, sys, time, runner, tempfile\n"
        "if __name__ == '__main__':\n"
        "    declared = json.loads(sys.argv[1])\n"
        "    start = time.perf_counter()\n"
        "    with tempfile.TemporaryDirectory() as folder:\n"
        "        outcome = runner.sweep(declared, outputs=folder)\n"
        "        scores = {json.dumps(one.settings, sort_keys=True): one.score for one in outcome.trials}\n"
        "        seconds = time.perf_counter() - start\n"
        "        unit = 2**20 if sys.platform == 'darwin' else 1024\n"
        "        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit\n"
        "        print(json.dumps({'seconds': seconds, 'peak': peak, 'scores': scores}))\n"
    )
    declared = {**declared, **({"executor": executor} if executor else {})}
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(code)
        script.flush()
        done = subprocess.run(
            [sys.executable, script.name, json.dumps(declared)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def compare(rounds: int) -> None:
    """Print the medians of interleaved rounds, as ratios to the workers of this machine."""
    ways = {"workers of this machine": None} | {
        f"dask, {jobs} processes": {"use": "dask", "jobs": jobs} for jobs in (1, 2, 4)
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    reference: dict[str, float] | None = None
    for _ in range(rounds):
        for name, executor in ways.items():
            told = swept(DECLARED, executor)
            seconds[name].append(told["seconds"])
            reference = reference or told["scores"]
            assert told["scores"] == reference, f"{name}: other scores"
    first = statistics.median(seconds["workers of this machine"])
    print(f"{len(reference or {})} trials, all scores equal; medians of {rounds}")
    for name, took in seconds.items():
        print(f"{name:26} {statistics.median(took):6.2f} s  {statistics.median(took) / first:5.2f}")


def many(trials: int, rounds: int) -> None:
    """Print what a sweep of many cheap trials takes by Dask's processes and by ours, two of each."""
    ways = {"workers of this machine": None, "dask, 2 processes": {"use": "dask", "jobs": 2}}
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, executor in ways.items():
            told[name].append(swept(cheap(trials), executor))
    (ours, *_), (theirs, *_) = told.values()
    assert ours["scores"] == theirs["scores"], "other scores"
    print(f"{trials:,} trials, all scores equal; medians of {rounds}")
    for name, all_of_one in told.items():
        seconds = statistics.median(one["seconds"] for one in all_of_one)
        peak = statistics.median(one["peak"] for one in all_of_one)
        print(
            f"{name:26} {seconds:7.1f} s  {seconds / trials * 1000:6.2f} ms a trial  driver {peak:5.0f} MiB at most"
        )


def overhead(tasks: int) -> None:
    """Print what a task of no work costs, and what the driver holds."""
    from runner_dask.executor import DaskExecutor

    executor = DaskExecutor(jobs=2)
    try:
        executor.submit(len, "").result()
        before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        waiting: deque[Future[int]] = deque()
        digits = 0
        for number in range(tasks):
            if len(waiting) >= AHEAD:
                digits += waiting.popleft().result()
            waiting.append(executor.submit(len, str(number)))
        digits += sum(future.result() for future in waiting)
        assert digits == sum(len(str(number)) for number in range(tasks))
        took = time.perf_counter() - start
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        each, more = took / tasks * 1000, (held - before) / 1024
        print(f"{tasks:,} tasks in {took:.1f} s: {each:.2f} ms each; {more:.0f} MiB more")
    finally:
        executor.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tasks", type=int, help="measure tasks of no work instead")
    parser.add_argument("--trials", type=int, help="measure a sweep of so many cheap trials instead")
    arguments = parser.parse_args()
    if arguments.trials:
        many(arguments.trials, arguments.rounds)
    elif arguments.tasks:
        overhead(arguments.tasks)
    else:
        compare(arguments.rounds)
