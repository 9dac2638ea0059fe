"""A crew at work, and tasks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.sweep.crew import Crew, Habits
from runner.sweep.task import Limits, Task

WORKS = str(Path(__file__).parent / "works.py") + ":act"

FREE = Limits()

MakeTask = Callable[..., Task]


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    """Two workers that grant half a second to a task which is over its time."""
    crew = Crew.start(2, WORKS, habits=Habits(grace=0.5))
    yield crew
    crew.stop()


@pytest.fixture
def make_task(tmp_path: Path) -> MakeTask:
    """Make a task. do: the work's name in works.py; further words are its payload."""

    def make(
        id: str,
        do: str,
        *,
        limits: Limits = FREE,
        alone: bool = False,
        keep: str | None = None,
        pinned: bool = False,
        **payload: Any,
    ) -> Task:
        return Task(id, {"do": do, **payload}, tmp_path / f"{id}.log", limits, alone, keep, pinned)

    return make
