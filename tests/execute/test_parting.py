"""Three parts instead of two, columns that only part the rows, files beside the data, augmenting several times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from runner import load, run, sweep
from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError, PluginError
from runner.execute.recorded import Outcome
from runner.options import InputFile
from runner.testing import make_catalogue

ROWS = 60


@dataclass
class Numbers:
    """Two columns of numbers, one of texts, one that says which part a row belongs to; the class is a sign."""

    def load(self, context: SourceContext) -> Dataset:
        rng = np.random.default_rng(0)
        frame = pd.DataFrame(rng.normal(size=(ROWS, 2)), columns=["a", "b"])
        frame["word"] = rng.choice(["x", "y"], size=ROWS)
        frame["part"] = ["train"] * 30 + ["tune"] * 10 + ["test"] * 20
        rows = Dataset.of(frame, np.where(frame["a"] > 0, "plus", "minus"), fingerprint="numbers")
        return rows.noting("column 'word': odd")


@dataclass
class Parts:
    """Parts by a column, in three."""

    sees_rows: ClassVar[bool] = True
    columns_taken: ClassVar[tuple[str, ...]] = ("part",)

    def split(self, X: Dataset, y: Any = None, groups: Any = None) -> Iterator[tuple[Any, ...]]:
        part = X.features["part"].to_numpy()
        yield tuple(np.flatnonzero(part == name) for name in ("train", "tune", "test"))


@dataclass
class Wrong:
    """Gives parts that meet."""

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Any, ...]]:
        yield range(20), range(20, 40), range(39, 60)


@dataclass
class Folds:
    """Reads the test rows from a file."""

    file: InputFile

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Any, Any]]:
        test = np.loadtxt(self.file, dtype=int)
        yield np.setdiff1d(np.arange(ROWS), test), test


@dataclass
class Noisy:
    """Makes one row of each."""

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        frame = dataset.features.copy()
        frame["a"] += rng.normal(size=len(frame))
        return dataset.joined(dataset.with_features(frame))


@dataclass
class Once:
    """Has an option of that name itself."""

    times: int = 1

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        return dataset.joined(dataset.take(np.arange(self.times)))


class Same:
    """Leaves the pipeline as it is."""

    def compress(self, pipeline: Any) -> Any:
        return pipeline


COMPONENTS: Mapping[str, Mapping[str, Any]] = {
    "source": {"numbers": Numbers},
    "splitter": {"parts": Parts, "wrong": Wrong, "folds": Folds},
    "compressor": {"same": Same},
    "augmenter": {"noisy": Noisy, "once": Once},
}
ONE_HOT = {"use": "one_hot", "columns": {"types": ["text"]}}
SCALE = {"use": "standard_scale", "columns": {"types": ["number"]}}
SHAPE: Mapping[str, Any] = {
    "source": "numbers",
    "splitter": "parts",
    "transforms": [SCALE, ONE_HOT],
    "model": "LogisticRegression",
    "metrics": ["accuracy", "log_loss"],
    "exporters": ["skops"],
}


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    monkeypatch.chdir(tmp_path)

    def go(**more: Any) -> Outcome:
        return run({**SHAPE, **more}, outputs=tmp_path / "out", catalogue=make_catalogue(COMPONENTS))

    return go


def test_trials_are_compared_by_validation_rows_and_test_rows_are_told_beside(ran: Callable[..., Outcome]) -> None:
    outcome = ran()
    scores = outcome.metrics.folds[0]
    assert list(scores) == ["accuracy", "log_loss", "test/accuracy", "test/log_loss"]
    assert outcome.metrics.primary == "accuracy"
    rows = Numbers().load(SourceContext(Path(), 0))
    model = load(outcome.path)
    for name, part in (("accuracy", slice(30, 40)), ("test/accuracy", slice(40, 60))):
        predicted = model.predict(rows.features.drop(columns="part").iloc[part])
        assert scores[name] == np.mean(predicted == rows.target[part])


def test_what_is_compressed_is_scored_on_both(ran: Callable[..., Outcome]) -> None:
    outcome = ran(compressors=["same"])
    assert "test/accuracy" in outcome.metrics.compressed["same"]


def test_a_column_that_only_parts_the_rows_is_no_feature(ran: Callable[..., Outcome]) -> None:
    names = load(ran().path).pipeline[0].feature_names_in_
    assert list(names) == ["a", "b", "word"]


def test_parts_that_meet_are_refused(ran: Callable[..., Outcome]) -> None:
    with pytest.raises(PluginError, match="fold 1 has rows in both validation and test"):
        ran(splitter="wrong")


def test_columns_are_chosen_by_type(ran: Callable[..., Outcome]) -> None:
    model = load(ran().path).pipeline
    frame = Numbers().load(SourceContext(Path(), 0)).features.drop(columns="part")
    features = model[:-1].transform(frame)
    assert features.shape == (ROWS, 4)
    router = model[0]
    assert [columns for _, _, columns in router.transformers] == [["a", "b"], ["word"]]


def test_choices_that_meet_in_a_column_are_refused(ran: Callable[..., Outcome]) -> None:
    pattern = {"use": "MinMaxScaler", "columns": {"pattern": "^a$"}}
    with pytest.raises(ConfigError, match="column 'a' is chosen by standard_scale and by MinMaxScaler"):
        ran(transforms=[SCALE, pattern, ONE_HOT])
    with pytest.raises(DataError, match="meets no column"):
        ran(transforms=[{**SCALE, "columns": {"types": ["date"]}}])


def test_an_augmenter_is_called_as_often_as_is_asked(ran: Callable[..., Outcome]) -> None:
    def rows_after(**settings: Any) -> int:
        outcome = ran(augmenters=[settings])
        return next(step.rows_out or 0 for step in outcome.steps if step.step.startswith("augment/"))

    assert rows_after(use="noisy") == 60
    assert rows_after(use="noisy", times=4) == 150
    assert rows_after(use="once", times=4) == 34


def test_notes_of_the_data_are_told_at_the_end(ran: Callable[..., Outcome]) -> None:
    assert "source 'numbers': column 'word': odd" in ran().remarks


def test_a_file_beside_the_data_is_found_from_the_folder_and_counts(
    tmp_path: Path, ran: Callable[..., Outcome]
) -> None:
    splitter = {"use": "folds", "file": "test_rows.txt"}
    np.savetxt(tmp_path / "test_rows.txt", np.arange(10), fmt="%d")
    parts = {"splitter": splitter, "transforms": [{**SCALE}, {"use": "one_hot", "columns": ["word", "part"]}]}
    assert next(step.rows_in for step in ran(**parts).steps if step.step.startswith("predict")) == 10

    swept = {**SHAPE, **parts, "sweep": {"grid": {"model.C": [1.0, 2.0]}}}
    catalogue = make_catalogue(COMPONENTS)
    assert len(sweep(swept, outputs=tmp_path / "swept", catalogue=catalogue).trials) == 2
    np.savetxt(tmp_path / "test_rows.txt", np.arange(20), fmt="%d")
    with pytest.raises(ConfigError, match="drift"):
        sweep(swept, outputs=tmp_path / "swept", catalogue=catalogue)


def test_columns_that_are_not_there_are_named_with_their_setting(ran: Callable[..., Outcome]) -> None:
    with pytest.raises(DataError, match=r"transforms.standard_scale.columns: there is no column 'A'"):
        ran(transforms=[{**SCALE, "columns": ["A"]}, ONE_HOT])
    arrays = {"use": "sklearn_dataset", "name": "iris", "as_frame": False}
    with pytest.raises(DataError, match=r"transforms.standard_scale.columns: columns are chosen from a table, found"):
        ran(source=arrays, splitter="holdout", transforms=[SCALE])
