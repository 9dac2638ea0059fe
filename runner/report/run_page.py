"""One run in full: what `runner show` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import yaml
from rich.console import Console
from rich.text import Text

from runner.record import layout, strict_json
from runner.record.read import Run
from runner.record.records import StepRecord
from runner.report.interpretation_page import show_interpretation
from runner.report.score_table import show_scores
from runner.report.size_table import show_sizes
from runner.report.tables import heading, seconds, show, size, table


def run_data(run: Run) -> dict[str, Any]:
    """Return everything that `show_run` shows as plain data: info, config, scores, steps and files."""
    return {
        "path": str(run.path),
        "info": asdict(run.info),
        "config": run.config,
        "scores": asdict(run.scores),
        "sizes": [asdict(size) for size in run.sizes],
        "interpretation": _interpretation(run),
        "steps": [asdict(step) for step in run.steps],
        "files": run.files,
    }


def show_run(run: Run, console: Console) -> None:
    """Print a run: how it went, its declaration, scores per fold and in total, steps, files."""
    _show_info(run, console)
    heading(console, "Declaration")
    declared = yaml.safe_dump(run.config, sort_keys=False, allow_unicode=True)
    console.print(Text(declared.rstrip()), soft_wrap=True)
    if run.scores.total:
        heading(console, "Scores")
        show_scores(run.scores, console)
    if run.sizes:
        heading(console, "The model, made smaller")
        show_sizes(run.sizes, run.scores.primary, console)
    interpretation = _interpretation(run)
    if interpretation is not None:
        show_interpretation(interpretation, console)
    if run.steps:
        heading(console, "Steps")
        show_steps(run.steps, console)
    heading(console, "Files")
    files = [(name, size(entry["size"])) for name, entry in run.files.items()]
    show(console, table(("file", "size"), files, numbers=("size",)))


def show_steps(steps: Sequence[StepRecord], console: Console) -> None:
    """Print the steps carried out, in their order."""
    headings = ("step", "fold", "took", "rows", "note")
    show(console, table(headings, [_step_cells(step) for step in steps], numbers=("fold", "took")))


def _interpretation(run: Run) -> dict[str, Any] | None:
    """Return what the run tells of its model; None for a run of before it did, or one without a model."""
    if layout.INTERPRETATION not in run.files:
        return None
    return dict(strict_json.read(run.path / layout.INTERPRETATION))


def _show_info(run: Run, console: Console) -> None:
    info = run.info
    told = {
        "run": info.id,
        "experiment": info.experiment,
        "state": info.state if info.error is None else f"{info.state} ({info.error.kind})",
        "started": info.started,
        "took": seconds(info.seconds),
        "seed": str(info.seed),
        "command": " ".join(info.command) or "from Python",
        "versions": ", ".join(f"{name} {version}" for name, version in info.versions.items()),
        "folder": str(run.path),
    }
    for name, value in told.items():
        console.print(Text.assemble((f"{name:<11}", "bold"), value), soft_wrap=True)
    if info.error is not None:
        console.print()
        console.print(Text(info.error.message, style="red"), soft_wrap=True)


def _step_cells(step: StepRecord) -> list[str]:
    rows = [str(count) for count in (step.rows_in, step.rows_out) if count is not None]
    fold = "" if step.fold is None else str(step.fold + 1)
    return [step.step, fold, seconds(step.seconds), " → ".join(dict.fromkeys(rows)), step.note or ""]
