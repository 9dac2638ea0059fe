"""How long stages have taken in earlier runs and sweeps of an experiment: what a plan's estimate leans on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from runner.errors import RunnerError
from runner.record.manifest import PARTIAL
from runner.record.read import Run
from runner.record.read_sweep import Sweep, is_sweep
from runner.record.records import StepRecord

#: So many of the last runs are looked at, and so many trials of the last sweep.
_RUNS, _TRIALS = 3, 8


def timings(shelf: Path) -> dict[str, float]:
    """Return stage -> mean seconds, such as "load" or "transform/tfidf" or "train". shelf: an experiment's folder."""
    seconds: dict[str, list[float]] = {}
    for step in _steps(shelf):
        stage = step.step.partition("/")[0]
        if step.note is None or "from the store" not in step.note:
            for name in {stage, step.step}:
                seconds.setdefault(name, []).append(step.seconds)
    return {name: fmean(values) for name, values in seconds.items()}


def _steps(shelf: Path) -> Iterable[StepRecord]:
    if not shelf.is_dir():
        return
    folders = sorted((path for path in shelf.iterdir() if path.is_dir() and path.suffix != PARTIAL), reverse=True)
    try:
        for run in [path for path in folders if not is_sweep(path)][:_RUNS]:
            yield from Run.open(run).steps
        for sweep in [path for path in folders if is_sweep(path)][:1]:
            opened = Sweep.open(sweep)
            for trial in opened.trials()[-_TRIALS:]:
                yield from opened.trial(trial.number).steps
    except RunnerError:  # damaged, or of a newer version: an estimate can do without
        return
