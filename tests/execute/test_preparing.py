"""Fold by fold, stage by stage: what is handed on, and what a component may not do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from runner.data import Dataset
from runner.errors import DataError, PluginError
from runner.execute.collecting import Fold
from runner.execute.components import Components, build_components
from runner.execute.observing import Stages
from runner.execute.preparing import Prepared, fold_stages, parted_rows
from runner.plan.experiment import resolve
from runner.testing import make_catalogue


@dataclass
class Shift:
    """A cleaner that keeps all rows and adds the mean it has learned."""

    keeps_rows = True
    learns = True
    mean: float = 0.0

    def fit(self, dataset: Dataset) -> Shift:
        return Shift(float(dataset.features.mean()))

    def clean(self, dataset: Dataset) -> Dataset:
        return dataset.with_features(dataset.features + self.mean)


@dataclass
class Drop:
    """A cleaner that learns and drops the first row."""

    learns = True

    def fit(self, dataset: Dataset) -> Drop:
        return self

    def clean(self, dataset: Dataset) -> Dataset:
        return dataset.drop(np.arange(dataset.n_rows) == 0, "first")


@dataclass
class Made:
    """Augments by one row; wrongly, if it is told to."""

    wrong: str = ""

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Any:
        if self.wrong == "type":
            return None
        if self.wrong == "order":
            return dataset.take(np.arange(dataset.n_rows)[::-1])
        return dataset.joined(dataset.take(rng.integers(dataset.n_rows, size=1)))


class Centre(TransformerMixin, BaseEstimator):
    """Subtracts the mean; or breaks its contract."""

    def __init__(self, *, wrong: str = "") -> None:
        self.wrong = wrong

    def fit(self, X: Any, y: Any = None) -> Centre:
        self.mean_ = X.mean(axis=0)
        if self.wrong == "writes":
            X[:] = 0.0
        return self

    def transform(self, X: Any) -> Any:
        out = X - self.mean_
        return {"none": out[:, :0], "flat": out[:, 0], "short": out[1:]}.get(self.wrong, out)

    def parts(self) -> list[Any]:
        return [] if self.wrong else [Centre(wrong="writes not"), Centre(wrong="at all")]


COMPONENTS: Mapping[str, Mapping[str, Any]] = {
    "cleaner": {"shift": Shift, "drop": Drop},
    "augmenter": {"made": Made},
    "transform": {"centre": Centre},
}
TRAIN = Dataset.of(np.arange(12.0).reshape(6, 2), np.arange(6) % 2, fingerprint="f")
TEST = Dataset.of(np.arange(4.0).reshape(2, 2), np.arange(2), fingerprint="f")
ALL = Dataset.of(
    np.concatenate([TRAIN.features, TEST.features]), np.concatenate([TRAIN.target, TEST.target]), fingerprint="f"
)
FOLD = Fold.of((range(6), range(6, 8)))


def components(**groups: Any) -> Components:
    declared = {"source": {"use": "csv", "path": "a.csv", "target": "y"}, "splitter": "kfold", "model": "GaussianNB"}
    experiment = resolve({**declared, "executor": "inline", **groups}, make_catalogue(COMPONENTS))
    return build_components(experiment, Path())


def prepared(*, seed: int = 0, fold: int = 0, in_parts: bool = False, **groups: Any) -> tuple[Prepared, Stages]:
    built, stages = components(**groups), Stages(fold=fold)
    rows = parted_rows(built, ALL, FOLD)
    for stage in fold_stages(built, in_parts=in_parts):
        rows = stage.run(rows, seed, fold, stages)
    return rows, stages


def test_what_is_learned_is_learned_on_training_rows_and_carried_to_the_test_rows() -> None:
    rows, stages = prepared(cleaners=["shift"], transforms=["centre"])
    assert rows.test is not None
    assert rows.held_out is not None
    mean = TRAIN.features.mean()
    np.testing.assert_allclose(rows.held_out.features, TEST.features + mean)
    np.testing.assert_allclose(rows.test.features, TEST.features - TRAIN.features.mean(axis=0))
    np.testing.assert_allclose(rows.train.features.mean(axis=0), 0)
    assert [repair.mean for repair in rows.repairs] == [mean]
    assert [(name, type(block)) for name, block in rows.blocks] == [("centre", Centre)]
    assert rows.complete
    assert [(step.step, step.fold, step.note) for step in stages.done] == [
        ("clean/shift", 0, None),
        ("transform/centre", 0, "2 columns"),
    ]


def test_a_cleaner_that_drops_rows_leaves_the_test_rows_alone() -> None:
    rows, stages = prepared(cleaners=["drop"])
    assert (rows.train.n_rows, rows.test and rows.test.n_rows) == (5, 2)
    assert rows.repairs == ()
    assert stages.done[0].note == "training rows only"


def test_what_is_made_is_trained_on_and_is_the_same_for_one_seed_and_fold() -> None:
    def made(**more: int) -> list[float]:
        rows, _ = prepared(augmenters=["made"], **more)
        assert rows.test is not None
        assert (rows.train.n_rows, rows.test.n_rows) == (7, 2)
        return list(rows.train.features[-1])

    assert made() == made()
    assert len({tuple(made(seed=seed, fold=fold)) for seed in range(4) for fold in range(2)}) > 1


def test_in_parts_the_rows_are_the_same_and_there_is_no_pipeline_to_ship() -> None:
    whole, _ = prepared(transforms=["centre"])
    parts, stages = prepared(transforms=["centre"], in_parts=True)
    np.testing.assert_allclose(parts.train.features, whole.train.features, atol=1e-12)
    assert not parts.complete
    assert [step.step for step in stages.done] == ["transform/centre.1", "transform/centre.2"]
    assert [stage.parts for stage in fold_stages(components(transforms=["centre"]))] == [2]


def test_a_refit_has_no_test_rows() -> None:
    built = components(cleaners=["shift"], transforms=["centre"])
    rows = parted_rows(built, TRAIN, None)
    for stage in fold_stages(built):
        rows = stage.run(rows, 0, None, Stages())
    assert rows.test is None
    assert rows.held_out is None


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"augmenters": [{"use": "made", "wrong": "type"}]}, r"augment\(\) returned NoneType, not a Dataset"),
        ({"augmenters": [{"use": "made", "wrong": "order"}]}, "the rows given, in order"),
        ({"transforms": [{"use": "centre", "wrong": "flat"}]}, r"transform gave shape \(6,\) for 6 rows"),
        ({"transforms": [{"use": "centre", "wrong": "short"}]}, r"transform gave shape \(5, 2\) for 6 rows"),
    ],
)
def test_a_component_that_breaks_its_contract_is_named(groups: dict[str, Any], message: str) -> None:
    with pytest.raises(PluginError, match=message):
        prepared(**groups)


def test_a_transform_that_leaves_no_column_is_refused() -> None:
    with pytest.raises(DataError, match="left no columns to learn from"):
        prepared(transforms=[{"use": "centre", "wrong": "none"}])


def test_where_it_is_strict_a_transform_may_not_change_what_it_was_given() -> None:
    features = TRAIN.features.copy()
    built = components(transforms=[{"use": "centre", "wrong": "writes"}], strict=True)
    (stage,) = fold_stages(built)
    with pytest.raises(PluginError, match="it changed the rows it was given"):
        stage.run(parted_rows(built, TRAIN.with_features(features), None), 0, 0, Stages())
