"""Tables from a JSON document: a list of objects somewhere inside it, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError, did_you_mean
from runner.options import Count
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.sources.archives import Limits
from runner_builtin.sources.data_files import FileReading, file_fingerprint, located, place_notes
from runner_builtin.sources.json_rows import checked_row, parsed_json, table_of
from runner_builtin.sources.text_blocks import utf8_blocks


@dataclass(frozen=True, kw_only=True)
class JsonSource:
    """Read a table from a JSON document (UTF-8); a key that an object lacks, or null, is a missing value.

    path: relative to the folder of the run; may be compressed (gzip, bzip2, xz, a zip of one file). rows: where the
    list of objects lies, as keys and list positions joined by dots, such as data.items or results.0.rows; an empty
    text means the document itself. max_bytes: the most that a compressed file may unpack to. target: None where
    nothing is to be predicted. features: columns to keep, None for all but target and groups; drop: columns to leave
    out instead. Raises DataError.
    """

    path: str
    rows: str = ""
    target: str | None = None
    max_bytes: Count = 2147483648
    features: list[str] | None = None
    drop: list[str] | None = None
    groups: str | None = None
    drop_missing_target: bool = False

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return what `load` would give as fingerprint: that of the file's bytes."""
        return file_fingerprint(located(self.path, context.folder))

    def load(self, context: SourceContext) -> Dataset:
        """Return one row per object, in the order of the list; columns in the order of their first appearance."""
        place = located(self.path, context.folder)
        reading, origin = FileReading(place, Limits(max_bytes=self.max_bytes)), str(place)
        text = b"".join(utf8_blocks(reading.blocks(), "utf-8", origin)).decode()
        document = parsed_json(text, origin, "For one object per line use the source 'json_lines'.")
        rows = rows_at(document, self.rows, origin)
        names = list(dict.fromkeys(name for row in rows for name in row))
        roles = ColumnRoles(self.target, self.features, self.drop, self.groups, self.drop_missing_target)
        dataset = roles.part(table_of(rows, names), origin, reading.fingerprint)
        return dataset.noting(*place_notes(place, context.folder))


def rows_at(document: Any, path: str, origin: str) -> list[dict[str, Any]]:
    """Return the list of flat objects at a path of a document. Raises DataError with the path and what lies there."""
    found, walked = document, ""
    for step in path.split(".") if path else []:
        found = _step(found, step, walked, path, origin)
        walked = f"{walked}.{step}" if walked else step
    at = f"{path!r}" if path else "the document itself"
    if not isinstance(found, list):
        hint = "a list of objects is wanted"
        if isinstance(found, dict):
            lists = [key for key, value in found.items() if isinstance(value, list)]
            hint += f"; lists lie under {', '.join(map(repr, lists[:5]))}" if lists else f"; {_keys(found)}"
        raise DataError(f"{origin}, rows: at {at} lies {_named(found)}; {hint}.")
    if not found:
        raise DataError(f"{origin}, rows: the list at {at} is empty.")
    return [checked_row(row, f"{origin}, row {number} of {at}") for number, row in enumerate(found, start=1)]


def _step(found: Any, step: str, walked: str, path: str, origin: str) -> Any:
    where = f"{origin}, rows: {path!r}: {f'at {walked!r}' if walked else 'at its root'} lies {_named(found)}"
    if isinstance(found, dict):
        if step not in found:
            raise DataError(f"{where} without a key {step!r}. {did_you_mean(step, found)}")
        return found[step]
    if isinstance(found, list):
        if not step.isdecimal() or int(step) >= len(found):
            raise DataError(f"{where} of {len(found)}; {step!r} is no position in it (0 to {len(found) - 1}).")
        return found[int(step)]
    raise DataError(f"{where}, in which there is no {step!r}.")


def _named(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


def _keys(found: dict[str, Any]) -> str:
    return f"its keys are {', '.join(map(repr, list(found)[:10]))}" if found else "it is empty"
