"""Events on their way to one tracker: whole and in order, and never at the cost of the run."""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.contracts import Event
from runner.execute.delivery import Delivery
from runner.execute.observing import Listeners

#: Longer than anything here takes, shorter than anybody's patience.
LONG = 20.0


class Ears:
    """Remembers what it heard, and in which thread."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.threads: set[int] = set()

    def hear(self, event: Event) -> None:
        self.heard.append(event.name)
        self.threads.add(threading.get_ident())


class Stuck(Ears):
    """Is stuck at its first event until the test lets go."""

    grace = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def hear(self, event: Event) -> None:
        super().hear(event)
        self.go_on.wait(LONG)


def deliver(tracker: object, *names: str, folder: Path | None = None, most: int = 100) -> float:
    """Deliver events, and return how long that took."""
    start = time.monotonic()
    delivery = Delivery("ears", tracker, folder, most)  # type: ignore[arg-type]
    for name in names:
        delivery.hear(Event(name))
    delivery.close()
    return time.monotonic() - start


def test_everything_is_heard_in_order_by_a_thread_of_its_own() -> None:
    ears = Ears()
    names = [f"event {number}" for number in range(500)]
    deliver(ears, *names, most=10)
    assert ears.heard == names
    assert len(ears.threads) == 1
    assert threading.get_ident() not in ears.threads


def test_a_folder_is_opened_first_and_everything_closed_last(tmp_path: Path) -> None:
    class Files(Ears):
        def open(self, folder: Path) -> None:
            assert folder.is_dir()
            self.heard.append(f"open {folder.name}")

        def close(self) -> None:
            self.heard.append("close")

    ears = Files()
    deliver(ears, "run_started", "run_finished", folder=tmp_path / "mine")
    assert ears.heard == ["open mine", "run_started", "run_finished", "close"]


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()])
def test_one_that_raises_is_named_and_not_called_again(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    class Raises(Ears):
        def hear(self, event: Event) -> None:
            super().hear(event)
            raise error

    ears = Raises()
    deliver(ears, "run_started", "run_finished")
    assert ears.heard == ["run_started"]
    assert "tracker 'ears' failed and is not called again" in caplog.text


def test_one_that_cannot_be_opened_hears_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Closed(Ears):
        def open(self, folder: Path) -> None:
            raise OSError(f"{folder} is full")

    ears = Closed()
    deliver(ears, "run_started", folder=tmp_path)
    assert ears.heard == []
    assert "not called again" in caplog.text


def test_one_that_hangs_is_left_behind_after_its_grace_and_hears_no_more(caplog: pytest.LogCaptureFixture) -> None:
    ears = Stuck()
    assert deliver(ears, "run_started", "stage_started", "run_finished") < LONG / 2
    assert "tracker 'ears' was still busy 0.1 s after the end and is left behind" in caplog.text
    ears.go_on.set()
    time.sleep(0.05)
    assert ears.heard == ["run_started"]


def test_one_that_was_busy_long_before_the_end_has_its_grace_after_it() -> None:
    class Busy(Ears):
        grace = 0.3

        def hear(self, event: Event) -> None:
            time.sleep(0.5)
            super().hear(event)

    ears = Busy()
    delivery = Delivery("ears", ears)
    delivery.hear(Event("run_started"))
    time.sleep(0.4)
    delivery.close()
    assert ears.heard == ["run_started"]


def test_several_that_hang_are_waited_for_together() -> None:
    stuck = [Stuck() for _ in range(20)]
    start = time.monotonic()
    listeners = Listeners((), [Delivery(f"ears {place}", ears) for place, ears in enumerate(stuck)])
    listeners.hear(Event("run_finished"))
    listeners.close()
    assert time.monotonic() - start < 20 * Stuck.grace
    for ears in stuck:
        ears.go_on.set()


def test_one_that_hangs_in_the_middle_is_left_behind_once_too_much_waits(caplog: pytest.LogCaptureFixture) -> None:
    ears = Stuck()
    start = time.monotonic()
    delivery = Delivery("ears", ears, most=3)
    for _ in range(1000):
        delivery.hear(Event("epochs_finished"))
    delivery.close()
    assert time.monotonic() - start < LONG / 2
    assert "fell 3 events behind" in caplog.text
    ears.go_on.set()


def test_one_that_is_slow_but_goes_on_has_more_than_its_grace_in_all() -> None:
    class Slow(Ears):
        grace = 0.2

        def hear(self, event: Event) -> None:
            time.sleep(0.05)
            super().hear(event)

    ears = Slow()
    assert deliver(ears, *["stage_finished"] * 8) > Slow.grace
    assert len(ears.heard) == 8


def test_one_that_goes_on_without_end_is_left_behind_at_last(caplog: pytest.LogCaptureFixture) -> None:
    class Endless(Ears):
        grace = 0.1

        def hear(self, event: Event) -> None:
            time.sleep(0.05)
            super().hear(event)

    ears = Endless()
    assert deliver(ears, *["stage_finished"] * 90) < LONG / 2
    assert 0 < len(ears.heard) < 90
    assert "left behind" in caplog.text


def test_what_a_tracker_left_behind_raises_later_is_nobodys_business(caplog: pytest.LogCaptureFixture) -> None:
    class Late(Stuck):
        def hear(self, event: Event) -> None:
            super().hear(event)
            raise OSError("the connection is gone")

    ears = Late()
    deliver(ears, "run_started")
    caplog.clear()
    ears.go_on.set()
    time.sleep(0.05)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def _tell(delivery: Delivery, told: Callable[[str], None]) -> None:
    delivery.hear(Event("from the other side"))
    delivery.close()
    told("went on")


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_tells_nobody_and_waits_for_nobody() -> None:
    ears = Ears()
    delivery = Delivery("ears", ears)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_tell, args=(delivery, queue.put))
    process.start()
    assert queue.get(timeout=LONG) == "went on"
    process.join(LONG)
    delivery.hear(Event("from this side"))
    delivery.close()
    assert ears.heard == ["from this side"]
