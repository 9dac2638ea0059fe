"""The flow of one trial, with components that watch what they are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from runner import load, run
from runner.contracts import SourceContext
from runner.data import MADE, Dataset
from runner.errors import ConfigError, DataError, PluginError
from runner.execute.recorded import Outcome
from runner.testing import make_catalogue

SEEN: list[tuple[str, Any]] = []


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    SEEN.clear()
    yield
    SEEN.clear()


@dataclass
class Numbers:
    """Sixty rows of two columns; the class is the sign of their sum."""

    rows: int = 60

    def load(self, context: SourceContext) -> Dataset:
        rng = np.random.default_rng(0)
        frame = pd.DataFrame({"a": rng.normal(size=self.rows), "b": rng.normal(size=self.rows)})
        return Dataset.of(frame, np.where(frame["a"] + frame["b"] > 0, "plus", "minus"), fingerprint="numbers")


@dataclass
class Doubling:
    """Augment by repeating every row, and remember which rows were given."""

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        SEEN.append(("augmented", dataset.row_ids.tolist()))
        return dataset.joined(dataset)


@dataclass
class Centre:
    """A cleaner that learns a mean and keeps every row."""

    keeps_rows = True
    learns = True
    mean: float | None = field(default=None, init=False)

    def fit(self, dataset: Dataset) -> Centre:
        fitted = Centre()
        fitted.mean = float(dataset.features["b"].mean())
        SEEN.append(("centre learned from", dataset.row_ids.tolist()))
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        features = dataset.features.assign(b=dataset.features["b"] - self.mean)
        return dataset.with_features(features)


@dataclass
class DropLow:
    """A cleaner that learns a threshold and drops rows."""

    learns = True
    limit: float | None = field(default=None, init=False)

    def fit(self, dataset: Dataset) -> DropLow:
        fitted = DropLow()
        fitted.limit = float(dataset.features["b"].quantile(0.1))
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        return dataset.drop((dataset.features["b"] < self.limit).to_numpy(), "b is low")


def ran(tmp_path: Path, components: dict[str, Any] | None = None, **more: Any) -> Outcome:
    catalogue = make_catalogue({"source": {"numbers": Numbers}, **(components or {})})
    experiment = {
        "source": "numbers",
        "splitter": {"use": "stratified_kfold", "folds": 3},
        "model": "LogisticRegression",
        "metrics": ["accuracy"],
        "exporters": ["pickle"],
        **more,
    }
    return run(experiment, outputs=tmp_path, catalogue=catalogue)


@pytest.mark.fault("F89")
def test_augmenters_see_training_rows_only_and_test_rows_are_originals(tmp_path: Path) -> None:
    outcome = ran(tmp_path, {"augmenter": {"doubling": Doubling}}, augmenters=["doubling"], refit="never")
    given = [set(rows) for what, rows in SEEN if what == "augmented"]
    assert [len(rows) for rows in given] == [40, 40, 40]
    assert all(MADE not in rows for rows in given)
    assert set.intersection(*({*range(60)} - rows for rows in given)) == set()
    trained = [step for step in outcome.steps if step.step == "train/LogisticRegression"]
    assert [step.rows_in for step in trained] == [80, 80, 80]
    assert [step.rows_in for step in outcome.steps if step.step == "score"] == [20, 20, 20]


def test_a_cleaner_that_learns_sees_training_rows_only_and_repairs_new_data(tmp_path: Path) -> None:
    outcome = ran(tmp_path, {"cleaner": {"centre": Centre}}, cleaners=["centre"], exporters=["pickle"])
    learned = [rows for what, rows in SEEN if what == "centre learned from"]
    assert [len(rows) for rows in learned] == [40, 40, 40, 60]  # three folds, then the refit on all rows
    assert outcome.metrics.total["accuracy"].n == 3


def test_rows_are_dropped_from_training_only_by_a_cleaner_that_learns(tmp_path: Path) -> None:
    outcome = ran(tmp_path, {"cleaner": {"drop_low": DropLow}}, cleaners=["drop_low"], refit="never")
    dropped = [step for step in outcome.steps if step.step == "clean/drop_low"]
    assert [(step.rows_in, step.rows_out) for step in dropped] == [(40, 36), (40, 36), (40, 36)]
    assert [step.rows_in for step in outcome.steps if step.step == "score"] == [20, 20, 20]


def test_rows_training_keeps_a_harmless_cleaner_away_from_the_test_rows(tmp_path: Path) -> None:
    outcome = ran(tmp_path, cleaners=[{"use": "drop_duplicates", "rows": "training"}], refit="never")
    steps = [step for step in outcome.steps if step.step == "clean/drop_duplicates"]
    assert [step.fold for step in steps] == [0, 1, 2]


@pytest.mark.parametrize(("refit", "trainings"), [("auto", 4), ("always", 4), ("never", 3)])
def test_the_model_shipped_is_fitted_on_all_rows_where_there_are_several_folds(
    tmp_path: Path, refit: str, trainings: int
) -> None:
    outcome = ran(tmp_path, refit=refit)
    assert len([step for step in outcome.steps if step.step.startswith("train/")]) == trainings


def test_with_one_fold_the_model_shipped_is_the_one_that_was_scored(tmp_path: Path) -> None:
    outcome = ran(tmp_path, splitter="stratified_holdout")
    assert len([step for step in outcome.steps if step.step.startswith("train/")]) == 1


def test_the_same_declaration_gives_the_same_bits(tmp_path: Path) -> None:
    first, second = ran(tmp_path, model="RandomForestClassifier"), ran(tmp_path, model="RandomForestClassifier")
    assert first.metrics == second.metrics
    assert (first.path / "data/fingerprint.json").read_bytes() == (second.path / "data/fingerprint.json").read_bytes()
    models = [next((outcome.path / "artifacts").rglob("*.pkl")).read_bytes() for outcome in (first, second)]
    assert models[0] == models[1]


def test_another_seed_gives_another_split(tmp_path: Path) -> None:
    texts = [(ran(tmp_path, seed=seed).path / "data/fingerprint.json").read_text() for seed in (0, 1)]
    assert texts[0] != texts[1]


def test_adding_a_step_shifts_nobody_elses_seed(tmp_path: Path) -> None:
    plain = ran(tmp_path, model="RandomForestClassifier", splitter="stratified_holdout")
    more = ran(tmp_path, model="RandomForestClassifier", splitter="stratified_holdout", cleaners=["drop_missing"])
    assert plain.metrics == more.metrics


def test_compressed_pipelines_are_scored_again(tmp_path: Path) -> None:
    outcome = run(
        {
            "source": {"use": "sklearn_dataset", "name": "digits"},
            "splitter": "stratified_holdout",
            "transforms": ["image_to_matrix"],
            "model": {"use": "softmax", "epochs": 5},
            "metrics": ["accuracy"],
            "compressors": [{"use": "truncated_svd", "rank": 4}],
            "exporters": ["skops"],
        },
        outputs=tmp_path,
    )
    before, after = (
        outcome.metrics.total["accuracy"].mean,
        outcome.metrics.compressed["truncated_svd"]["accuracy"].mean,
    )
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert 0.2 < after < before
    assert "LowRank" in type(load(outcome.path).pipeline.steps[-1][1]).__name__


def test_columns_route_a_mixed_table(tmp_path: Path) -> None:
    @dataclass
    class Mixed:
        def load(self, context: SourceContext) -> Dataset:
            colours = ["red", "green", "blue"] * 20
            frame = pd.DataFrame({"colour": colours, "size": np.arange(60.0), "rest": np.ones(60)})
            return Dataset.of(frame, np.where(frame["colour"] == "red", 1, 0), fingerprint="mixed")

    outcome = ran(
        tmp_path,
        {"source": {"mixed": Mixed}},
        source="mixed",
        transforms=[{"use": "one_hot", "columns": ["colour"]}, {"use": "standard_scale", "columns": ["size"]}],
        exporters=["skops"],
    )
    assert outcome.metrics.total["accuracy"].mean == 1.0
    model = load(outcome.path)
    frame = pd.DataFrame({"rest": [1.0, 1.0], "size": [3.0, 4.0], "colour": ["red", "blue"]})
    assert model.predict(frame).tolist() == [1, 0]


def test_columns_that_overlap_in_part_are_refused(tmp_path: Path) -> None:
    steps = [{"use": "StandardScaler", "columns": ["a", "b"]}, {"use": "MinMaxScaler", "columns": ["b"]}]
    with pytest.raises(ConfigError, match="column 'b' also goes to transforms"):
        ran(tmp_path, transforms=steps)


# --- components that break their contract ------------------------------------------------------------------


class Offence:
    """A cleaner that does what its name says."""

    def clean(self, dataset: Dataset) -> Any:
        raise NotImplementedError


class Mutates(Offence):
    def clean(self, dataset: Dataset) -> Any:
        dataset.target[0] = "plus"  # type: ignore[index]
        return dataset


class DropsInSilence(Offence):
    def clean(self, dataset: Dataset) -> Any:
        return dataset.take(np.arange(10))


class Forgets(Offence):
    def clean(self, dataset: Dataset) -> Any:
        return dataset.features


class Empties(Offence):
    def clean(self, dataset: Dataset) -> Any:
        return dataset.drop(np.ones(dataset.n_rows, dtype=bool), "nobody likes it")


class SaysItKeeps(Offence):
    keeps_rows = True

    def clean(self, dataset: Dataset) -> Any:
        return dataset.drop(np.arange(dataset.n_rows) < 5, "first")


class Raises(Offence):
    def clean(self, dataset: Dataset) -> Any:
        raise KeyError("column_x")


@pytest.mark.fault("F94")
@pytest.mark.parametrize(
    ("offence", "told"),
    [
        (Mutates, "cleaner 'bad' of local 0 failed while cleaning: ValueError: assignment destination is read-only"),
        (DropsInSilence, "it dropped 50 rows but counted 0; use dataset.drop(mask, reason)"),
        (Forgets, "clean() returned DataFrame, not a Dataset"),
        (SaysItKeeps, "it declares keeps_rows but dropped or moved rows"),
        (Raises, "cleaner 'bad' of local 0 failed while cleaning: KeyError: 'column_x'"),
    ],
)
def test_a_cleaner_that_breaks_its_contract_is_named(tmp_path: Path, offence: type, told: str) -> None:
    with pytest.raises(PluginError) as caught:
        ran(tmp_path, {"cleaner": {"bad": offence}}, cleaners=["bad"])
    assert told in str(caught.value)


def test_a_cleaner_that_leaves_nothing_is_a_mistake_about_the_data(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"left none of the 60 rows.*60 nobody likes it\."):
        ran(tmp_path, {"cleaner": {"bad": Empties}}, cleaners=["bad"])


class ChangesTheWorld(Doubling):
    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        print("hello from acme")
        np.random.seed(1)
        return dataset.joined(dataset)


@pytest.mark.fault("F94")
def test_what_a_component_changes_in_the_process_is_put_back_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.random.seed(5)
    expected = np.random.RandomState(5).rand()
    outcome = ran(
        tmp_path, {"augmenter": {"loud": ChangesTheWorld}}, augmenters=["loud"], splitter="stratified_holdout"
    )
    assert np.random.rand() == expected
    assert "hello" not in capsys.readouterr().out
    told = " ".join(outcome.remarks)
    assert "augmenter 'loud', while augmenting, printed to the standard output: 'hello from acme'" in told
    assert "changed the state of NumPy's global random numbers" in told
    assert "hello from acme" in (outcome.path / "logs/run.log").read_text()


@pytest.mark.fault("F94")
def test_strict_makes_meddling_an_error(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"augmenter 'loud' of local 0 breaks the contract.*it changed the state"):
        ran(tmp_path, {"augmenter": {"loud": ChangesTheWorld}}, augmenters=["loud"], strict=True)


class Spoils(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A transform that centres its input in place."""

    def fit(self, X: Any, y: Any = None) -> Spoils:
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        X["a"] -= X["a"].mean()
        return X.to_numpy()

    def transform(self, X: Any) -> Any:
        return X.to_numpy()


@pytest.mark.fault("F94")
def test_strict_makes_changing_the_input_an_error(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"transform 'spoils' of local 0 breaks.*it changed the rows it was given"):
        ran(tmp_path, {"transform": {"spoils": Spoils}}, transforms=["spoils"], strict=True)
    assert ran(tmp_path, transforms=["StandardScaler"], strict=True).metrics.total["accuracy"].n == 3


@dataclass
class LeakySplitter:
    def split(self, X: Any, y: Any = None, groups: Any = None) -> Any:
        yield np.arange(40), np.arange(30, 60)


@dataclass
class Shuffles(Doubling):
    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        return dataset.take(rng.permutation(dataset.n_rows))


@pytest.mark.fault("F94")
@pytest.mark.parametrize(
    ("components", "more", "told"),
    [
        ({"splitter": {"leaky": LeakySplitter}}, {"splitter": "leaky"}, "fold 1 has rows in both training and test"),
        ({"augmenter": {"bad": Shuffles}}, {"augmenters": ["bad"]}, "it must return the rows given, in order"),
    ],
)
def test_a_splitter_or_augmenter_that_leaks_is_refused(
    tmp_path: Path, components: dict[str, Any], more: dict[str, Any], told: str
) -> None:
    with pytest.raises(PluginError) as caught:
        ran(tmp_path, components, **more)
    assert told in str(caught.value)


def test_a_failed_run_is_recorded_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(PluginError):
        ran(tmp_path, {"cleaner": {"bad": Raises}}, cleaners=["bad"])
    (folder,) = (tmp_path / "unnamed").iterdir()
    assert '"state": "failed"' in (folder / "run.json").read_text()
    assert "Traceback" in (folder / "logs/run.log").read_text()
    assert (folder / "manifest.json").is_file()


@pytest.mark.parametrize("splitter", ["KFold", "StratifiedKFold", "ShuffleSplit", {"use": "KFold", "shuffle": True}])
def test_scikit_learns_splitters_work_under_their_own_names(tmp_path: Path, splitter: Any) -> None:
    assert ran(tmp_path, splitter=splitter, refit="never").metrics.total["accuracy"].n >= 5


def test_data_at_hand_are_a_source(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(40.0), "b": 1.0, "y": ["low"] * 20 + ["high"] * 20})
    outcome = ran(tmp_path, source={"use": "in_memory", "features": frame, "target": "y"}, exporters=["skops"])
    assert load(outcome.path).predict(frame[["a", "b"]])[[0, 39]].tolist() == ["low", "high"]
    assert "pandas" in (outcome.path / "config/resolved.yaml").read_text()
