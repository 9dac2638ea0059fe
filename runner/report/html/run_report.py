"""The page of a run: what it was asked, how it went, how well it did and why, what it costs.

    page = write_run_report(folder, to)    # to / "report.html", to / "figures" / "*.png" and "*.svg"

What a run did not record has no section: the run of an older version, a failed one, one without a gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from runner.record import layout
from runner.record.storage import write_bytes
from runner.report.html.document import render
from runner.report.html.judged_rows import is_classifier, judged
from runner.report.html.run_about import about_section, declaration_section, ending_section, lead
from runner.report.html.run_classes import class_section
from runner.report.html.run_costs import cost_section
from runner.report.html.run_curves import curve_section, positive_of
from runner.report.html.run_data import data_section
from runner.report.html.run_facts import ReportedRun, reported
from runner.report.html.run_interpretation import interpretation_section
from runner.report.html.run_regression import regression_section
from runner.report.html.run_scores import headlines, score_section
from runner.report.html.run_stages import stage_section
from runner.report.html.run_training import training_section
from runner.report.html.sections import Section, with_pictures


def write_run_report(folder: Path, to: Path) -> Path:
    """Write the page of a run and its figures into a folder, which is made, and return the page."""
    run = reported(folder)
    to.mkdir(parents=True, exist_ok=True)
    sections = with_pictures(list(run_sections(run)), to / layout.FIGURES)
    page = render(
        "run.html",
        title=run.name,
        lead=lead(run),
        state=run.state,
        headlines=headlines(run.scores),
        sections=sections,
        versions=run.info.versions,
        id=run.info.id,
    )
    write_bytes(to / layout.REPORT_PAGE, page.encode("utf-8", "replace"), durable=False)
    return to / layout.REPORT_PAGE


def run_sections(run: ReportedRun) -> Iterator[Section]:
    """Give the sections of the page in their order; each that has nothing to tell is left out."""
    yield from (section for section in _sections(run) if section.parts)


def _sections(run: ReportedRun) -> Iterator[Section]:
    yield ending_section(run)
    if run.scores.total or run.state == "done":
        yield score_section(run.scores)
    yield from _judged_sections(run)
    yield training_section(run)
    yield interpretation_section(run.interpretation)
    yield data_section(run.data)
    yield stage_section(run.steps, run.info.seconds)
    yield cost_section(run)
    yield declaration_section(run)
    yield about_section(run)


def _judged_sections(run: ReportedRun) -> Iterator[Section]:
    parts = run.held_out
    if not parts:
        return
    if not is_classifier(parts):
        yield regression_section(parts)
        return
    rows = judged(parts)
    yield class_section(rows)
    yield curve_section(rows, positive_of(run.config, rows.classes))
