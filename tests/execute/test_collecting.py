from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError, PluginError
from runner.execute import collecting
from runner.execute.components import Components, build_components
from runner.execute.observing import Stages
from runner.plan.experiment import resolve
from runner.testing import make_catalogue

SOUND = Dataset.of(np.zeros((6, 1)), np.arange(6) % 2, fingerprint="f")
LOADED: dict[str, Any] = {
    "sound": SOUND,
    "none": None,
    "empty": SOUND.take(np.array([], dtype=int)),
    "twice": SOUND.take(np.array([0, 0])),
    "unknown": replace(SOUND, fingerprint=""),
    "aimless": replace(SOUND, target=None),
}
FOLDS: dict[str, list[Any]] = {
    "sound": [([0, 1], [2, 3]), (range(3), range(3, 6))],
    "none": [],
    "no test": [([0, 1], [])],
    "outside": [([0, 1], [6])],
    "negative": [([0, 1], [-1])],
    "both": [([0, 1], [2]), ([0, 1, 2], [2, 3])],
}


@dataclass
class Source:
    """Loads what it is told to."""

    what: str = "sound"

    def load(self, context: SourceContext) -> Any:
        assert context.folder == Path("here")
        return LOADED[self.what]


@dataclass
class Splitter:
    """Parts as it is told to."""

    what: str = "sound"

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Any]:
        assert X.shape == (6, 1)
        return iter(FOLDS[self.what])


@dataclass
class Groups(Splitter):
    """Wants groups."""

    needs_groups = True


@dataclass
class DropOdd:
    """Drops each row of class 1."""

    def clean(self, dataset: Dataset) -> Dataset:
        assert dataset.target is not None
        return dataset.drop(dataset.target == 1, "odd")


CATALOGUE = make_catalogue(
    {
        "source": {"here": Source},
        "splitter": {"told": Splitter, "grouped": Groups},
        "cleaner": {"drop_odd": DropOdd},
    }
)


def components(source: str = "sound", splitter: Any = "told", **more: Any) -> Components:
    declared = {"source": {"use": "here", "what": source}, "splitter": splitter, "model": "GaussianNB", **more}
    return build_components(resolve({**declared, "executor": "inline"}, CATALOGUE), Path())


def load(source: str) -> tuple[Dataset, Stages]:
    stages = Stages()
    return collecting.load(components(source), SourceContext(Path("here"), 0), stages), stages


def split(what: str, dataset: Dataset = SOUND) -> tuple[list[collecting.Fold], Stages]:
    stages = Stages()
    return collecting.split(components(splitter={"use": "told", "what": what}), dataset, stages), stages


def test_the_data_are_what_the_source_gives() -> None:
    dataset, stages = load("sound")
    assert dataset is SOUND
    assert [(step.step, step.rows_out) for step in stages.done] == [("load/here", 6)]


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("none", PluginError, r"load\(\) returned NoneType, not a Dataset"),
        ("empty", DataError, "source 'here' gave no rows"),
        ("twice", PluginError, "its row ids are not unique"),
        ("unknown", PluginError, "its dataset has no fingerprint"),
        ("aimless", ConfigError, "gave no target to predict; name the column with 'source.target=…'"),
    ],
)
def test_data_that_cannot_carry_an_experiment_are_refused(source: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        load(source)


def test_what_a_cleaner_drops_is_noted() -> None:
    stages = Stages()
    (called,) = components(cleaners=["drop_odd"]).many("cleaners")
    once = collecting.clean(called, SOUND, stages)
    again = collecting.clean(called, once, stages)
    assert (once.n_rows, again.n_rows) == (3, 3)
    assert [(step.rows_in, step.rows_out, step.note) for step in stages.done] == [
        (6, 3, "3 dropped: odd"),
        (3, 3, None),
    ]


def test_folds_are_positions_of_training_and_test_rows() -> None:
    folds, stages = split("sound")
    assert [(fold.train.tolist(), fold.held_out.tolist()) for fold in folds] == [
        ([0, 1], [2, 3]),
        ([0, 1, 2], [3, 4, 5]),
    ]
    assert stages.done[0].note == "2 folds"


@pytest.mark.parametrize(
    ("what", "kind", "message"),
    [
        ("none", PluginError, "it gave no fold"),
        ("no test", DataError, "fold 1 has 2 training and 0 test rows"),
        ("outside", PluginError, "fold 1 names rows outside 0…5"),
        ("negative", PluginError, "fold 1 names rows outside 0…5"),
        ("both", PluginError, "fold 2 has rows in both training and test"),
    ],
)
def test_folds_that_cannot_be_are_refused(what: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        split(what)


def test_a_splitter_by_groups_needs_groups() -> None:
    built = components(splitter="grouped")
    with pytest.raises(DataError, match=r"the source names none: 'source.groups=COLUMN'"):
        collecting.split(built, SOUND, Stages())
    assert len(collecting.split(built, replace(SOUND, groups=np.arange(6)), Stages())) == 2
