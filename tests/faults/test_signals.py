"""Whoever asks a sweep to stop is heard, and the same command goes on from there."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

Until = Callable[..., None]
SLOW = ("model.level=1,1.5,2,2.5,3,3.5,4,4.5,5,5.5", "model.seconds=0.4")


def assert_resumable(workplace: Any) -> None:
    """Check that the same command makes what is missing, and nothing else."""
    before, done = workplace.bytes_of_done(), workplace.done()
    outcome = workplace.sweep(*SLOW).assert_success()
    assert f"resumed: {done} done, {10 - done} to go" in outcome.out
    assert before.items() <= workplace.bytes_of_done().items()
    assert len(workplace.scores()) == 10
    workplace.assert_nothing_lost()


@pytest.mark.fault("F08")
def test_one_ctrl_c_lets_running_trials_end_and_begins_no_more(workplace: Any, until: Until) -> None:
    driver = workplace.start(*SLOW)
    until(lambda: workplace.done() >= 2, told=workplace.printed)
    at = workplace.done()
    os.killpg(driver.pid, signal.SIGINT)  # as a terminal does
    assert driver.wait(30) == 130, workplace.printed()
    assert at <= workplace.done() < 10
    assert "error: interrupted:" in workplace.printed()
    assert f"runner resume outputs/faulty/{workplace.path.name}" in workplace.printed()
    workplace.assert_nothing_lives()
    assert_resumable(workplace)


@pytest.mark.fault("F09")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_other_signals_end_a_sweep_at_once(workplace: Any, until: Until, number: int, code: int) -> None:
    driver = workplace.start(*SLOW)
    until(lambda: workplace.done() >= 2, told=workplace.printed)
    driver.send_signal(number)
    assert driver.wait(30) == code, workplace.printed()
    assert workplace.done() < 10
    workplace.assert_nothing_lives()
    workplace.assert_nothing_lost()
    if number == signal.SIGTERM:  # the others leave the same behind
        assert_resumable(workplace)


@pytest.mark.fault("F09")
def test_a_second_ctrl_c_waits_for_nothing(workplace: Any, until: Until) -> None:
    driver = workplace.start("model.does=learn,print,hang_deaf,hang_in_c", "sweep.workers=3")
    until(lambda: workplace.done() == 2, told=workplace.printed)
    driver.send_signal(signal.SIGINT)
    time.sleep(0.7)
    assert driver.poll() is None  # what runs has some seconds to end
    start = time.monotonic()
    driver.send_signal(signal.SIGINT)
    assert driver.wait(30) == 130, workplace.printed()
    assert time.monotonic() - start < 4.0
    workplace.assert_nothing_lives()
    assert workplace.done() == 2
    workplace.assert_nothing_lost()


@pytest.mark.fault("F08")
def test_a_sweep_can_be_stopped_while_its_winner_is_run_whole(workplace: Any, until: Until) -> None:
    words = ("model.level=2,3", "model.seconds=2", "sweep.ship=best")
    driver = workplace.start(*words)
    until(lambda: workplace.opened and (workplace.path / "results.csv").exists(), told=workplace.printed)
    start = time.monotonic()
    driver.send_signal(signal.SIGINT)
    assert driver.wait(30) == 130, workplace.printed()
    assert time.monotonic() - start < 1.8
    assert not (workplace.path / "best.json").exists()
    workplace.assert_nothing_lives()
    assert "resumed: 2 done, 0 to go" in workplace.sweep(*words).assert_success().out
    assert (workplace.path / "best.json").exists()
