"""Which sweep, and which trial of it, a person means by some words."""

from __future__ import annotations

from pathlib import Path

from runner.errors import ConfigError, did_you_mean
from runner.record.read_sweep import Sweep, is_sweep, sweeps
from runner.record.sweeps import TRIALS


def sweep_of(root: Path, words: str) -> Sweep | None:
    """Return the sweep that is meant: a path, `<experiment>/<id>`, an id, or a unique beginning of one.

    None where no sweep is meant, so that it may be a run. Raises ConfigError if several sweeps match.
    """
    for path in (Path(words), root / words):
        if words and is_sweep(path):
            return Sweep.open(path)
    if not words.startswith("sweep-"):
        return None
    matches = [sweep for sweep in sweeps(root) if sweep.path.name.startswith(words)]
    if len(matches) > 1:
        names = ", ".join(f"{sweep.path.parent.name}/{sweep.path.name}" for sweep in matches[:10])
        raise ConfigError(
            f"{words!r} could be any of {len(matches)} sweeps in '{root}': {names}. Give more of the id."
        )
    return Sweep.open(matches[0].path) if matches else None


def the_sweep(root: Path, words: str) -> Sweep:
    """Return the sweep that is meant. Raises ConfigError if there is none."""
    sweep = sweep_of(root, words)
    if sweep is None:
        known = [found.path.name for found in sweeps(root)]
        raise ConfigError(
            f"no sweep {words!r}: it is neither a sweep's folder nor the beginning of an id in '{root}'. "
            f"{did_you_mean(words, known)} 'runner ls' lists the sweeps."
        )
    return sweep


def trial_of(words: str) -> tuple[Sweep, int] | None:
    """Return the trial whose folder is meant, such as `<sweep>/trials/0017`; None where it is none."""
    path = Path(words)
    if path.parent.name != TRIALS or not path.name.isdecimal() or not is_sweep(path.parents[1]):
        return None
    return Sweep.open(path.parents[1]), int(path.name)
