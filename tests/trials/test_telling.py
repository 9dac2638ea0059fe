"""What the trackers of a sweep hear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

import runner
from runner.catalogue import Catalogue
from runner.contracts import Event
from runner.execute.observing import Listeners
from runner.record.read_sweep import Sweep
from runner.record.sweeps import SweepInfo
from runner.testing import make_catalogue
from runner.trials.telling import Telling

EXPERIMENT: dict[str, Any] = {
    "name": "wine",
    "source": {"use": "sklearn_dataset", "name": "wine"},
    "splitter": {"use": "stratified_kfold", "folds": 2},
    "transforms": ["standard_scale"],
    "model": {"use": "softmax", "epochs": 3},
    "optimizer": "adam",
    "metrics": ["accuracy"],
    "trackers": ["ears"],
    "sweep": {"grid": {"model.l2": [1e-4, 1e-2]}},
}


class Ears:
    """Remembers what all of its kind heard, with the folder of each."""

    heard: ClassVar[list[tuple[Path, Event]]] = []

    def open(self, folder: Path) -> None:
        self.folder = folder

    def hear(self, event: Event) -> None:
        self.heard.append((self.folder, event))


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    yield make_catalogue({"tracker": {"ears": Ears}})
    Ears.heard.clear()


def details_of(event: Event) -> Mapping[str, Any]:
    assert event.details is not None
    return event.details


def heard(path: Path | None) -> list[Event]:
    """Return what was heard of a sweep or a run, by its folder."""
    return [event for folder, event in Ears.heard if event.run == (path and path.name)]


def test_a_sweep_is_heard_with_every_trial_whose_record_is_what_was_told(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    outcome = runner.sweep(EXPERIMENT, outputs=tmp_path, catalogue=catalogue)
    events = heard(outcome.path)
    names = [event.name for event in events]
    assert names[0] == "sweep_started"
    assert names[-1] == "sweep_finished"
    assert sorted(names[1:-1]) == ["trial_finished"] * 2 + ["trial_started"] * 2
    begun = details_of(events[0])
    assert begun["declaration"]["model"]["epochs"] == 3
    assert begun["axes"] == ["model.l2"]
    assert outcome.path is not None
    sweep = Sweep.open(outcome.path)
    for event in events:
        if event.name == "trial_finished":
            assert event.trial is not None
            told, record = details_of(event), sweep.trial(event.trial)
            assert (told["state"], told["score"], told["settings"]) == ("done", record.score, record.settings)
            assert [fold["metrics"] for fold in told["folds"]] == list(record.metrics.folds)
            assert told["folds"][0]["curves"]["loss"] == list(record.curves["loss"])
            assert Path(told["folder"], "trial.json").is_file()
    ended = details_of(events[-1])
    assert ended["states"] == {"done": 2}
    assert ended["winner"]["trial"] == (outcome.best and outcome.best.number)
    assert Path(ended["run"]) == outcome.run


def test_the_winners_run_says_of_which_sweep_it_is(tmp_path: Path, catalogue: Catalogue) -> None:
    outcome = runner.sweep(EXPERIMENT, outputs=tmp_path, catalogue=catalogue)
    begun = details_of(heard(outcome.run)[0])
    assert outcome.path is not None
    assert outcome.best is not None
    assert begun["sweep"] == {"id": outcome.path.name, "folder": str(outcome.path), "trial": outcome.best.number}


def test_a_sweep_that_is_gone_on_with_tells_what_it_has_in_the_same_folder(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    first = runner.sweep(EXPERIMENT, outputs=tmp_path, catalogue=catalogue)
    (folder,) = {folder for folder, event in Ears.heard if event.run == (first.path and first.path.name)}
    Ears.heard.clear()
    more = {**EXPERIMENT, "sweep": {"grid": {"model.l2": [1e-4, 1e-2, 1.0]}}}
    outcome = runner.sweep(more, outputs=tmp_path, catalogue=catalogue)
    events = heard(outcome.path)
    assert [event.name for event in events] == [
        "sweep_started", "trial_resumed", "trial_resumed", "trial_started", "trial_finished", "sweep_finished",
    ]  # fmt: skip
    assert details_of(events[0])["known"] == 2
    assert details_of(events[1])["score"] == first.trials[0].score
    assert {place for place, event in Ears.heard if event.run == (outcome.path and outcome.path.name)} == {folder}


def test_a_tracker_that_cannot_be_built_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    class Wrong:
        def __init__(self) -> None:
            raise ValueError("no licence")

        def hear(self, event: Event) -> None: ...

    with pytest.raises(Exception, match="no licence"):
        runner.sweep(EXPERIMENT, outputs=tmp_path, catalogue=make_catalogue({"tracker": {"ears": Wrong}}))
    assert list(tmp_path.glob("wine/*")) == []


def test_a_tracker_that_raises_is_told_in_the_notes_and_stops_nothing(tmp_path: Path) -> None:
    class Raises:
        def hear(self, event: Event) -> None:
            raise OSError("the server is gone")

    outcome = runner.sweep(EXPERIMENT, outputs=tmp_path, catalogue=make_catalogue({"tracker": {"ears": Raises}}))
    assert [trial.state for trial in outcome.trials] == ["done"] * 2
    assert any("tracker 'ears' failed" in note for note in outcome.notes)


def test_a_plan_tells_nobody(tmp_path: Path) -> None:
    telling = Telling()
    telling.planned(3, [])
    telling.started(0, {}, 1)
    telling.closed(None, [], {})


class Notes:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def hear(self, event: Event) -> None:
        self.events.append(event)


def test_a_trial_that_was_cut_off_has_failed_before_the_sweep_has(tmp_path: Path) -> None:
    notes = Notes()
    telling = Telling(Listeners([("notes", notes)], run="sweep-0"), tmp_path)
    telling.started(3, {"model.l2": 0.1}, 2)
    telling.closed("interrupted by signal 2", [], {})
    failed, ended = notes.events[1:]
    assert (failed.name, failed.trial, details_of(failed)["state"]) == ("trial_failed", 3, "interrupted")
    assert (details_of(failed)["settings"], details_of(failed)["attempt"]) == ({"model.l2": 0.1}, 2)
    assert (ended.name, details_of(ended)["reason"]) == ("sweep_failed", "interrupted by signal 2")


def test_secrets_of_the_declaration_are_told_to_nobody(tmp_path: Path) -> None:
    notes = Notes()
    telling = Telling(Listeners([("notes", notes)]), tmp_path)
    base = {"source": {"use": "sql", "url": "sql://ann:hunter2@db", "password": "${secret:env:DB}", "token": "abcd"}}
    info = SweepInfo(
        id="sweep-0", experiment="e", identity="0", created="", command=[], axes=["source.token"], base=base,
        objective={}, seeds=1, versions={},
    )  # fmt: skip
    telling.opened(info, None, 1, 0)
    telling.started(0, {"source.token": "efgh"}, 1)
    told = str([event.details for event in notes.events])
    assert "${secret:env:DB}" in told
    assert not [word for word in ("hunter2", "abcd", "efgh") if word in told]
