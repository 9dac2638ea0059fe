from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from runner.contracts import Event
from runner.execute.delivery import Delivery
from runner.execute.observing import Listeners, Stages, deliveries_to


class Ears:
    def __init__(self) -> None:
        self.heard: list[Event] = []

    def hear(self, event: Event) -> None:
        self.heard.append(event)


def test_every_event_says_of_which_run_it_is_and_when_it_happened() -> None:
    ears = Ears()
    listeners = Listeners([("ears", ears)], run="20260131T120000Z-0badcafe")
    listeners.hear(Event("run_started"))
    listeners.hear(Event("run_finished"))
    assert {event.run for event in ears.heard} == {"20260131T120000Z-0badcafe"}
    times = [event.time for event in ears.heard]
    assert None not in times
    assert times == sorted(times)  # type: ignore[type-var]


def test_an_ear_that_raises_is_not_called_again_and_the_others_are(caplog: pytest.LogCaptureFixture) -> None:
    class Deaf(Ears):
        def hear(self, event: Event) -> None:
            super().hear(event)
            raise OSError("no")

    deaf, ears = Deaf(), Ears()
    listeners = Listeners([("deaf", deaf), ("ears", ears)])
    listeners.hear(Event("run_started"))
    listeners.hear(Event("run_finished"))
    assert [len(one.heard) for one in (deaf, ears)] == [1, 2]
    assert "'deaf' failed" in caplog.text


def test_trackers_hear_what_ears_hear() -> None:
    ears, tracker = Ears(), Ears()
    listeners = Listeners([("ears", ears)], [Delivery("tracker", tracker)])
    listeners.hear(Event("run_started"))
    listeners.close()
    assert tracker.heard == ears.heard


def test_a_stage_that_raises_has_failed_with_its_reason() -> None:
    ears = Ears()
    stages = Stages(Listeners([("ears", ears)]), fold=1)
    with pytest.raises(ValueError, match="no rows"), stages.stage("train/softmax", 10):
        raise ValueError("no rows")
    started, failed = ears.heard
    assert (started.name, failed.name, failed.stage, failed.fold) == (
        "stage_started",
        "stage_failed",
        "train/softmax",
        1,
    )
    assert failed.details == {"kind": "ValueError", "message": "no rows"}
    assert stages.done == []


def test_nobody_listens_in_another_process() -> None:
    listeners = Listeners([("ears", Ears())], run="r")
    assert listeners
    assert not pickle.loads(pickle.dumps(listeners))


def test_a_tracker_that_shows_is_left_out_where_a_person_sees_it_already(tmp_path: Path) -> None:
    class Shows(Ears):
        shows = True

    trackers = [("files", Ears()), ("shows", Shows())]
    for shown, names in ((True, ["files"]), (False, ["files", "shows"])):
        deliveries = deliveries_to(trackers, tmp_path.joinpath, shown=shown)
        assert [delivery.name for delivery in deliveries] == names
        Listeners((), deliveries).close()
