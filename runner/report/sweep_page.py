"""One sweep: what it is, its best trials, why others failed; and its trials as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from runner.record.evidence import Evidence
from runner.record.read_sweep import Sweep
from runner.record.sweeps import TrialSummary
from runner.report.aligned import aligned
from runner.report.doubt import evidence_data
from runner.report.failures import failures_of, reasons, show_failures
from runner.report.leaderboard import ranked, show_leaderboard, varying
from runner.report.short_names import setting, short_names
from runner.report.standing import Standing, evidence_of
from runner.report.tables import heading, number, seconds


def sweep_data(sweep: Sweep) -> dict[str, Any]:
    """Return everything that `show_sweep` shows as plain data: info, counts, ranked trials, failures."""
    standing = Standing.of(sweep)
    places = ranked(standing.trials, standing.direction)
    return {
        "path": str(sweep.path),
        "info": asdict(sweep.info),
        "trials": {"total": standing.total, "ended": standing.ended, "failed": standing.failed},
        "evidence": evidence_data(_evidence(sweep, standing)),
        "leaderboard": [{"rank": place.rank, **asdict(place.trial)} for place in places],
        "failures": [asdict(reason) for reason in reasons(failures_of(sweep, standing.trials))],
        "chosen": None if standing.chosen is None else standing.chosen._asdict(),
        "best": None if sweep.best is None else str(sweep.best),
    }


def show_sweep(sweep: Sweep, console: Console) -> None:
    """Print a sweep: what it is and how far, its leaderboard, its failures."""
    standing = Standing.of(sweep)
    _show_info(sweep, standing, console)
    if standing.trials:
        heading(console, f"Best by {standing.metric} ({standing.direction})")
        evidence = _evidence(sweep, standing)
        show_leaderboard(standing.trials, standing.direction, console, evidence=evidence, chosen=standing.chosen)
    if standing.failed:
        heading(console, "Failures")
        show_failures(failures_of(sweep, standing.trials), standing.ended, console)


def trials_data(trials: Sequence[TrialSummary]) -> list[dict[str, Any]]:
    """Return the trials as plain data."""
    return [asdict(trial) for trial in trials]


def show_trials(trials: Sequence[TrialSummary], out: IO[str]) -> None:
    """Write every trial at rest, by number: a line each, however many there are and however wide the terminal."""
    if not trials:
        out.write("No trial of this sweep has ended yet.\n")
        return
    keys = varying(trials)
    names = short_names(keys)
    headings = ("trial", "state", "score", *(names[key] for key in keys), "took", "attempt")
    numbers = ("trial", "score", "took", "attempt")
    for line in aligned(headings, [_cells(trial, keys) for trial in trials], numbers=numbers):
        out.write(f"{line}\n")


def _cells(trial: TrialSummary, keys: Sequence[str]) -> list[str]:
    kind = f" ({trial.kind})" if trial.kind and trial.kind != trial.state else ""
    return [
        str(trial.number),
        f"{trial.state}{kind}",
        number(trial.score) if trial.std is None else f"{number(trial.score)} ± {number(trial.std)}",
        *(setting(trial.settings[key]) if key in trial.settings else "" for key in keys),
        seconds(trial.seconds),
        str(trial.attempt),
    ]


def _evidence(sweep: Sweep, standing: Standing) -> Evidence:
    return evidence_of(sweep, standing.trials, standing.direction, standing.metric)


def _show_info(sweep: Sweep, standing: Standing, console: Console) -> None:
    info = sweep.info
    left = standing.total - standing.ended
    failed = f", {standing.failed:,} failed" if standing.failed else ""
    told = {
        "sweep": info.id,
        "experiment": info.experiment,
        "trials": f"{standing.ended:,} of {standing.total:,} ended{failed}" + (f", {left:,} to go" if left else ""),
        "created": info.created,
        "swept": ", ".join(info.axes) or "nothing",
        "seeds": str(info.seeds),
        "command": " ".join(info.command) or "from Python",
        "versions": ", ".join(f"{name} {version}" for name, version in info.versions.items()),
        "folder": str(sweep.path),
        "best": "" if sweep.best is None else str(sweep.best),
    }
    for name, value in told.items():
        if value:
            console.print(Text.assemble((f"{name:<11}", "bold"), value), soft_wrap=True)
