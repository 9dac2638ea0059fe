"""Many small trials are no burden to the process that drives them."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

#: 5000 is what a release is tried with.
TRIALS = int(os.environ.get("RUNNER_TRIALS", "200"))


@pytest.mark.fault("F29")
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not tell about open files")
def test_the_driver_of_many_trials_holds_little_memory_and_few_files(workplace: Any) -> None:
    levels = ",".join(f"{1 + place / TRIALS}" for place in range(TRIALS))
    driver = workplace.start(f"model.level={levels}")
    place, files, memory = Path(f"/proc/{driver.pid}"), 0, 0
    while driver.poll() is None:
        with suppress(OSError):  # it ended while we looked
            files = max(files, len(os.listdir(place / "fd")))
            memory = max(memory, _peak(place))
        time.sleep(0.05)
    assert driver.returncode == 0, workplace.printed()
    assert workplace.done() == TRIALS
    assert 0 < files < 256
    assert 0 < memory < 300e6


def _peak(place: Path) -> int:
    """Return the most memory that a process has held, in bytes."""
    told = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
    return int(told.get("VmHWM", "0 kB").split()[0]) * 1024
