"""Whether an experiment streams, and what that makes of its lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError
from runner.plan.experiment import Experiment, resolve
from runner.plan.lineage import Traits, lineage
from runner.plan.streamed import streams
from runner.testing import make_catalogue


@dataclass
class Radio:
    """A source whose own option is called stream."""

    stream: bool = False

    def load(self, context: SourceContext) -> Dataset:
        raise NotImplementedError


CATALOGUE = make_catalogue({"source": {"radio": Radio}})


def experiment(source: Mapping[str, Any], **model: Any) -> Experiment:
    declared = {
        "source": source,
        "splitter": "hashed_holdout",
        "transforms": ["hashing"],
        "model": {"use": "SGDClassifier", **model},
        "executor": "inline",
    }
    return resolve(declared, CATALOGUE)


def csv(**more: Any) -> dict[str, Any]:
    return {"use": "csv", "path": "a.csv", "target": "y", **more}


def test_the_option_of_the_core_makes_a_stream() -> None:
    assert streams(experiment(csv(stream=True)))
    assert not streams(experiment(csv()))


def test_an_option_of_the_source_itself_does_not() -> None:
    assert not streams(experiment({"use": "radio", "stream": True}))


def test_a_source_within_another_cannot_stream() -> None:
    source = {"use": "concat", "sources": {"one": csv(stream=True), "two": csv()}}
    with pytest.raises(ConfigError, match=r"one\.csv\.stream: the outermost source streams, or none"):
        streams(experiment(source))


def test_streamed_trials_share_no_stage() -> None:
    first, second = (lineage(experiment(csv(stream=True), alpha=alpha), Traits(), {}, 1) for alpha in (0.1, 0.2))
    assert [node.name for node in (*first.gathered, *first.folds[0])] == ["stream/csv", "fold/1"]
    assert first.gathered[0].key != second.gathered[0].key
    assert first == lineage(experiment(csv(stream=True), alpha=0.1), Traits(), {}, 5)
