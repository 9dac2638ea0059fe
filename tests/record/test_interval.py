from __future__ import annotations

import json

import pytest

from runner.record import strict_json
from runner.record.interval import Interval


@pytest.mark.parametrize(
    "interval",
    [
        Interval(low=0.8, high=0.9, confidence=0.95, resamples=1000),
        Interval(low=None, high=None, confidence=0.9, resamples=0, note="too many rows"),
    ],
)
def test_an_interval_reads_back_as_it_was_written(interval: Interval) -> None:
    assert Interval.of(json.loads(strict_json.dumps(interval))) == interval
