"""Two commands in one place: the same sweep is run by one of them, different ones do not disturb each other."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

import pytest

Until = Callable[..., None]
#: Sweeps at once on one folder of outputs and one store.
SWEEPS = int(os.environ.get("RUNNER_SWEEPS", "2"))
LEVELS = "model.level=1.5,2,2.5,3,3.5,4"


@pytest.mark.fault("F11")
def test_the_second_of_two_equal_commands_names_who_runs_the_sweep(workplace: Any, until: Until) -> None:
    words = (LEVELS, "model.seconds=2")
    driver = workplace.start(*words)
    until(lambda: workplace.opened, told=workplace.printed)
    second = workplace.sweep(*words).assert_code(2)
    assert f"is being run by {socket.gethostname()}/{driver.pid} since" in second.err
    assert driver.wait(60) == 0, workplace.printed()
    assert len(workplace.scores()) == 6
    workplace.assert_nothing_lost()


@pytest.mark.slow
@pytest.mark.fault("F12", "F36")
def test_different_sweeps_at_once_on_one_store_find_what_each_finds_alone(
    make_workplace: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    alone, together = (make_workplace(tmp_path_factory.mktemp(name)) for name in ("alone", "together"))
    wanted = [
        (LEVELS, f"model.momentum={place}", "model.seconds=0.02", "transforms=[patient]") for place in range(SWEEPS)
    ]
    for words in wanted:
        alone.sweep(*words).assert_success()
    drivers = [together.start(*words) for words in wanted]
    assert [driver.wait(120) for driver in drivers] == [0] * SWEEPS, together.printed()
    assert together.tables() == alone.tables()
    assert len(together.tables()) == SWEEPS
    together.run("store", "verify").assert_success()
