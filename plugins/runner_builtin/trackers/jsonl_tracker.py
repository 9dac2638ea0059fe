"""The tracker that needs nothing: one strict JSON object per event, one event per line."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from runner.contracts import Event


class JsonlTracker:
    """Append every event to `events.jsonl` in the run folder.

    JSON has no NaN and no infinity: such numbers are written as null, and the line's `non_finite` lists
    their places. What an event leaves open is left out.
    """

    def open(self, folder: Path) -> None:
        """Write into this folder from now on."""
        self._file = folder / "events.jsonl"

    def hear(self, event: Event) -> None:
        """Append one line; it is on its way to the disk when this returns."""
        line = json.dumps(_as_json(event), allow_nan=False, ensure_ascii=False)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _as_json(event: Event) -> dict[str, Any]:
    non_finite: list[str] = []
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    told = {name: _plain(value, name, non_finite) for name, value in values.items() if value is not None}
    return {**told, "non_finite": non_finite} if non_finite else told


def _plain(value: Any, place: str, non_finite: list[str]) -> Any:
    """Give a value that JSON can hold; the places of numbers that it cannot are added to `non_finite`."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{place}.{key}", non_finite) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{place}.{number}", non_finite) for number, item in enumerate(value)]
    if hasattr(value, "tolist"):  # NumPy's arrays and numbers
        return _plain(value.tolist(), place, non_finite)
    if isinstance(value, float) and not math.isfinite(value):
        non_finite.append(place)
        return None
    return value
