import json

import numpy as np
import pytest

from runner.contracts import Event
from runner_builtin.trackers.jsonl_tracker import JsonlTracker


@pytest.fixture
def lines(tmp_path):
    """Track events and read them back, as strictly as JSON is defined."""

    def lines(*events):
        tracker = JsonlTracker()
        tracker.open(tmp_path)
        for event in events:
            tracker.hear(event)
        text = (tmp_path / "events.jsonl").read_text(encoding="utf-8")
        return [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]

    return lines


def test_each_event_is_a_line_without_what_it_leaves_open(lines):
    assert lines(Event("run_started"), Event("fold_finished", fold=0, seconds=0.5, details={"f1": 0.9})) == [
        {"name": "run_started"},
        {"name": "fold_finished", "fold": 0, "seconds": 0.5, "details": {"f1": 0.9}},
    ]


def test_numpy_numbers_and_arrays_are_written_plainly(lines):
    details = {"loss": np.float32(0.5), "epoch": np.int64(3), "curve": np.arange(2)}
    assert lines(Event("epoch_finished", details=details))[0]["details"] == {"loss": 0.5, "epoch": 3, "curve": [0, 1]}


def test_numbers_that_json_lacks_become_null_and_are_listed(lines):
    event = Event("epoch_finished", seconds=1.0, details={"loss": float("nan"), "grads": [1.0, np.inf], "ok": 1})
    assert lines(event) == [
        {
            "name": "epoch_finished",
            "seconds": 1.0,
            "details": {"loss": None, "grads": [1.0, None], "ok": 1},
            "non_finite": ["details.loss", "details.grads.1"],
        }
    ]


def test_texts_stay_on_one_line(lines):
    assert lines(Event("run_failed", details={"reason": "a\nb ü"})) == [
        {"name": "run_failed", "details": {"reason": "a\nb ü"}}
    ]


def test_events_of_an_earlier_tracker_are_kept(lines):
    lines(Event("run_started"))
    assert len(lines(Event("run_finished"))) == 2
