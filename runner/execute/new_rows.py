"""Rows that come later, read from a file as the run's own data were."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.catalogue import Catalogue
from runner.errors import ConfigError
from runner.execute.surroundings import Surroundings
from runner.record.read import Run

#: How a file's name ends -> the source that reads it.
READERS: Mapping[str, str] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
    ".json": "json",
    ".xlsx": "excel",
}
#: Options that tell what is predicted, and from which columns; of new rows nobody asks.
_ROLES = ("target", "groups", "features", "drop", "drop_missing_target", "stream")


def read_new_rows(run: Run, file: Path, catalogue: Catalogue, source: Mapping[str, Any] | None = None) -> Any:
    """Return the features of a file, all its columns among them. Raises DataError where it cannot be read.

    source: declares what reads it, without its path; by default what the run's own source says, where that reads
    such files, too. Raises ConfigError for a file that nothing offered reads.
    """
    declared = _declared(run, file, source)
    context = Surroundings(catalogue, Path.cwd()).context(0)
    return context.source({**declared, "path": str(file)}).load(context).features


def _declared(run: Run, file: Path, source: Mapping[str, Any] | None) -> dict[str, Any]:
    if source is not None:
        return dict(source)
    suffixes = [suffix for suffix in file.suffixes if suffix in READERS]
    if not suffixes:
        raise ConfigError(
            f"'{file}' does not end like a file that can be read ({', '.join(READERS)}). Say what reads it: "
            "--source '{use: csv, separator: \";\"}'."
        )
    use = READERS[suffixes[-1]]
    own = run.config.get("source") or {}
    if own.get("use") != use:
        return {"use": use, **({"separator": "\t"} if suffixes[-1] == ".tsv" else {})}
    kept = {key: value for key, value in own.items() if key not in _ROLES}
    known = {column.get("name") for column in run.fingerprints.get("raw", {}).get("columns", ())}
    if isinstance(kept.get("types"), dict):
        kept["types"] = {name: kind for name, kind in kept["types"].items() if name in known} or None
    return kept
