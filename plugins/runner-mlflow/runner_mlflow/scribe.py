"""Writes the events of one spool file into MLflow: what runs and sweeps have in common."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner_mlflow.errors import Away, Refused
from runner_mlflow.place import NewRun, Place
from runner_mlflow.spool import Spooled
from runner_mlflow.told import code_tags, milliseconds, params_of

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

Event = Mapping[str, Any]


class Scribe:
    """Writes one run or sweep. Numbers are gathered and written together."""

    kind = ""

    def __init__(self, place: Place, spooled: Spooled) -> None:
        self.place, self.spooled, self.header = place, spooled, spooled.header
        self._metrics: list[Metric] = []
        self._last = 0.0

    def write(self, events: Sequence[Event]) -> None:
        """Write some events. Raises Away; what is refused is kept beside the spool file, and the rest goes on."""
        for event in events:
            self._last = event.get("time") or self._last
            self.attempt(event, lambda event=event: self.write_one(event, event.get("details") or {}))
        self.flush()

    def close(self, *, cut_off: bool) -> None:
        """Nothing follows. cut_off: the command was killed, and could not say how it ended."""
        if cut_off:
            when = milliseconds(self._last) or None
            self.attempt({"name": "cut off"}, lambda: self.place.end(self.run().info.run_id, "KILLED", when))

    def write_one(self, event: Event, details: Event) -> None:
        """Write an event; of those that are not known nothing is written."""
        raise NotImplementedError

    def run(self, began: float | None = None) -> Run:
        """Return the run of MLflow that this file is about."""
        tags = {"runner.kind": self.kind, "runner.id": self.header.key}
        return self.place.run(NewRun(self.header.key, self.header.key, milliseconds(began), tags))

    def begin(self, run: Run, details: Event, tags: Mapping[str, str]) -> None:
        """Write what something was declared to be. What a run has already cannot be changed, and need not be."""
        declared = {name: part for name, part in details["declaration"].items() if name != "trackers"}
        params = [param for param in params_of(declared) if param.key not in run.data.params]
        self.place.write(run.info.run_id, params=params, tags={**code_tags(details), **tags})

    def later(self, metrics: Sequence[Metric]) -> None:
        """Have numbers written with others."""
        self._metrics += metrics

    def flush(self) -> None:
        """Write the numbers that wait."""
        if self._metrics:
            metrics, self._metrics = self._metrics, []
            told = {"name": "metrics", "values": [[one.key, one.value, one.step] for one in metrics]}
            self.attempt(told, lambda: self.place.write(self.run().info.run_id, metrics))

    def send_files(self, folders: Sequence[Path], names: Sequence[str]) -> None:
        """Send files, each to the place that it has in its folder. folders: where to look, as `found` does."""
        for name in names:
            if (path := found(folders, name)) is not None:
                under = Path(name).parent.as_posix()
                self.place.send_file(self.run().info.run_id, path, None if under == "." else under)

    def attempt(self, event: Event, write: Callable[[], None]) -> None:
        """Write something, and keep its event beside the spool file where MLflow refuses it. Raises Away."""
        try:
            write()
        except Away:
            raise
        except Refused as error:
            self.spooled.refused(event, str(error))
        except Exception as error:  # noqa: BLE001 - an event that is not understood must not hold up the others
            traceback.print_exc()
            self.spooled.refused(event, f"it is not understood: {type(error).__name__}: {error}")


def found(folders: Sequence[Path], name: str) -> Path | None:
    """Return where a file or folder is. folders: a run's as it is written, and as it is renamed to at any moment."""
    return next((folder / name for folder in folders if (folder / name).exists()), None)
