from __future__ import annotations

from typing import Any

import pytest

from runner.errors import ConfigError
from runner.plan.experiment import resolve
from runner.plan.intervals import Intervals
from runner.testing import make_catalogue

MINIMAL = {
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": "kfold",
    "model": "LogisticRegression",
    "metrics": ["accuracy"],
    "executor": "inline",
}


def test_intervals_are_checked_and_kept_with_the_declaration() -> None:
    catalogue = make_catalogue()
    assert resolve(MINIMAL, catalogue).intervals == Intervals(1000, 0.95)
    declared = resolve({**MINIMAL, "intervals": {"resamples": 0, "confidence": 0.9}}, catalogue)
    assert declared.intervals == Intervals(0, 0.9)
    assert resolve(declared.declared, catalogue).intervals == declared.intervals


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"resamples": -1}, "resamples"),
        ({"resamples": 1.5}, "resamples"),
        ({"resamples": 99}, "intervals.resamples: 99 are too few .* take 100 or more, or 0 for no intervals"),
        ({"confidence": 95}, "confidence"),
        ({"confidence": 1.0}, "confidence"),
        ({"confidence": 0.0}, "confidence"),
        ({"confidense": 0.9}, "confidense.*confidence"),
    ],
    ids=repr,
)
def test_a_section_that_makes_no_interval_is_refused(section: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=f"(?s){told}"):
        Intervals.of(section)
