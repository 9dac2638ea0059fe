"""The table of a sweep: one row per trial, as `results.csv` for people and `results.parquet` with types.

A text that a spreadsheet would take for a formula gets an apostrophe in front, and a text that would read as
something else (a number, true, null) gets quotes, so that every cell reads back as the value it was:

>>> [cell(value) for value in (0.1, True, None, "adam", "5", "=cmd|' /C calc'!A0", [1, 2])]
['0.1', 'true', '', 'adam', '"5"', "'=cmd|' /C calc'!A0", '[1, 2]']
>>> [of_cell(cell(it)) for it in (0.1, True, None, "adam", "5", "=cmd|' /C calc'!A0", [1, 2])]
[0.1, True, None, 'adam', '5', "=cmd|' /C calc'!A0", [1, 2]]
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from typing import Any

from runner.record import strict_json
from runner.record.storage import write_bytes
from runner.record.sweeps import TrialRecord

CSV = "results.csv"
PARQUET = "results.parquet"

Row = Mapping[str, Any]

#: A cell that begins so is carried out by spreadsheets; the apostrophe itself, since it is what we put in front.
_APOSTROPHED = ("=", "+", "-", "@", "'")


def rows(
    trials: Iterable[TrialRecord], axes: Sequence[str], chosen: Mapping[int, str] | None = None
) -> list[dict[str, Any]]:
    """Return one row per trial, by number: number, state, score, std, `metrics.<name>`, seconds, the swept keys.

    axes: the swept keys. chosen: number -> why, for a column of that name after std. A metric that is no number (a
    confusion matrix) has no column; a setting that a trial does not have, and a score that was not finite, are None.
    """
    ordered = sorted(trials, key=lambda trial: trial.number)
    metrics = dict.fromkeys(
        name for trial in ordered for name, total in trial.metrics.total.items() if not isinstance(total.mean, list)
    )
    return [_row(trial, list(metrics), axes, chosen) for trial in ordered]


def write_results(folder: Path, table: Sequence[Row]) -> list[str]:
    """Write both files, each whole or not at all. Returns notes: that there is no parquet without pyarrow."""
    write_bytes(folder / CSV, _csv(table))
    if find_spec("pyarrow") is None:
        return [f"{PARQUET} is not written: it needs pyarrow (pip install 'runner-ml[parquet]')"]
    write_bytes(folder / PARQUET, _parquet(table))
    return []


def read_csv(path: Path) -> list[dict[str, Any]]:
    """Read `results.csv` back, value for value."""
    with open(path, encoding="utf-8", newline="") as file:
        return [{name: of_cell(text) for name, text in row.items()} for row in csv.DictReader(file)]


def cell(value: Any) -> str:
    """Write a value for a cell of the csv file; numbers, booleans, lists and mappings as JSON."""
    if value is None:
        return ""
    if type(value) is int or (type(value) is float and isfinite(value)):
        return repr(value)  # as JSON writes it, ten times as fast
    if not isinstance(value, str) or _reads_as_another(value):
        return strict_json.dumps(value, indent=None)
    return f"'{value}" if value.startswith(_APOSTROPHED) else value


def of_cell(text: str) -> Any:
    """Read a cell back."""
    if text.startswith("'"):
        return text[1:]
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _reads_as_another(text: str) -> bool:
    """Say whether a text would not come back: it looks like JSON, or it would break the line."""
    if not text.isprintable():
        return True
    return not text.startswith("'") and bool(of_cell(text) != text)


def _row(
    trial: TrialRecord, metrics: Sequence[str], axes: Sequence[str], chosen: Mapping[int, str] | None
) -> dict[str, Any]:
    means = {name: total.mean for name, total in trial.metrics.total.items()}
    return {
        "number": trial.number,
        "state": trial.state,
        "score": trial.score,
        "std": trial.std,
        **({} if chosen is None else {"chosen": chosen.get(trial.number)}),
        **{f"metrics.{name}": means.get(name) for name in metrics},
        "seconds": trial.seconds,
        **{key: trial.settings.get(key) for key in axes},
    }


def _csv(table: Sequence[Row]) -> bytes:
    """A line end inside a value is quoted; the lines end as spreadsheets and POSIX tools both read them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = list(table[0]) if table else ["number", "state", "score", "std", "seconds"]
    writer.writerow(names)
    writer.writerows([cell(row[name]) for name in names] for row in table)
    return out.getvalue().encode()


def _parquet(table: Sequence[Row]) -> bytes:
    import pyarrow as pa  # type: ignore[import-untyped]  # an extra, slow to import, for the end of a sweep
    from pyarrow import parquet

    names = list(table[0]) if table else []
    columns = {name: _column([row[name] for row in table], pa) for name in names}
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue().to_pybytes())


def _column(values: Sequence[Any], pa: Any) -> Any:
    """Give a column the one type that holds all its values as they are, else write each as its csv cell."""
    kind = _type({type(value) for value in values if value is not None}, values)
    if kind is None:
        return pa.array([None if value is None else cell(value) for value in values], pa.string())
    if kind == "float64":
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array(values, kind)


def _type(kinds: set[type], values: Sequence[Any]) -> str | None:
    """Return the name of a column's type; None where only text can tell its values apart."""
    if len(kinds) == 1 and kinds <= {bool, str}:
        return "bool" if bool in kinds else "string"
    largest = max((abs(value) for value in values if type(value) is int), default=0)
    if kinds == {int} and largest < 2**63:
        return "int64"
    return "float64" if kinds <= {int, float} and largest <= 2**53 else None
