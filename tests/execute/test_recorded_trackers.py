"""What the trackers of a run hear, and that whatever they do the run is what it would have been."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

import runner
from runner.contracts import Event
from runner.errors import DataError
from runner.record.read import Run
from runner.testing import make_catalogue

EXPERIMENT: dict[str, Any] = {
    "name": "wine",
    "source": {"use": "sklearn_dataset", "name": "wine"},
    "splitter": {"use": "stratified_kfold", "folds": 2},
    "transforms": ["standard_scale"],
    "model": {"use": "softmax", "epochs": 3},
    "optimizer": "adam",
    "metrics": ["accuracy"],
    "trackers": ["ears"],
}


class Ears:
    heard: ClassVar[list[Event]] = []
    files: ClassVar[list[str]] = []

    def hear(self, event: Event) -> None:
        self.heard.append(event)
        if event.name == "run_finished":
            self.files += [name for name in listed(event) if Path(told(event)["folder"], name).is_file()]


class Stuck:
    grace = 0.1
    go_on: ClassVar[threading.Event] = threading.Event()

    def open(self, folder: Path) -> None:
        self.go_on.wait(30)

    def hear(self, event: Event) -> None: ...


def told(event: Event) -> Mapping[str, Any]:
    assert event.details is not None
    return event.details


def listed(event: Event) -> list[str]:
    return [name for names in told(event)["files"].values() for name in names]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    Stuck.go_on.clear()
    yield
    Ears.heard.clear()
    Ears.files.clear()
    Stuck.go_on.set()


def test_a_run_is_heard_from_its_declaration_to_its_files(tmp_path: Path) -> None:
    outcome = runner.run(EXPERIMENT, outputs=tmp_path, catalogue=make_catalogue({"tracker": {"ears": Ears}}))
    names = [event.name for event in Ears.heard]
    assert (names[0], names[-1]) == ("run_started", "run_finished")
    assert names.count("fold_started") == names.count("fold_finished") == names.count("epochs_finished") == 3
    assert names.count("stage_started") == names.count("stage_finished")
    assert {event.run for event in Ears.heard} == {outcome.path.name}
    begun, ended = told(Ears.heard[0]), told(Ears.heard[-1])
    assert begun["declaration"]["model"]["epochs"] == 3
    assert Path(begun["final"]) == outcome.path.absolute()
    assert ended["metrics"]["total"]["accuracy"]["mean"] == outcome.metrics.total["accuracy"].mean
    folds = [
        told(event)["metrics"] for event in Ears.heard if event.name == "fold_finished" and event.fold is not None
    ]
    assert folds == list(ended["metrics"]["folds"])
    assert {"metrics.json", "artifacts/skops/model.skops", "figures/loss.svg", "logs/run.log"} <= set(Ears.files)
    assert Ears.files == listed(Ears.heard[-1]), "all files are there when they are told of"


def test_a_run_that_fails_says_at_which_stage_and_why(tmp_path: Path) -> None:
    broken = {**EXPERIMENT, "cleaners": [{"use": "query", "expression": "alcohol > 100"}]}
    with pytest.raises(DataError):
        runner.run(broken, outputs=tmp_path, catalogue=make_catalogue({"tracker": {"ears": Ears}}))
    failed, ended = (event for event in Ears.heard if event.name.endswith("_failed"))
    assert (failed.name, ended.name, told(ended)["state"]) == ("stage_failed", "run_failed", "failed")
    assert told(ended)["error"]["kind"] == "DataError"


def test_a_run_that_is_interrupted_says_so(tmp_path: Path) -> None:
    class Interrupts:
        direction, needs, task = "maximize", "labels", "classification"

        def score(self, truth: Any, prediction: Any) -> float:
            raise KeyboardInterrupt

    catalogue = make_catalogue({"tracker": {"ears": Ears}, "metric": {"interrupts": Interrupts}})
    with pytest.raises(KeyboardInterrupt):
        runner.run({**EXPERIMENT, "metrics": ["interrupts"]}, outputs=tmp_path, catalogue=catalogue)
    assert [event.name for event in Ears.heard[-3:]] == ["stage_failed", "fold_failed", "run_failed"]
    assert told(Ears.heard[-1])["state"] == "interrupted"


def test_a_tracker_that_hangs_is_left_behind_and_the_run_is_whole(tmp_path: Path) -> None:
    start = time.monotonic()
    outcome = runner.run(EXPERIMENT, outputs=tmp_path, catalogue=make_catalogue({"tracker": {"ears": Stuck}}))
    assert time.monotonic() - start < 20
    assert any("tracker 'ears' was still busy" in remark for remark in outcome.remarks)
    Run.open(outcome.path).verify()
