from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, PluginError
from runner.execute.components import ComponentError
from runner.execute.surroundings import Surroundings
from runner.plan.experiment import Experiment, resolve
from runner.testing import make_catalogue
from runner.trials.survey import survey

LOADED: list[str] = []


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    LOADED.clear()
    yield
    LOADED.clear()


@dataclass
class Loads:
    """A source that has to load to know what it loads."""

    def load(self, context: SourceContext) -> Dataset:
        LOADED.append(str(context.folder))
        return Dataset.of(np.zeros((4, 1)), np.arange(4) % 2, fingerprint=f"loaded with {context.seed}")


@dataclass
class Knows(Loads):
    """A source that knows, and draws nothing."""

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        return f"known in {context.folder}"


@dataclass
class Breaks(Loads):
    """A source whose data are gone."""

    def fingerprint(self, context: SourceContext) -> str:
        raise OSError("gone")


@dataclass
class Learns:
    """A cleaner that learns."""

    learns = True

    def clean(self, dataset: Dataset) -> Dataset:
        return dataset


class Halves(TransformerMixin, BaseEstimator):
    """A transform in two parts, of which the second heeds the option."""

    def __init__(self, *, option: int = 1, broken: bool = False) -> None:
        self.option = option
        self.broken = broken

    def fit(self, X: Any, y: Any = None) -> Halves:
        return self

    def transform(self, X: Any) -> Any:
        return X

    def parts(self) -> list[Any]:
        if self.broken:
            raise ZeroDivisionError("of its own")
        return [Halves(), Halves(option=self.option)]


@dataclass
class Two:
    """A splitter that knows how many folds it makes."""

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Any:
        return iter(())

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        return 2


CATALOGUE = make_catalogue(
    {
        "source": {"loads": Loads, "knows": Knows, "breaks": Breaks},
        "cleaner": {"learns": Learns},
        "transform": {"halves": Halves},
        "splitter": {"two": Two},
    }
)


def declare(**changed: Any) -> Experiment:
    base = {"source": "loads", "splitter": "two", "model": "softmax", "metrics": ["accuracy"], "executor": "inline"}
    return resolve({**base, **changed}, CATALOGUE)


def told(*experiments: Experiment) -> dict[str, Any]:
    steps = {step.key: step for one in experiments for step in one if step.kind != "executor"}
    words = [
        {"key": key, "kind": one.kind, "name": one.name, "use": one.offer.qualified, "settings": one.settings}
        for key, one in steps.items()
    ]
    return survey(words, Surroundings(CATALOGUE, Path("here")))


def said(experiment: Experiment, group: str, position: int = 0) -> Any:
    step = experiment.steps[group][position]
    return told(experiment)[step.kind][step.key]


def test_a_source_that_knows_what_it_will_load_is_not_made_to_load() -> None:
    assert said(declare(source="knows"), "source") == {"data": "known in here", "seedless": True}
    assert LOADED == []


def test_one_that_does_not_is_loaded_once() -> None:
    one, other = declare(), declare(model="mlp")
    found = told(one, other)["source"]
    assert list(found.values()) == [{"data": "loaded with 0", "seedless": False}]
    assert LOADED == ["here"]


def test_a_source_that_cannot_tell_says_so_before_any_trial() -> None:
    with pytest.raises(ComponentError, match=r"source 'breaks' of local .* failed while looking at the data"):
        told(declare(source="breaks"))


def test_cleaners_say_whether_they_learn() -> None:
    experiment = declare(cleaners=["learns", "drop_missing"])
    assert [said(experiment, "cleaners", place)["learns"] for place in (0, 1)] == [True, False]


@pytest.mark.parametrize(
    ("splitter", "folds"),
    [("two", 2), ({"use": "KFold", "n_splits": 4}, 4), ("LeaveOneOut", None), ({"use": "LeavePOut", "p": 2}, None)],
)
def test_splitters_say_how_many_folds_unless_they_need_the_rows(splitter: Any, folds: int | None) -> None:
    made = make_catalogue(
        {
            "splitter": {
                "KFold": "sklearn.model_selection:KFold",
                "LeaveOneOut": "sklearn.model_selection:LeaveOneOut",
                "LeavePOut": "sklearn.model_selection:LeavePOut",
            }
        },
        installed=False,
    )
    declared = {"use": splitter} if isinstance(splitter, str) else splitter
    settings = {name: value for name, value in declared.items() if name != "use"}
    catalogue = CATALOGUE if splitter == "two" else made
    step = {"key": "k", "kind": "splitter", "name": "s", "use": declared["use"], "settings": settings}
    assert survey([step], Surroundings(catalogue, Path("here")))["splitter"] == {"k": {"folds": folds}}


def test_parts_are_equal_where_transforms_have_them_in_common() -> None:
    one, other = (
        said(declare(transforms=[{"use": "halves", "option": option}]), "transforms")["parts"] for option in (1, 2)
    )
    assert one[0] == other[0]
    assert one[1] != other[1]
    assert len(one) == len(other) == 2
    assert said(declare(transforms=["standard_scale"]), "transforms") == {"parts": []}
    with pytest.raises(ComponentError, match="failed while telling its parts: ZeroDivisionError"):
        told(declare(transforms=[{"use": "halves", "broken": True}]))


def test_tfidf_that_differs_in_its_weights_counts_only_once() -> None:
    tables = [{"use": "tfidf", "ngram_range": [1, size], "min_df": count} for size, count in [(1, 1), (1, 2), (2, 1)]]
    parts = [said(declare(transforms=[table]), "transforms")["parts"] for table in tables]
    assert parts[0][0] == parts[1][0] != parts[2][0]
    assert parts[0][1] == parts[2][1] != parts[1][1]


def test_models_say_in_what_they_may_differ_where_they_are_trained_together() -> None:
    free = said(declare(), "model")["free"]
    assert free == {"model": ["averaging", "clip_norm", "l1", "l2"], "optimizer": "numbers", "scheduler": "any"}
    assert said(declare(model="GaussianNB"), "model") == {"free": None}


def test_metrics_say_which_way_is_better() -> None:
    experiment = declare(metrics=["accuracy", "log_loss", "confusion_matrix"])
    ways = [said(experiment, "metrics", place)["direction"] for place in range(3)]
    assert ways == ["maximize", "minimize", None]


def test_a_component_that_refuses_its_settings_is_found_before_any_trial() -> None:
    with pytest.raises(ConfigError, match=r"transforms\.PCA: .*svd_solver"):
        told(declare(transforms=[{"use": "PCA", "svd_solver": "quick"}]))
    broken = make_catalogue({"metric": {"gone": "runner.nowhere:Gone"}})
    with pytest.raises(PluginError, match="cannot be loaded"):
        survey(
            [{"key": "k", "kind": "metric", "name": "gone", "use": "gone", "settings": {}}],
            Surroundings(broken, Path()),
        )
