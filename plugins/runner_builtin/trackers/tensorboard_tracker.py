"""The tracker whose files TensorBoard shows: `tensorboard --logdir outputs`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.contracts import Event
from runner_builtin.trackers.tensorboard_files import EventFile


class TensorBoardTracker:
    """Write TensorBoard's event files into the folder of the run or the sweep; needs the extra `tensorboard`.

    Of a run: the curves of each training (a run of TensorBoard's own, so that folds lie over each other), the scores
    of each fold and in total, the settings as hyper-parameters, and the report's figures, where there are some. Of a
    sweep: for each trial its settings, its score, the scores of its folds, and their curves.
    """

    def open(self, folder: Path) -> None:
        """Write into this folder from now on."""
        self._folder = folder
        self._files: dict[str, EventFile] = {}

    def hear(self, event: Event) -> None:
        """Write what can be drawn."""
        details, when = event.details or {}, event.time or 0.0
        match event.name:
            case "run_started":
                self._file("", when).settings(dict(_leaves(details["declaration"])), str(event.run), when)
            case "epochs_finished":
                file = self._file("all_rows" if event.fold is None else f"fold_{event.fold + 1}", when)
                _write_curves(file, details["curves"], details["first"], when)
            case "fold_finished" if event.fold is not None:
                self._file("", when).scalars(_numbers(details["metrics"], "fold/"), event.fold + 1, when)
            case "run_finished" | "run_failed":
                self._end_run(details, when, well=event.name == "run_finished")
            case "sweep_started":
                self._file("", when).experiment(dict.fromkeys(details["axes"]), "score", when)
            case "trial_finished" | "trial_failed":
                self._write_trial(event, details, when)

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def _file(self, name: str, when: float) -> EventFile:
        if name not in self._files:
            self._files[name] = EventFile(self._folder / name, when)
        return self._files[name]

    def _end_run(self, details: Mapping[str, Any], when: float, *, well: bool) -> None:
        file = self._file("", when)
        file.scalars(_totals(details["metrics"]), 0, when)
        for name in details["files"]["figures"]:
            if name.endswith(".png"):
                file.picture(Path(name).stem, Path(details["folder"], name).read_bytes(), when)
        file.ended(when, well=well)

    def _write_trial(self, event: Event, details: Mapping[str, Any], when: float) -> None:
        again = f"-{details['attempt']}" if details["attempt"] > 1 else ""
        name = f"trial_{event.trial:04}{again}"
        with EventFile(self._folder / name, when - (event.seconds or 0.0)) as file:
            file.settings(details["settings"], name, when)
            file.scalars(_numbers({"score": details.get("score")}), 0, when)
            file.scalars(_totals(details.get("metrics", {})), 0, when)
            for step, fold in enumerate(details.get("folds", ()), start=1):
                file.scalars(_numbers(fold["metrics"], "fold/"), step, when)
                _write_curves(file, fold["curves"], 0, when, f"fold_{step}/")
            file.ended(when, well=event.name == "trial_finished")


def _write_curves(
    file: EventFile, curves: Mapping[str, Sequence[Any]], first: int, when: float, under: str = ""
) -> None:
    """Write what is told of epochs, which count from 1. first: how many were before."""
    length = max((len(curve) for curve in curves.values()), default=0)
    for place in range(length):
        values = {name: curve[place] for name, curve in curves.items() if place < len(curve)}
        file.scalars(_numbers(values, under), first + place + 1, when)


def _totals(metrics: Mapping[str, Any]) -> dict[str, float]:
    return _numbers({name: total["mean"] for name, total in metrics.get("total", {}).items()}, "total/")


def _numbers(values: Mapping[str, Any], under: str = "") -> dict[str, float]:
    """Return what can be drawn of some values: finite numbers, by tag."""
    numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
    return {f"{under}{name}": float(value) for name, value in numbers.items() if math.isfinite(value)}


def _leaves(node: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Give (dotted key, value) of each setting that is one value."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        elif isinstance(value, bool | int | float | str):
            yield f"{above}{key}", value
