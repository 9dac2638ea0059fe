"""How long do sweeps take, against the ways in which one would otherwise try many settings?

    python benchmarks/sweep.py [--rounds 3] [--quick] [--only overhead planning text folds dense resume]

Needs the extra `bench`. Every contender is a command in a fresh process that reads the same file, makes the
same trials on the same split, and is timed from its start to its end, imports and records included. In each round
every contender runs once, in turn, so that all meet the same noise; printed are medians, and the median of the
ratios to ours round by round. Slow contenders make some of the trials, "of" says how many, and what they took
beyond their start is scaled up. A contender's scores must be ours, or the benchmark stops.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

PEERS = Path(__file__).parent / "sweep_peers"
sys.path.insert(0, str(PEERS))

from trials import DENSE_AXES, FOLDS_AXES, TEXT_AXES, cells  # noqa: E402 - a folder of scripts, no package
from workplaces import dense_place, hydra_place, text_place, trivial_place  # noqa: E402

RUNNER = [sys.executable, "-P", "-m", "runner.cli", "-m"]

Scores = dict[str, float]


@dataclass(frozen=True)
class Contender:
    """command: in the folder `place`. trains: how many of the trials, None for all.

    tolerance: how far its scores may be from ours; None where they are not comparable.
    """

    name: str
    command: Sequence[str]
    place: Path
    trains: int | None = None
    tolerance: float | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """seconds: of wall time, scaled up where only some trials were made; cpu: likewise; peak: MB, largest process."""

    seconds: float
    cpu: float
    peak: float
    scores: Scores


def main() -> None:
    sections = {
        "overhead": overhead, "planning": planning, "text": text, "folds": folds, "dense": dense, "resume": resume,
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything and one round, to see it work")
    parser.add_argument("--only", nargs="+", choices=sections, default=list(sections))
    options = parser.parse_args()
    size, rounds = (10, 1) if options.quick else (1, options.rounds)
    for name in options.only:
        print(f"\n{name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            sections[name](Path(folder), size, rounds)


def overhead(folder: Path, size: int, rounds: int) -> None:
    n_trials, place = 1000 // size, trivial_place(folder / "ours")
    axis = f"model.random_state=range({n_trials})"
    contenders = [Contender("runner -m", ours("trivial", [axis]), place)]
    for grouped in (True, False):
        configs = hydra_place(folder / f"hydra-{grouped}", grouped=grouped)
        for launcher in ("basic", "joblib"):
            count = 40 if launcher == "basic" else 80
            words = [f"model.random_state=range({count})", f"hydra/launcher={launcher}"]
            words += ["hydra.launcher.n_jobs=2"] if launcher == "joblib" else []
            contenders.append(
                Contender(
                    f"Hydra, launcher '{launcher}', {'12 groups' if grouped else 'one file'}",
                    peer("trivial", "-m", *words),
                    folder / "hydra",
                    count,
                    environment={"BENCHMARK_CONFIGS": str(configs), "BENCHMARK_BEGAN": str(folder / "began")},
                )
            )
    report(contenders, n_trials, rounds)
    run(peer("composing", str(1000 // size)), place, show=True)


def planning(folder: Path, size: int, rounds: int) -> None:
    place = trivial_place(folder)
    axes = [f"model.random_state=range({1000 // size})", "seed=range(100)"]
    contender = Contender("runner -m --plan", ours("trivial", [*axes, "--plan", "--yes"]), place)
    report([contender], 100_000 // size, rounds)


def text(folder: Path, size: int, rounds: int) -> None:
    place = made(text_place, folder, 20_000 // size)
    axes = words({f"model.{name}": values for name, values in TEXT_AXES.items()})
    contenders = [
        Contender("runner -m", ours("text", axes), place),
        Contender("runner -m, winner shipped", ours("text", axes, ship="best"), place),
        of_text("by hand, TF-IDF shared, 2 processes", "by_hand", place, "text"),
        of_text("dask-ml GridSearchCV", "dask", place, "text"),
        of_text("GridSearchCV, Pipeline(memory=)", "grid_search_with_memory", place, "text"),
        of_text("GridSearchCV", "grid_search", place, "text", 16),
        of_text("Optuna study", "optuna", place, "text", 12),
    ]
    report(contenders, len(cells(TEXT_AXES)), rounds)


def folds(folder: Path, size: int, rounds: int) -> None:
    # folds of one size: dask-ml weighs a fold's score by its rows
    place = made(text_place, folder, 21_000 // size)
    named_axes = {
        f"{'transforms.tfidf' if name == 'min_df' else 'model'}.{name}": values for name, values in FOLDS_AXES.items()
    }
    contenders = [
        Contender("runner -m", ours("folds", words(named_axes)), place),
        of_text("by hand, TF-IDFs shared, 2 processes", "by_hand", place, "folds"),
        of_text("dask-ml GridSearchCV", "dask", place, "folds"),
        of_text("GridSearchCV, Pipeline(memory=)", "grid_search_with_memory", place, "folds"),
        of_text("GridSearchCV", "grid_search", place, "folds", 6),
    ]
    report(contenders, len(cells(FOLDS_AXES)), rounds)


def made(make: Callable[..., Path], place: Path, *arguments: int) -> Path:
    """Have data made in a process of its own: what this one has held would count as its children's peak."""
    place.mkdir(exist_ok=True)
    process = get_context("spawn").Process(target=make, args=(place, *arguments))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{make.__name__} ended with {process.exitcode}")
    return place


def of_text(name: str, way: str, place: Path, axes: str, trains: int | None = None) -> Contender:
    """Make a peer on texts, whose every score must be ours."""
    count = [] if trains is None else [str(trains)]
    return Contender(name, peer("text", way, "data.csv", axes, *count), place, trains, tolerance=1e-9)


def dense(folder: Path, size: int, rounds: int) -> None:
    place = made(dense_place, folder, 60_000 // size)
    rates, l2s = DENSE_AXES["learning_rate"], DENSE_AXES["l2"]
    axes = words({"optimizer.learning_rate": rates, "model.l2": l2s})
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, [str(place), os.environ.get("PYTHONPATH")]))}
    contenders = [
        Contender("runner -m", ours("dense", axes), place, environment=environment),
        Contender("runner -m, winner shipped", ours("dense", axes, ship="best"), place, environment=environment),
        # These begin with other weights, and after one epoch that shows.
        Contender("MLPClassifier(()) by hand, 2 processes", peer("dense", "by_hand", "."), place),
        Contender("GridSearchCV(MLPClassifier(()))", peer("dense", "mlp_search", ".", "32"), place, 32),
        Contender("GridSearchCV(SGDClassifier)", peer("dense", "sgd_search", ".", "4"), place, 4),
    ]
    report(contenders, len(rates) * len(l2s), rounds)


def resume(folder: Path, size: int, rounds: int) -> None:
    place = trivial_place(folder)
    command = ours("trivial", [f"model.random_state=range({10_000 // size})"])
    first = measured(Contender("", command, place), 1, fresh=False)
    print(f"the sweep itself: {first.seconds:.1f} s, {first.peak:.0f} MB")
    contender = Contender("runner -m, again", command, place)
    again = [measured(contender, 1, fresh=False) for _ in range(rounds)]
    seconds, peak = statistics.median(one.seconds for one in again), max(one.peak for one in again)
    print(f"the same command again: {seconds:.1f} s, {peak:.0f} MB in the largest process")


def ours(experiment: str, axes: Sequence[str], ship: str = "none") -> list[str]:
    return [*RUNNER, f"+experiment={experiment}", f"sweep.ship={ship}", *axes]


def words(axes: Mapping[str, Sequence[Any]]) -> list[str]:
    return [f"{key}={','.join(map(str, values))}" for key, values in axes.items()]


def peer(script: str, *arguments: str) -> list[str]:
    return [sys.executable, str(PEERS / f"{script}.py"), *arguments]


def report(contenders: Sequence[Contender], n_trials: int, rounds: int) -> None:
    """Run all in turn and print. The first is ours."""
    found: dict[str, list[Measured]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            own = measured(contender, n_trials)
            found[contender.name].append(own)
            if contender.tolerance is not None:
                agree(contender, own.scores, found[contenders[0].name][-1].scores)
    print(f"{'':<42}{'of':>7}{'wall, s':>9}{'CPU, s':>9}{'peak, MB':>10}{'times ours (min-max)':>24}{'best':>10}")
    base = found[contenders[0].name]
    for contender in contenders:
        own = found[contender.name]
        ratios = [one.seconds / other.seconds for one, other in zip(own, base, strict=True)]
        line = f"{contender.name:<42}{contender.trains or n_trials:>7}"
        seconds, cpu = (statistics.median(value) for value in zip(*((m.seconds, m.cpu) for m in own), strict=True))
        line += f"{seconds:>9.1f}{cpu:>9.1f}"
        line += f"{max(one.peak for one in own):>10.0f}"
        line += f"{f'{statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f})':>24}"
        line += f"{max(own[0].scores.values()):>10.5f}" if own[0].scores else ""
        print(line, flush=True)


def measured(contender: Contender, n_trials: int, *, fresh: bool = True) -> Measured:
    """Run a contender once. fresh: nothing is left of earlier runs."""
    place = contender.place
    place.mkdir(exist_ok=True)
    if fresh:
        for left in ("outputs", "multirun"):
            shutil.rmtree(place / left, ignore_errors=True)
    seconds, cpu, peak, output = run(contender.command, place, contender.environment)
    if contender.command[: len(RUNNER)] == RUNNER:
        return Measured(seconds, cpu, peak, ours_scores(place))
    began = Path(contender.environment.get("BENCHMARK_BEGAN", place / "began"))
    if began.exists():
        told: dict[str, Any] = {"setup": float(began.read_text()), "scores": []}
        began.unlink()
    else:
        told = json.loads(output.splitlines()[-1])
    times = n_trials / (contender.trains or n_trials)
    scaled = told["setup"] + (seconds - told["setup"]) * times
    scores = {named(dict(settings)): score for settings, score in told["scores"]}
    return Measured(scaled, cpu * scaled / seconds, peak, scores)


def run(
    command: Sequence[str], place: Path, environment: Mapping[str, str] | None = None, *, show: bool = False
) -> tuple[float, float, float, str]:
    """Return seconds, seconds of CPU, MB of the largest process, and what it printed."""
    start = time.time()
    all_of_it = {**os.environ, **(environment or {}), "BENCHMARK_STARTED": str(start)}
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, cwd=place, env=all_of_it, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.time() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}:\n{output}")
    if show:
        print(output, end="")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, output


def ours_scores(place: Path) -> Scores:
    scores: Scores = {}
    for path in place.glob("outputs/*/sweep-*/results.csv"):
        with path.open() as file:
            for row in csv.DictReader(file):
                if row["state"] != "done":
                    raise SystemExit(f"{path}: trial {row['number']} is {row['state']}")
                axes = {name.rpartition(".")[2]: value for name, value in row.items() if _is_axis(name)}
                scores[named(axes)] = float(row["score"])
    return scores


def _is_axis(name: str) -> bool:
    return name.startswith(("model.", "optimizer.", "transforms.")) or name == "seed"


def named(settings: Mapping[str, Any]) -> str:
    """Write settings so that those of a table and those of Python are the same."""
    parts = []
    for name, value in sorted(settings.items()):
        try:
            parts.append(f"{name}={float(value):.9g}")
        except ValueError:
            parts.append(f"{name}={value}")
    return " ".join(parts)


def agree(contender: Contender, theirs: Scores, own: Scores) -> None:
    """Stop where a contender's scores are not ours."""
    assert contender.tolerance is not None
    for name, score in theirs.items():
        if abs(score - own[name]) > contender.tolerance:
            raise SystemExit(f"{contender.name}: {name} scored {score}, ours {own[name]}")


if __name__ == "__main__":
    main()
