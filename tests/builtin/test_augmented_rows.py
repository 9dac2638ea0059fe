"""Whatever augments them: only training rows are augmented, and only originals are tested on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner import run
from runner.contracts import KINDS
from runner.data import Dataset, Prediction
from runner.errors import ConfigError
from runner.testing import make_catalogue

ROWS = 60
SEEN: list[list[int]] = []
TESTED: list[list[float]] = []
RNG = np.random.default_rng(0)
#: Each row is known by its first number, and its target by it, too.
NUMBERS = pd.DataFrame({"row": np.arange(ROWS, dtype=float), "x": RNG.normal(size=ROWS)})
VALUES = NUMBERS["row"].to_numpy() + 0.25


class Spy:
    """Adds every row again, far away, and remembers which rows it was given."""

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        SEEN.append(dataset.features["row"].astype(int).tolist())
        return dataset.joined(dataset.with_features(dataset.features + 1000.0))


class Judge:
    """A metric that remembers the target of the rows it judges."""

    direction = "maximize"
    needs = "labels"
    task = "regression"

    def score(self, truth: Any, prediction: Prediction) -> float:
        TESTED.append(truth.tolist())
        return float(len(truth))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    SEEN.clear()
    TESTED.clear()
    yield
    SEEN.clear()
    TESTED.clear()


def experiment(**more: Any) -> dict[str, Any]:
    return {
        "source": {"use": "in_memory", "features": NUMBERS, "target": VALUES},
        "model": "LinearRegression",
        "metrics": ["tested"],
        **more,
    }


CATALOGUE = {"augmenter": {"spy": Spy}, "metric": {"tested": Judge}}


@pytest.mark.fault("F89")
@pytest.mark.parametrize(
    "splitter", [{"use": "kfold", "folds": 4}, {"use": "holdout", "test_size": 0.25}], ids=["kfold", "holdout"]
)
def test_an_augmenter_never_sees_a_row_that_is_tested_on(tmp_path, splitter):
    declared = experiment(splitter=splitter, augmenters=["spy"], refit="never")
    run(declared, outputs=tmp_path, catalogue=make_catalogue(CATALOGUE))
    assert len(SEEN) == len(TESTED) > 0
    for seen, tested in zip(SEEN, TESTED, strict=True):
        assert not set(seen) & {int(value) for value in tested}
        assert len(seen) + len(tested) == ROWS
        assert set(tested) <= set(VALUES)  # originals, each once
        assert len(set(tested)) == len(tested)


@pytest.mark.fault("F89")
def test_an_augmenter_after_another_gets_its_rows_and_still_no_tested_one(tmp_path):
    declared = experiment(splitter={"use": "kfold", "folds": 3}, augmenters=["spy", "spy"], refit="never")
    run(declared, outputs=tmp_path, catalogue=make_catalogue(CATALOGUE))
    assert [len(rows) for rows in SEEN] == [40, 80] * 3
    for fold, tested in enumerate(TESTED):
        originals = {row % 1000 for seen in SEEN[2 * fold : 2 * fold + 2] for row in seen}
        assert not originals & {int(value) for value in tested}


@pytest.mark.fault("F89")
def test_there_is_no_place_for_an_augmenter_before_the_split(tmp_path):
    names = list(KINDS)
    assert names.index("splitter") < names.index("augmenter")
    declared = experiment(splitter="holdout", cleaners=["spy"])
    with pytest.raises(ConfigError, match="spy"):
        run(declared, outputs=tmp_path, catalogue=make_catalogue(CATALOGUE))


@pytest.mark.fault("F89")
@pytest.mark.parametrize(
    "augmenter", [{"use": "gaussian_noise"}, {"use": "mixup"}, {"use": "random_oversample"}, {"use": "smote"}]
)
def test_rows_made_by_the_built_in_augmenters_are_trained_on_and_not_tested_on(tmp_path, augmenter):
    if augmenter["use"] == "smote":
        pytest.importorskip("imblearn", reason="imbalanced-learn, an extra, is not installed")
    outcome = run(
        {
            "source": {"use": "in_memory", "features": NUMBERS, "target": np.repeat(["a", "b"], [45, 15])},
            "splitter": {"use": "stratified_kfold", "folds": 3},
            "augmenters": [augmenter],
            "model": "DecisionTreeClassifier",
            "metrics": ["accuracy"],
        },
        outputs=tmp_path,
    )
    steps = [step for step in outcome.steps if step.fold is not None]
    assert all(step.rows_in > 40 for step in steps if step.step.startswith("train/"))
    assert [step.rows_in for step in steps if step.step == "score"] == [20] * 3


def test_undersampling_drops_training_rows_only(tmp_path):
    outcome = run(
        {
            "source": {"use": "in_memory", "features": NUMBERS, "target": np.repeat(["a", "b"], [45, 15])},
            "cleaners": ["random_undersample"],
            "splitter": {"use": "stratified_kfold", "folds": 3},
            "model": "DecisionTreeClassifier",
            "metrics": ["accuracy"],
        },
        outputs=tmp_path,
    )
    steps = [step for step in outcome.steps if step.fold is not None]
    assert [step.rows_in for step in steps if step.step.startswith("train/")] == [20] * 3
    assert [step.rows_in for step in steps if step.step == "score"] == [20] * 3
