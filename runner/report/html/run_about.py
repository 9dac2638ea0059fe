"""What a run was asked to do and with what: its declaration, its machine, its files; and how it failed, if it did."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from runner.record import layout
from runner.report.html.run_facts import ReportedRun
from runner.report.html.sections import Code, Facts, Part, Rows, Section, Words
from runner.report.html.tables import Cell, table
from runner.report.tables import seconds, size


def lead(run: ReportedRun) -> str:
    """Say in one line which run this is."""
    summary = (run.config.get("about") or {}).get("summary")
    return " · ".join(text for text in (run.info.id, run.info.started, seconds(run.info.seconds), summary) if text)


def ending_section(run: ReportedRun) -> Section:
    """Tell why a run did not end well; nothing of one that did."""
    return Section("ending", f"Why it {_ended(run.state)}", list(_ending(run)))


def declaration_section(run: ReportedRun) -> Section:
    """Show the whole declaration, and the words that a person wrote."""
    return Section("declaration", "Declaration", list(_declaration(run)))


def about_section(run: ReportedRun) -> Section:
    """Tell what it ran with, and what the run folder holds."""
    return Section("run", "This run", list(_about(run)))


def _ended(state: str) -> str:
    return {"failed": "failed", "diverged": "diverged"}.get(state, "ended")


def _ending(run: ReportedRun) -> Iterator[Part]:
    if run.info.error is None:
        return
    yield Words(f"{run.info.error.kind}: {run.info.error.message}", "failure")
    if run.log:
        yield Code(run.log, "The end of its log")


def _declaration(run: ReportedRun) -> Iterator[Part]:
    if run.info.command:
        yield Code(" ".join(run.info.command))
    chosen = [(group, _named(node)) for group, node in run.config.items() if _named(node)]
    yield Facts(chosen)
    yield Code(yaml.safe_dump(run.config, sort_keys=False, allow_unicode=True), "Every option, with its value")


def _named(node: object) -> str:
    """Name the component that a group has chosen, or its steps in their order."""
    if not isinstance(node, dict):
        return ""
    if "use" in node:
        return "" if node["use"] == "none" else str(node["use"])
    uses = [step.get("use") for step in node.values() if isinstance(step, dict)]
    return ", ".join(str(use) for use in uses if use and use != "none")


def _about(run: ReportedRun) -> Iterator[Part]:
    info = run.info
    yield Facts(
        [
            ("run", info.id),
            ("started", info.started),
            ("took", seconds(info.seconds)),
            ("seed", str(info.seed)),
            *((name, version) for name, version in info.versions.items()),
            *_machine(run),
            *_code(run),
        ]
    )
    if run.replay:
        yield Code(run.replay, "How to run it again")
    files = [[name, Cell(size(entry["size"]), entry["size"])] for name, entry in run.files.items()]
    yield Rows(table(["file", "size"], files, caption="Files of the run"), filterable=len(files) > 30)


def _machine(run: ReportedRun) -> Iterator[tuple[str, str]]:
    threads = run.record(layout.THREADS) or {}
    for name in ("platform", "cpu", "machine"):
        if isinstance(threads.get(name), str):
            yield name, threads[name]
    for library in threads.get("libraries") or ():
        told = (library.get("internal_api"), library.get("version"), library.get("architecture"))
        words = " ".join(str(word) for word in told if word)
        if words:
            yield "library", f"{words}, {library.get('num_threads')} threads"


def _code(run: ReportedRun) -> Iterator[tuple[str, str]]:
    code = run.record(layout.CODE)
    if code:
        changed = " with uncommitted changes" if code.get("dirty") or code.get("patch") else ""
        yield "code", f"{str(code.get('commit'))[:12]}{changed}"
