"""What `runner replay` shows: what a run and its replay started from, the bits of each stage, the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from runner.record.comparing_inputs import Fact
from runner.record.comparing_runs import Comparison
from runner.record.read import Run
from runner.report.tables import heading, show, table

#: More numbers that agree are counted and not listed.
_MAX_NUMBERS = 20


def replay_data(run: Run, comparison: Comparison, lacks: Sequence[str], kept: Path | None) -> dict[str, Any]:
    """Return all that `show_replay` shows as plain data. kept: the new run's folder, where it stays."""
    return {
        "run": run.info.id,
        "verdict": comparison.verdict,
        "first": comparison.first,
        "why": comparison.why,
        "tolerance": comparison.tolerance,
        "lacks": list(lacks),
        "kept": None if kept is None else str(kept),
        **{level: [asdict(fact) for fact in getattr(comparison, level)] for level in ("inputs", "bits", "numbers")},
    }


def show_replay(run: Run, comparison: Comparison, lacks: Sequence[str], kept: Path | None, console: Console) -> None:
    """Print the comparison, level by level, and the verdict last."""
    heading(console, "Started from")
    _show(comparison.inputs, console)
    heading(console, "Bits")
    _show(comparison.bits, console)
    heading(console, f"Numbers (tolerance {comparison.tolerance:g})")
    differing = [fact for fact in comparison.numbers if not fact.same]
    shown = comparison.numbers if len(comparison.numbers) <= _MAX_NUMBERS else differing
    if shown:
        _show(shown, console)
    if len(shown) < len(comparison.numbers):
        _line(console, f"{len(comparison.numbers) - len(shown):,} numbers agree")
    console.print()
    for text in lacks:
        _line(console, f"note: {text}")
    _show_verdict(run, comparison, console)
    if kept is not None:
        _line(console, str(kept))


def _show(facts: Sequence[Fact], console: Console) -> None:
    signs = {True: "yes", False: "NO", None: "?"}
    rows = [[fact.what, fact.then, fact.now, signs[fact.same]] for fact in facts]
    show(console, table(("", "then", "now", "same"), rows))


def _show_verdict(run: Run, comparison: Comparison, console: Console) -> None:
    if comparison.verdict == "same":
        unknown = sum(fact.same is None for fact in comparison.bits)
        told = f", as far as was recorded ({unknown} of {len(comparison.bits)} stages were not)" if unknown else ""
        _line(console, f"{run.info.id}: the same, bit by bit{told}", "green")
        return
    if comparison.first is None:  # other settings or data that led to the same
        differing = ", ".join(fact.what for fact in comparison.inputs if fact.same is False)
        _line(console, f"{run.info.id}: the same results from something else: {differing}", "red")
        return
    _line(console, f"the first stage that differs: {comparison.first}", "yellow")
    for text in comparison.why:
        _line(console, f"  may be due to {text}")
    style = "yellow" if comparison.verdict == "within tolerance" else "red"
    _line(console, f"{run.info.id}: {comparison.verdict}", style)


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
