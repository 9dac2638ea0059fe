"""What is asked of workers, and that somebody hears when they have gone."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("runner_dask", reason="runner-dask is not installed")

from runner_dask.workers import Needs, Watch


def test_a_worker_of_ours_can_do_every_kind_of_task() -> None:
    needs = Needs({"memory": 4e9, "GPU": 2}, {"GPU": 1, "disk": 1})
    assert needs.most == {"memory": 4e9, "GPU": 2, "disk": 1}


def test_that_all_workers_have_gone_is_told_once_until_they_are_back(caplog: Any) -> None:
    there = [0, 0, 0, 0, 1, 0, 0]
    watch = Watch(lambda: there.pop(0), patience=60.0)
    told = []
    for now in (0.0, 59.0, 61.0, 200.0, 210.0, 220.0, 290.0):
        watch.look(now)
        told.append(len(caplog.records))
    assert told == [0, 0, 1, 1, 1, 1, 2]
    assert "no worker has been there for 61 s" in caplog.text
