"""What drifted: a table that a person can act on."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from runner.drifting.comparing import Drift, Finding
from runner.report.tables import number, show, table

_HEADINGS = ("drift", "what", "PSI", "test", "p", "missing", "why")


def show_drift(drift: Drift, console: Console, *, everything: bool = False) -> None:
    """Print what drifted, the farthest first, and how much was looked at. everything: what did not, too."""
    shown = [finding for finding in drift.findings if everything or finding.level != "none"]
    moved = [finding for finding in drift.findings if finding.level != "none"]
    if shown:
        show(console, table(_HEADINGS, [_cells(finding) for finding in shown], numbers=("PSI", "p", "missing")))
    for note in drift.notes:
        console.print(Text(f"note: {note}"), soft_wrap=True)
    told = f"{len(moved)} of {len(drift.findings)} drift" if moved else f"none of {len(drift.findings)} drifts"
    compared = f"{drift.rows:,} new rows beside {drift.reference:,}"
    console.print(Text(f"{told} · {compared} · at most {drift.alpha:.0%} false alarms"), soft_wrap=True)


def _cells(finding: Finding) -> tuple[str, ...]:
    said = "the model: " if finding.of == "prediction" else ""
    test = "" if finding.test is None else f"{finding.test} {number(finding.statistic)}"
    missing = "" if not (finding.missing_now or finding.missing_before) else (
        f"{finding.missing_before:.1%} → {finding.missing_now:.1%}"
    )  # fmt: skip
    return (
        "" if finding.level == "none" else finding.level,
        f"{said}{finding.name}",
        "" if finding.psi is None else f"{finding.psi:.2f}",
        test,
        "" if finding.adjusted is None else f"{finding.adjusted:.2g}",
        missing,
        "; ".join(finding.why),
    )
