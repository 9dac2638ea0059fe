"""Writing the page of a run or of a sweep. Nothing of what draws is imported before a page is wanted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from runner.errors import ConfigError, RunnerError
from runner.record import layout, manifest
from runner.record.read import Run
from runner.record.read_sweep import Sweep, is_sweep
from runner.report.html.document import check_extra
from runner.report.short_names import near

log = logging.getLogger("runner")

#: What writes the report of a run, for a process that is told by name.
PAGE = "runner.report.pages:write_run_page"


def write_run_page(folder: Path) -> None:
    """Write the report of a run into its own folder, while that is being made. Raises PluginError."""
    run_page(folder, folder)


def run_page(folder: Path, to: Path) -> Path:
    """Write the report of a run into a folder; return the page. Raises PluginError without the extra `report`."""
    check_extra()
    from runner.report.html.run_report import write_run_report  # matplotlib, 0.4 s

    return write_run_report(folder, to)


def sweep_page(folder: Path, to: Path) -> Path:
    """Write the report of a sweep into a folder; return the page. Raises PluginError without the extra `report`."""
    check_extra()
    from runner.report.html.sweep_report import write_sweep_report  # matplotlib, 0.4 s

    return write_sweep_report(folder, to)


def written_page(folder: Path, to: Path | None = None) -> Path:
    """Write the page of a finished run or of a sweep, by default into ./report-<id>.

    Raises IntegrityError where it is none, ConfigError for a place that is sealed or a file.
    """
    draw = sweep_page if is_sweep(folder) else run_page
    if draw is run_page:
        Run.open(folder)
    place = to or Path(f"report-{folder.resolve().name}")
    _check_place(place)
    return draw(folder, place)


def _check_place(to: Path) -> None:
    place = to.resolve()
    if any(manifest.is_finished(folder) for folder in (place, *place.parents)):
        raise ConfigError(f"{str(to)!r} lies in a finished run, whose files stay as they are; name another folder")
    if to.exists() and not to.is_dir():
        raise ConfigError(f"{str(to)!r} is a file; name a folder")


def pages_told(folder: Path) -> Sequence[str]:
    """Write the report of an ended sweep into its own folder, and tell in lines where it is, or why it is not.

    It tells of a sweep and is none of its results: it never fails one.
    """
    try:
        page = sweep_page(folder, folder)
    except Exception as error:
        told = str(error) if isinstance(error, RunnerError) else f"{type(error).__name__}: {error}"
        log.info("where the report failed", exc_info=error)
        return [f"the report is not written: {told}; 'runner report {folder.name}' makes it later"]
    run = Sweep(folder).best
    if run is None or (run / layout.REPORT_PAGE).is_file():
        return [f"report: {near(page)}"]
    return [f"report: {near(page)}", f"the winner's run has no page; 'runner report {run.name}' writes it"]
