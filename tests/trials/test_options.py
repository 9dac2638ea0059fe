from __future__ import annotations

from typing import Any

import pytest

from runner.errors import ConfigError
from runner.trials.options import Options, split_section
from runner.trials.task import Limits


def test_nothing_said_means_the_defaults() -> None:
    assert Options.of({}) == Options()
    assert Options().trial == Limits(None, None)
    assert (Options().max_same_error, Options().ship, Options().aggregate) == (5, "best", "mean")


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(90, 90), (0.5, 0.5), ("90", 90), ("90 s", 90), ("1.5m", 90), ("2h", 7200), (" 1 D ", 86400)],
)
def test_times_are_read_in_units(given: Any, seconds: float) -> None:
    options = Options.of({"time": given, "trial_time": given})
    assert options.time == options.trial.seconds == seconds


@pytest.mark.parametrize(
    ("given", "n_bytes"),
    [
        (1000, 1000),
        ("1000", 1000),
        ("5 b", 5),
        ("2 GB", 2 * 10**9),
        ("1.5kb", 1500),
        ("1 MiB", 2**20),
        ("3gib", 3 << 30),
    ],
)
def test_memory_is_read_in_units(given: Any, n_bytes: int) -> None:
    found = Options.of({"trial_memory": given}).trial.memory
    assert found == n_bytes
    assert isinstance(found, int)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("time", "soon"),
        ("time", "10 GB"),
        ("time", 0),
        ("time", "-5m"),
        ("trial_time", "5 minutes"),
        ("trial_memory", "2 h"),
        ("trial_memory", "0 GB"),
        ("trial_memory", ""),
    ],
)
def test_what_is_no_amount_is_refused_with_its_place_and_the_units(name: str, given: Any) -> None:
    with pytest.raises(ConfigError, match=rf"sweep\.{name}: .* is no amount; write a number with one of"):
        Options.of({name: given})


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"directon": "minimize"}, "direction"),
        ({"direction": "down"}, "sweep"),
        ({"aggregate": "sum"}, "sweep"),
        ({"workers": 0}, "sweep"),
        ({"max_same_error": 0}, "sweep"),
        ({"ship": "all"}, "sweep"),
        ({"time": ["1h"]}, "sweep"),
    ],
)
def test_other_mistakes_are_refused(section: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        Options.of(section)


def test_a_section_is_parted_into_space_and_options() -> None:
    grid = {"model.l2": [0.1, 1]}
    space, options = split_section({"grid": grid, "zip": None, "drop": [], "metric": "f1", "workers": 2})
    assert space == {"grid": grid}
    assert options == Options(metric="f1", workers=2)
    assert split_section(None) == ({}, Options())
