"""The page of a sweep: who is best and how surely, what the settings do, what it costs, what failed.

    page = write_sweep_report(folder, to)    # to / "report.html", to / "figures" / "*.png" and "*.svg"

It can be written while the sweep runs, and then says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import yaml

from runner.record import layout
from runner.record.read_sweep import Sweep
from runner.record.storage import write_bytes
from runner.report.html.document import render
from runner.report.html.run_scores import Headline
from runner.report.html.sections import Code, Facts, Part, Section, with_pictures
from runner.report.html.sweep_board import leaderboard_section, outcome_section
from runner.report.html.sweep_costs import sweep_cost_section
from runner.report.html.sweep_course import course_section, coverage_section, failure_section, time_section
from runner.report.html.sweep_facts import Board, read_board
from runner.report.html.sweep_settings import setting_section
from runner.report.html.tables import number


def write_sweep_report(folder: Path, to: Path) -> Path:
    """Write the page of a sweep and its figures into a folder, which is made, and return the page."""
    to.mkdir(parents=True, exist_ok=True)
    board = read_board(Sweep.open(folder))
    sections = with_pictures(list(sweep_sections(board)), to / layout.FIGURES)
    info = board.sweep.info
    page = render(
        "sweep.html",
        title=info.experiment,
        lead=f"{info.id} · begun {info.created} · swept: {', '.join(info.axes) or 'nothing'}",
        headlines=list(_headlines(board)),
        winner=_winner(board.sweep, to),
        sections=sections,
        versions=info.versions,
        id=info.id,
    )
    write_bytes(to / layout.REPORT_PAGE, page.encode("utf-8", "replace"), durable=False)
    return to / layout.REPORT_PAGE


def sweep_sections(board: Board) -> Iterator[Section]:
    """Give the sections of the page in their order; each that has nothing to tell is left out."""
    sections = (
        outcome_section(board),
        leaderboard_section(board),
        setting_section(board),
        sweep_cost_section(board),
        course_section(board),
        failure_section(board),
        coverage_section(board),
        time_section(board),
        _declaration(board.sweep),
    )
    return (section for section in sections if section.parts)


def _headlines(board: Board) -> Iterator[Headline]:
    if board.scored:
        best = board.scored[0]
        spread = "" if best.trial.std is None else f"± {number(best.trial.std)}, "
        yield Headline(
            f"best {board.standing.metric}", number(best.score or 0.0), f"{spread}trial {best.trial.number}"
        )
    standing = board.standing
    yield Headline("trials", f"{standing.ended:,}", f"of {standing.total:,} planned")
    if standing.failed:
        yield Headline("failed", f"{standing.failed:,}", f"of {standing.ended:,} that ended")
    if board.evidence.compared:
        alike = sum(board.evidence.verdict(number) == "alike" for number in board.evidence.compared)
        yield Headline("as good as the best", f"{alike:,}", f"of {len(board.evidence.compared):,} compared")


def _winner(sweep: Sweep, to: Path) -> tuple[str, str] | None:
    """Return the winner's run and where its page is, seen from this page; no link where it has none."""
    run = sweep.best
    if run is None:
        return None
    page = run / layout.REPORT_PAGE
    link = quote(Path(os.path.relpath(page, to.resolve())).as_posix()) if page.is_file() else ""
    return run.name, link


def _declaration(sweep: Sweep) -> Section:
    info = sweep.info
    parts: list[Part] = [Code(" ".join(info.command))] if info.command else []
    parts.append(
        Facts(
            [
                ("sweep", info.id),
                ("begun", info.created),
                ("seeds", str(info.seeds)),
                *((name, str(value)) for name, value in info.objective.items()),
                *info.versions.items(),
            ]
        )
    )
    declared = yaml.safe_dump(dict(info.base), sort_keys=False, allow_unicode=True)
    return Section("declaration", "Declaration", [*parts, Code(declared, "What all trials share")])
