"""Each check of trackers and executors, against a component that breaks it."""

from concurrent.futures import Future

import pytest


class Remembers:
    def __init__(self):
        self.heard = []

    def hear(self, event):
        self.heard.append(event.name)


class WantsDetails(Remembers):
    def hear(self, event):
        self.heard.append(event.details["loss"])


class Chats(Remembers):
    def hear(self, event):
        print(event.name)


def test_a_sound_tracker_passes(broken):
    assert broken("tracker", Remembers) == {}


def test_a_tracker_that_chokes_on_an_event_is_named(broken):
    assert "hear() raises on 'run_started': KeyError" in broken("tracker", WantsDetails)["hears every event"]


class ForgetsSweeps(Remembers):
    def hear(self, event):
        if event.name.startswith("trial"):
            raise NotImplementedError(event.name)


class CannotClose(Remembers):
    def close(self):
        raise OSError("still open")


def test_a_tracker_that_chokes_on_a_sweep_is_named(broken):
    told = broken("tracker", ForgetsSweeps)["hears every event of a sweep"]
    assert "hear() raises on 'trial_resumed': NotImplementedError" in told


def test_a_tracker_that_cannot_be_closed_is_named(broken):
    assert "close() raises on 'the end': OSError" in broken("tracker", CannotClose)["hears every event"]


@pytest.mark.fault("F94")
def test_a_tracker_that_prints_is_named(broken):
    assert "printed to the standard output: 'run_started'" in broken("tracker", Chats)["hears every event"]


class Here:
    def submit(self, task, /, *arguments):
        future = Future()
        try:
            future.set_result(task(*arguments))
        except ValueError as error:
            future.set_exception(error)
        return future


class RaisesAtOnce:
    def submit(self, task, /, *arguments):
        future = Future()
        future.set_result(task(*arguments))
        return future


class GivesTheResultItself:
    def submit(self, task, /, *arguments):
        return 42


class TurnsArgumentsRound(Here):
    def submit(self, task, /, *arguments):
        return super().submit(
            task, *(argument + 1 if isinstance(argument, int) else argument for argument in arguments)
        )


class HidesWhatHappened(Here):
    def submit(self, task, /, *arguments):
        future = super().submit(task, *arguments)
        if future.exception():
            future = Future()
            future.set_exception(OSError("a worker failed"))
        return future


class SwallowsErrors(Here):
    def submit(self, task, /, *arguments):
        return super().submit(lambda: None if task is int else task(*arguments))


def test_a_sound_executor_passes(broken):
    assert broken("executor", Here) == {}


@pytest.mark.parametrize(
    ("executor", "check", "told"),
    [
        (TurnsArgumentsRound, "brings the result back", "came back as 56"),
        (RaisesAtOnce, "brings the exception back", "the future must hold it"),
        (HidesWhatHappened, "brings the exception back", "came back as OSError: a worker failed"),
        (SwallowsErrors, "brings the exception back", "with the result None"),
    ],
)
def test_a_broken_executor_is_seen(broken, executor, check, told):
    found = broken("executor", executor)
    assert set(found) == {check}
    assert told in found[check]


def test_an_executor_gives_a_future(broken):
    assert "gives int, not a future" in broken("executor", GivesTheResultItself)["brings the result back"]
