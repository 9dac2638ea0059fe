"""The process that drives a sweep is killed at any time: what was done stays, and the same command goes on."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

#: So often a sweep is killed and begun again; RUNNER_KILLS=25 is what a release is tried with.
KILLS = int(os.environ.get("RUNNER_KILLS", "5"))
MANY = ("model.level=" + ",".join(f"{1 + place / 8}" for place in range(40)), "model.seconds=0.1")
Until = Callable[..., None]


@pytest.fixture(scope="module")
def undisturbed(make_workplace: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The scores of the sweep that nobody disturbs."""
    place = make_workplace(tmp_path_factory.mktemp("undisturbed"))
    place.sweep(*MANY).assert_success()
    scores: dict[str, str] = place.scores()
    assert len(scores) == 40
    return scores


@pytest.mark.fault("F01")
def test_a_sweep_killed_at_any_time_ends_as_if_nothing_had_been(workplace: Any, undisturbed: dict[str, str]) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # shown where it fails
    chance = random.Random(seed)
    for _ in range(KILLS):
        before = workplace.bytes_of_done() if workplace.opened else {}
        driver = workplace.start(*MANY)
        time.sleep(chance.uniform(0.5, 3.0))
        driver.send_signal(signal.SIGKILL)
        driver.wait()
        after = workplace.bytes_of_done() if workplace.opened else {}
        assert before.items() <= after.items()
    if not workplace.opened:  # a slow machine: every driver died before it had planned
        workplace.sweep(*MANY, "sweep.time=1")
    before, done = workplace.bytes_of_done(), len(workplace.keys_done())
    outcome = workplace.sweep(*MANY).assert_success()
    if 0 < done < 40:
        assert re.search(rf"resumed: {done} done, {40 - done} to go", outcome.out), outcome.out
    assert before.items() <= workplace.bytes_of_done().items()
    assert workplace.scores() == undisturbed
    workplace.assert_nothing_lost()


@pytest.mark.fault("F02")
def test_workers_end_with_their_driver_even_where_they_hang(workplace: Any, until: Until) -> None:
    words = ("model.does=learn,print,hang,hang_in_c",)
    driver = workplace.start(*words, "sweep.workers=3")
    until(lambda: workplace.done() == 2, told=workplace.printed)
    before = workplace.bytes_of_done()
    driver.kill()
    driver.wait()
    left = set(workplace.processes())
    again = workplace.start(*words, "sweep.workers=2", "sweep.trial_time=1")
    until(lambda: not left & set(workplace.processes()), 5.0)
    assert again.wait(60) == 1, workplace.printed()
    states = {deed: trial.state for deed, trial in workplace.trials("model.does").items()}
    assert states == {"learn": "done", "print": "done", "hang": "timeout", "hang_in_c": "timeout"}
    assert before
    assert workplace.bytes_of_done() == before
    workplace.assert_nothing_lost()
