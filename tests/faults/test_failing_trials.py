"""However a trial goes wrong, it is told so, the others go on, and nothing of it is left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DEEDS = (
    "hang_deaf", "learn", "hang", "hang_in_c", "hang_with_children", "segfault", "sys_exit", "os_exit", "interrupt",
    "allocate", "no_memory", "die", "die_once", "value_error", "print",
)  # fmt: skip
FINE = ("learn", "print", "die_once")


class Swept:
    """One sweep with a trial for every way to go wrong. mark: what the trial that dies once has left."""

    def __init__(self, make_workplace: Any, folder: Path) -> None:
        self.place = make_workplace(folder)
        self.mark = folder / "died.txt"
        self.outcome = self.place.sweep(
            f"model.does={','.join(DEEDS)}", f"model.mark={self.mark}",
            "sweep.trial_time=4", "sweep.trial_memory=450 MB", "sweep.workers=4", "trackers=[jsonl]",
        )  # fmt: skip
        self.living = self.place.processes()
        self.trials = self.place.trials("model.does")

    def log(self, deed: str) -> str:
        """Return what a trial has left in its log."""
        return (self.place.path / f"trials/{self.trials[deed].number:04d}/log.txt").read_text()


@pytest.fixture(scope="module")
def swept(make_workplace: Any, tmp_path_factory: pytest.TempPathFactory) -> Swept:
    return Swept(make_workplace, tmp_path_factory.mktemp("deeds"))


@pytest.mark.fault("F03", "F04", "F05", "F06", "F07")
def test_trials_that_go_wrong_cost_the_others_nothing(swept: Swept) -> None:
    swept.outcome.assert_code(1)
    done = {deed for deed, record in swept.trials.items() if record.state == "done"}
    assert done == set(FINE)
    assert len({swept.trials[deed].score for deed in FINE}) == 1
    assert not any(record.score is not None for deed, record in swept.trials.items() if deed not in FINE)
    assert "12 of 15 trials failed" in swept.outcome.out
    swept.place.assert_nothing_lost()


def test_every_trial_is_heard_of_as_it_ended_and_each_of_its_attempts(swept: Swept) -> None:
    lines = (swept.place.path / "trackers/jsonl/events.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    assert (events[0]["name"], events[-1]["name"]) == ("sweep_started", "sweep_finished")
    assert events[-1]["details"]["states"]["done"] == len(FINE)
    told: dict[int, list[str]] = {}
    for event in events[1:-1]:
        told.setdefault(event["trial"], []).append(event["name"].removeprefix("trial_"))
    once_more = ["started", "failed", "started"]
    expected = {"die": [*once_more, "failed"], "die_once": [*once_more, "finished"], "learn": ["started", "finished"]}
    assert {deed: told[swept.trials[deed].number] for deed in expected} == expected
    assert all(names.count("started") == len(names) // 2 for names in told.values())


@pytest.mark.fault("F03")
def test_a_trial_whose_worker_is_killed_is_tried_once_more_in_another_worker(swept: Swept) -> None:
    first, second = swept.mark.read_text().split()
    assert first != second
    error = swept.trials["die"].error
    assert error is not None
    assert (swept.trials["die"].state, error.kind) == ("killed", "killed")
    assert "signal 9 (SIGKILL)" in error.message


@pytest.mark.fault("F04")
@pytest.mark.parametrize("deed", ["allocate", "no_memory"])
def test_a_trial_that_takes_all_memory_is_told_with_its_peak(swept: Swept, deed: str) -> None:
    record = swept.trials[deed]
    assert record.error is not None
    assert (record.state, record.error.kind) == ("oom", "oom")
    assert record.peak_bytes is not None
    if deed == "allocate":
        assert record.peak_bytes > 450e6
        assert "the limit is 429 MiB" in record.error.message


@pytest.mark.fault("F05")
def test_a_crash_in_native_code_leaves_the_stack_in_the_log(swept: Swept) -> None:
    error = swept.trials["segfault"].error
    assert error is not None
    assert (swept.trials["segfault"].state, error.kind) == ("killed", "killed")
    assert "signal 11 (SIGSEGV)" in error.message
    assert "Fatal Python error: Segmentation fault" in swept.log("segfault")
    assert "_segfault" in swept.log("segfault")


@pytest.mark.fault("F06")
@pytest.mark.parametrize("deed", ["hang", "hang_deaf", "hang_in_c", "hang_with_children"])
def test_a_trial_that_hangs_is_ended_with_all_it_started(swept: Swept, deed: str) -> None:
    record = swept.trials[deed]
    assert record.error is not None
    assert (record.state, record.error.kind) == ("timeout", "timeout")
    assert "the limit is 4.0 s" in record.error.message
    assert 4.0 <= record.seconds <= 15.0
    assert swept.living == {}


@pytest.mark.fault("F07")
@pytest.mark.parametrize("deed", ["sys_exit", "os_exit", "interrupt"])
def test_a_component_that_ends_its_process_has_not_succeeded(swept: Swept, deed: str) -> None:
    record = swept.trials[deed]
    assert record.error is not None
    assert (record.state, record.error.kind) == ("failed", "exited")


def test_what_a_trial_prints_is_in_its_log_and_not_among_our_words(swept: Swept) -> None:
    assert "'the model talks'" in swept.log("print")
    assert "the model talks" not in swept.outcome.out + swept.outcome.err
