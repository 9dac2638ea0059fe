"""What shipping the model costs: bytes, milliseconds and differences of each export; what compressing did to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.record import layout
from runner.report.html.run_facts import ReportedRun
from runner.report.html.sections import Part, Rows, Section
from runner.report.html.tables import NOTHING, Cell, cell, table
from runner.report.tables import seconds, size

Told = Mapping[str, Any]


def cost_section(run: ReportedRun) -> Section:
    """Tell of every export how it was proven and what it costs, and how the scores changed by compression."""
    return Section("costs", "What it costs to ship", list(_parts(run)))


def _parts(run: ReportedRun) -> Iterator[Part]:
    proofs = run.record(layout.PROOFS) or {}
    rows = [_export(name, proof, _bytes(run, name)) for name, proof in proofs.items()]
    if rows:
        headings = (
            "export",
            "bytes",
            "a call takes",
            "the model's own",
            "rows asked",
            "labels that differ",
            "furthest",
        )
        note = "Each export was read back and asked held-out rows; furthest: the largest difference of a probability "
        note += "or value from the model's. A call answers one row."
        yield Rows(table(headings, rows, caption="Exports", note=note).filled())
    if run.scores.compressed:
        yield Rows(_compressed(run))


def _export(name: str, proof: Told | None, n_bytes: int | None) -> list[Any]:
    if proof is None:
        return [name, _size(n_bytes), *[None] * 5]
    return [
        name,
        _size(proof.get("bytes") or n_bytes),
        _time(proof.get("latency")),
        _time(proof.get("latency_of_model")),
        proof.get("rows"),
        proof.get("labels"),
        proof.get("worst"),
    ]


def _bytes(run: ReportedRun, name: str) -> int | None:
    sizes = [entry["size"] for file, entry in run.files.items() if file.startswith(f"{layout.ARTIFACTS}/{name}/")]
    return sum(sizes) if sizes else None


def _size(n_bytes: int | None) -> Cell:
    return Cell(NOTHING) if n_bytes is None else Cell(size(n_bytes), n_bytes)


def _time(value: float | None) -> Cell:
    """Write a duration, of which a call may take a few millionths.

    >>> _time(0.00012).text, _time(0.25).text
    ('0.12 ms', '250 ms')
    """
    if value is None:
        return Cell(NOTHING)
    return Cell(f"{value * 1000:.2g} ms" if value < 0.01 else seconds(value), value)


def _compressed(run: ReportedRun) -> Any:
    scores = run.scores
    rows = [
        [step, name, _number(scores.total.get(name)), _number(after), _change(scores.total.get(name), after)]
        for step, totals in scores.compressed.items()
        for name, after in totals.items()
        if isinstance(after.mean, float | int)
    ]
    headings = ("compressor", "metric", "before", "after", "change")
    return table(headings, rows, caption="Scores before and after compression")


def _number(total: Any) -> Cell:
    return cell(float(total.mean)) if total is not None and isinstance(total.mean, float | int) else Cell(NOTHING)


def _change(before: Any, after: Any) -> Cell:
    if before is None or not isinstance(before.mean, float | int):
        return Cell(NOTHING)
    change = float(after.mean - before.mean)
    return Cell(f"{change:+.4g}", change)
