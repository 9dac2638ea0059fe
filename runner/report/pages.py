"""Writing the page of a run or of a sweep. Nothing of what draws is imported before a page is wanted."""

from __future__ import annotations

from pathlib import Path

from runner.report.html.document import check_extra

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
