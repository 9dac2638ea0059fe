"""One trial of a sweep in full: settings, scores per fold, stages, where its curves ended, the end of its log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from runner.record.read_sweep import Sweep
from runner.record.shelves import trial_name
from runner.record.sweeps import TRIALS, TrialRecord
from runner.report.failures import LOG
from runner.report.run_page import show_steps
from runner.report.score_table import show_scores
from runner.report.short_names import setting
from runner.report.tables import heading, number, seconds, show, size, table

#: So many lines of the log's end are shown.
LOG_LINES = 20
#: No more of a log than this is read for its end, in bytes.
LOG_READ = 64 * 1024


def trial_data(sweep: Sweep, trial_number: int) -> dict[str, Any]:
    """Return everything that `show_trial` shows as plain data: the record, its path, the end of its log."""
    record, folder = sweep.trial(trial_number), _folder(sweep, trial_number)
    return {"path": str(folder), "trial": asdict(record), "log": _log_end(folder, record)}


def show_trial(sweep: Sweep, trial_number: int, console: Console) -> None:
    """Print a trial. Raises ConfigError if it has not ended, IntegrityError if its files were changed."""
    record, folder = sweep.trial(trial_number), _folder(sweep, trial_number)
    _show_facts(record, folder, console)
    if record.settings:
        heading(console, "Settings")
        show(console, table(("key", "value"), [(key, setting(value)) for key, value in record.settings.items()]))
    if record.metrics.total:
        heading(console, "Scores")
        show_scores(record.metrics, console)
    if record.steps:
        heading(console, "Stages")
        show_steps(record.steps, console)
    if record.curves:
        heading(console, "Curves")
        show(console, _curves(record.curves))
    log = _log_end(folder, record)
    if log:
        heading(console, f"End of {LOG}")
        for line in log:
            console.print(Text(line), soft_wrap=True)


def _folder(sweep: Sweep, trial_number: int) -> Path:
    return sweep.path / TRIALS / trial_name(trial_number)


def _show_facts(record: TrialRecord, folder: Path, console: Console) -> None:
    score = number(record.score) if record.std is None else f"{number(record.score)} ± {number(record.std)}"
    told = {
        "trial": str(record.number),
        "state": record.state if record.error is None else f"{record.state} ({record.error.kind})",
        "attempt": str(record.attempt),
        "score": "" if record.score is None else score,
        "started": record.started,
        "took": seconds(record.seconds),
        "waited": seconds(record.waited) if record.waited else "",
        "memory": "" if record.peak_bytes is None else f"{size(record.peak_bytes)} at most",
        "trained": "" if record.fused is None else f"together with {record.fused - 1:,} other trials",
        "epochs": "" if record.share == 1.0 else f"{record.share:.0%} of those declared",
        "folder": str(folder),
    }
    for name, value in told.items():
        if value:
            console.print(Text.assemble((f"{name:<11}", "bold"), value), soft_wrap=True)
    if record.error is not None:
        console.print()
        console.print(Text(record.error.message, style="red"), soft_wrap=True)


def _curves(curves: Mapping[str, Sequence[float | None]]) -> Any:
    """Lay out the first and the last value of each curve."""
    rows = [
        (name, str(len(values)), number(values[0]), number(values[-1])) for name, values in curves.items() if values
    ]
    return table(("curve", "epochs", "first", "last"), rows, numbers=("epochs", "first", "last"))


def _log_end(folder: Path, record: TrialRecord) -> list[str]:
    """Return the last lines of a trial's log; of a huge one only the end is read."""
    if LOG not in record.files:
        return []
    with open(folder / LOG, "rb") as file:
        start = max(0, file.seek(0, 2) - LOG_READ)
        file.seek(start)
        lines = file.read().decode("utf-8", "replace").splitlines()
    return lines[1 if start and len(lines) > 1 else 0 :][-LOG_LINES:]
