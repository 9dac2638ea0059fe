"""The source `http` on servers of the tests, with limits that do not make them wait."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.contracts import SourceContext
from runner_builtin.sources.csv_source import CsvSource
from runner_builtin.sources.http_source import HttpSource
from runner_builtin.sources.json_lines_source import JsonLinesSource

READERS = {"csv": CsvSource, "json_lines": JsonLinesSource}
CSV = {"use": "csv", "target": "y"}
JSON_LINES = {"use": "json_lines", "target": "y"}


def built(declared: Mapping[str, Any]) -> Any:
    options = {name: value for name, value in declared.items() if name != "use"}
    return READERS[declared["use"]](**options)


def context_of(folder: Path, *, cache: bool = False) -> SourceContext:
    """A context as a run gives it. cache: keep what is fetched in the folder."""
    return SourceContext(folder, 0, cache=folder / "cache" if cache else None, build=built)


def http(url: str | dict[str, str], read: Mapping[str, Any] = CSV, **options: Any) -> HttpSource:
    """The source, for plain http and with short waits unless told otherwise."""
    given = {"allow_http": True, "first_wait": 0.01, "stall": 5.0, "total": 20.0, **options}
    return HttpSource(url=url, read=dict(read), **given)
