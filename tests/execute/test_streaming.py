"""Trials whose rows come in batches, with components that watch what they are given."""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from runner import load, run
from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError, PluginError
from runner.execute.recorded import Outcome
from runner.execute.rehearsal import rehearse
from runner.execute.request import Request
from runner.testing import make_catalogue
from runner_builtin.splitters.hashed_splitter import HashedHoldout
from runner_builtin.transforms.hashing_text import Hashing

WORDS = np.array(["red", "green", "blue", "one", "two", "three", "many", "few"])
LIVE: list[weakref.ref[Any]] = []
SEEN: list[Any] = []
MOST_LIVE = [0]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for seen in (LIVE, SEEN):
        seen.clear()
    MOST_LIVE[0] = 0


def table(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    texts = [" ".join(WORDS[rng.integers(0, 8, 5)]) for _ in range(rows)]
    size = rng.normal(3.0, 2.0, rows)
    part = np.where(np.arange(rows) < rows * 0.6, "a", np.where(np.arange(rows) < rows * 0.8, "b", "c"))
    kind = np.where([("red" in text) ^ (number > 4) for text, number in zip(texts, size, strict=True)], "yes", "no")
    return pd.DataFrame({"text": texts, "size": size, "part": part, "kind": kind, "value": size * 2 + 1})


@dataclass
class Batches:
    """A table in batches. sort: by the target, so that the first batches are of one class; one_class: all are."""

    rows: int = 600
    batch: int = 100
    target: str = "kind"
    sort: bool = False
    one_class: bool = False
    features: list[str] | None = None

    def load(self, context: SourceContext) -> Dataset:
        del context
        frame = table(self.rows)
        if self.sort:
            frame = frame.sort_values(self.target, kind="stable", ignore_index=True)
        if self.one_class:
            frame["kind"] = "no"
        names = self.features or ["text", "size", "part"]
        return Dataset.of(frame[names], frame[self.target].to_numpy(), fingerprint="table")

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        SEEN.append("pass")
        whole = self.load(context)
        for start in range(0, self.rows, self.batch):
            yield whole.take(np.arange(start, min(start + self.batch, self.rows)))


@dataclass
class Watched(Batches):
    """Counts how many of its batches are alive at a time."""

    rows: int = 600
    batch: int = 100

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        for rows in super().batches(context):
            fresh = rows.with_features(rows.features.copy())
            LIVE.append(weakref.ref(fresh.features))
            MOST_LIVE[0] = max(MOST_LIVE[0], sum(one() is not None for one in LIVE))
            yield fresh
            del fresh


@dataclass
class Changing(Batches):
    """Has fewer rows the second time."""

    rows: int = 600

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        first = "pass" not in SEEN
        for number, rows in enumerate(super().batches(context)):
            if first or number:
                yield rows


@dataclass
class Repeating(Batches):
    """Numbers the rows of each batch from 0."""

    rows: int = 600

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        for rows in super().batches(context):
            yield replace(rows, row_ids=np.arange(rows.n_rows))


@dataclass
class Refusing(Batches):
    """Refuses all rows of its second batch."""

    rows: int = 600

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        for number, rows in enumerate(super().batches(context)):
            if number == 1:
                rows = replace(rows.drop(np.ones(100, dtype=bool), "bad"), rejected=((101, "bad", "x"),))
            yield rows


@dataclass
class Whole:
    """Gives all rows or none."""

    def load(self, context: SourceContext) -> Dataset:
        return Batches().load(context)


@dataclass
class DropRed:
    """Drops the texts that begin with red."""

    row_by_row: ClassVar[bool] = True

    def clean(self, dataset: Dataset) -> Dataset:
        return dataset.drop(dataset.features["text"].str.startswith("red").to_numpy(), "begins with red")


@dataclass
class Shout:
    """Writes the texts in capitals."""

    row_by_row: ClassVar[bool] = True
    keeps_rows: ClassVar[bool] = True

    def clean(self, dataset: Dataset) -> Dataset:
        return dataset.with_features(dataset.features.assign(text=dataset.features["text"].str.upper()))


@dataclass
class Drawing:
    """Adds one row with a size drawn by chance."""

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        made = dataset.take(np.array([0]))
        size = float(rng.normal())
        SEEN.append(("drew", size, dataset.row_ids.tolist()))
        return dataset.joined(made.with_features(made.features.assign(size=size)))


class Planned(SGDClassifier):  # type: ignore[misc]
    """Plans its epochs by the number of batches."""

    def __init__(self, *, epochs: int = 3, random_state: int | None = None) -> None:
        super().__init__(random_state=random_state)
        self.epochs = epochs

    def for_batches(self, n_batches: int) -> tuple[Planned, int]:
        SEEN.append(("batches", n_batches))
        return self, self.epochs


class Unplanned(SGDClassifier):  # type: ignore[misc]
    """Counts epochs of its own."""

    def __init__(self, *, epochs: int = 3) -> None:
        super().__init__()
        self.epochs = epochs


class RunsAway(SGDClassifier):  # type: ignore[misc]
    """Leaves the finite numbers with the second batch."""

    def __init__(self, *, random_state: int | None = None) -> None:
        super().__init__(random_state=random_state)

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> RunsAway:
        super().partial_fit(X, y, classes)
        self.diverged_ = {"step": 7} if self.t_ > 100 else None
        return self


@dataclass
class Halved:
    """Makes coefficients smaller, and the intercept large enough to say one class only."""

    def compress(self, pipeline: Any) -> Any:
        model = pipeline.steps[-1][1]
        smaller = SGDClassifier()
        smaller.classes_, smaller.coef_ = model.classes_, model.coef_ * 0
        smaller.intercept_ = model.intercept_ * 0 + 1
        return type(pipeline)([*pipeline.steps[:-1], (pipeline.steps[-1][0], smaller)])


CATALOGUE = make_catalogue(
    {
        "source": {
            "batches": Batches,
            "watched": Watched,
            "changing": Changing,
            "repeating": Repeating,
            "refusing": Refusing,
            "whole": Whole,
        },
        "cleaner": {"drop_red": DropRed, "shout": Shout},
        "augmenter": {"drawing": Drawing},
        "model": {"planned": Planned, "unplanned": Unplanned, "runs_away": RunsAway},
        "compressor": {"halved": Halved},
    }
)

HASHING = {"use": "hashing", "columns": "text", "n_features": 64}
SCALE = {"use": "StandardScaler", "columns": ["size"]}


def declared(**more: Any) -> dict[str, Any]:
    source = {"use": "batches", "features": ["text", "size"], "stream": True, **more.pop("source", {})}
    return {
        "source": source,
        "splitter": "hashed_holdout",
        "transforms": [HASHING, SCALE],
        "model": {"use": "SGDClassifier", "random_state": 5, "loss": "log_loss"},
        "metrics": ["accuracy", "roc_auc"],
        "exporters": ["skops"],
        **more,
    }


def ran(tmp_path: Path, **more: Any) -> Outcome:
    return run(declared(**more), outputs=tmp_path, catalogue=CATALOGUE)


def by_hand(frame: pd.DataFrame, batch: int = 100) -> tuple[Any, Any, np.ndarray[Any, Any]]:
    """Feed the batches to a scaler and to a model, as one would; the last is where the test rows are."""
    tested = np.zeros(len(frame), dtype=bool)
    scaler, model = StandardScaler(), SGDClassifier(random_state=5, loss="log_loss")
    hashing, parts = Hashing(n_features=64), []
    for start in range(0, len(frame), batch):
        ids = np.arange(start, min(start + batch, len(frame)))
        rows = Dataset(frame.iloc[ids], None, ids, "table")
        train, test = next(HashedHoldout().split(rows))
        tested[ids[test]] = True
        parts.append(rows.features.iloc[train])
        scaler.partial_fit(parts[-1][["size"]])
    for part in parts:
        X = sparse.hstack([hashing.transform(part["text"]), scaler.transform(part[["size"]])], format="csr")
        model.partial_fit(X, part["kind"].to_numpy(), classes=np.array(["no", "yes"]))
    return scaler, model, tested


def test_a_stream_ends_where_the_same_batches_fed_by_hand_end(tmp_path: Path) -> None:
    outcome = ran(tmp_path)
    frame = table(600)
    scaler, model, tested = by_hand(frame)
    router, trained = (step for _, step in load(outcome.path, catalogue=CATALOGUE).pipeline.steps)
    assert trained.coef_.tobytes() == model.coef_.tobytes()
    assert trained.intercept_.tobytes() == model.intercept_.tobytes()
    learned = router.named_transformers_["StandardScaler"]
    assert (learned.mean_, learned.var_, learned.n_samples_seen_) == (scaler.mean_, scaler.var_, (~tested).sum())


def test_scores_are_those_of_scoring_all_test_rows_at_once(tmp_path: Path) -> None:
    outcome = ran(tmp_path)
    frame = table(600)
    *_, tested = by_hand(frame)
    pipeline, test = load(outcome.path, catalogue=CATALOGUE).pipeline, frame[tested]
    truth, said = test["kind"], pipeline.predict(test[["text", "size"]])
    assert outcome.metrics.total["accuracy"].mean == accuracy_score(truth, said)
    chances = pipeline.predict_proba(test[["text", "size"]])[:, 1]
    assert outcome.metrics.total["roc_auc"].mean == pytest.approx(roc_auc_score(truth == "yes", chances), abs=1e-12)


def test_the_steps_count_each_row_once_however_often_it_is_read(tmp_path: Path) -> None:
    outcome = ran(tmp_path)
    counted = {step.step: (step.rows_in, step.rows_out) for step in outcome.steps}
    *_, tested = by_hand(table(600))
    n_test = int(tested.sum())
    assert counted["load/batches"] == (None, 600)
    assert counted["split/hashed_holdout"] == (600, None)
    assert counted["train/SGDClassifier"] == (600 - n_test, None)
    assert counted["predict/SGDClassifier"] == (n_test, n_test)
    assert SEEN == ["pass"] * 3
    assert [step.note for step in outcome.steps if step.step == "load/batches"] == ["3 passes"]


def test_a_regression_without_learning_transforms_takes_two_passes(tmp_path: Path) -> None:
    outcome = ran(
        tmp_path,
        source={"target": "value"},
        transforms=[HASHING, {"use": "FunctionTransformer", "columns": ["size"]}],
        model={"use": "SGDRegressor", "random_state": 0},
        metrics=["rmse"],
    )
    assert SEEN == ["pass"] * 2
    assert isinstance(load(outcome.path, catalogue=CATALOGUE).pipeline.steps[-1][1], SGDRegressor)


def test_never_more_than_three_batches_are_alive(tmp_path: Path) -> None:
    ran(tmp_path, source={"use": "watched", "rows": 2000, "batch": 100})
    assert len(LIVE) == 60
    assert MOST_LIVE[0] <= 3


def test_the_first_batches_may_be_of_one_class(tmp_path: Path) -> None:
    outcome = ran(tmp_path, source={"sort": True})
    assert load(outcome.path, catalogue=CATALOGUE).pipeline.steps[-1][1].classes_.tolist() == ["no", "yes"]


def test_a_row_by_row_cleaner_drops_and_counts_over_all_batches(tmp_path: Path) -> None:
    outcome = ran(tmp_path, cleaners=["drop_red"])
    n_red = int(table(600)["text"].str.startswith("red").sum())
    step = next(step for step in outcome.steps if step.step == "clean/drop_red")
    assert (step.rows_in, step.rows_out) == (600, 600 - n_red)
    assert step.note == f"{n_red} dropped: begins with red; 3 passes"
    report = json.loads((outcome.path / "reports/data.json").read_text())
    assert report["steps"][0]["rows"] == [600, 600 - n_red]
    assert report["steps"][0]["dropped"] == {"begins with red": n_red}


def test_a_cleaner_that_keeps_rows_repairs_new_rows_too(tmp_path: Path) -> None:
    outcome = ran(tmp_path, cleaners=["shout"], transforms=[{**HASHING, "lowercase": False}, SCALE])
    new = pd.DataFrame({"text": ["red blue", "RED BLUE"], "size": [1.0, 1.0]})
    first, second = load(outcome.path, catalogue=CATALOGUE).pipeline.decision_function(new)
    assert first == second


def test_a_cleaner_for_training_rows_leaves_the_test_rows(tmp_path: Path) -> None:
    outcome = ran(tmp_path, cleaners=[{"use": "drop_red", "rows": "training"}])
    *_, tested = by_hand(table(600))
    assert next(step.rows_in for step in outcome.steps if step.step == "score") == tested.sum()
    step = next(step for step in outcome.steps if step.step == "clean/drop_red")
    assert step.rows_in == 600 - tested.sum()
    assert step.rows_out < step.rows_in


def test_parts_may_be_whole_batches_and_validation_rows_are_scored_apart(tmp_path: Path) -> None:
    outcome = ran(
        tmp_path,
        source={"features": ["text", "size", "part"]},
        splitter={"use": "by_column", "column": "part", "validation": ["b"], "test": ["c"]},
    )
    pipeline, frame = load(outcome.path, catalogue=CATALOGUE).pipeline, table(600)
    for name, part in (("accuracy", "b"), ("test/accuracy", "c")):
        rows = frame[frame["part"] == part]
        said = pipeline.predict(rows[["text", "size"]])
        assert outcome.metrics.total[name].mean == accuracy_score(rows["kind"], said)
    report = json.loads((outcome.path / "reports/data.json").read_text())
    assert [report["folds"][0][part]["rows"] for part in ("train", "validation", "test")] == [360, 120, 120]


def test_augmenters_see_training_rows_only_and_draw_anew_for_each_batch(tmp_path: Path) -> None:
    outcome = ran(tmp_path, augmenters=["drawing"])
    *_, tested = by_hand(table(600))
    drawn = [one for one in SEEN if one != "pass"]
    sizes = [size for _, size, _ in drawn]
    assert len(set(sizes)) == 6
    assert sizes[:6] == sizes[6:]  # the scaler learns from the rows that the model sees
    assert not {row for *_, rows in drawn for row in rows} & set(np.flatnonzero(tested).tolist())
    trained = next(step for step in outcome.steps if step.step == "train/SGDClassifier")
    assert trained.rows_in == (~tested).sum() + 6


def test_columns_may_be_chosen_by_type(tmp_path: Path) -> None:
    outcome = ran(tmp_path, transforms=[HASHING, {"use": "StandardScaler", "columns": {"types": ["number"]}}])
    scaler, *_ = by_hand(table(600))
    router = load(outcome.path, catalogue=CATALOGUE).pipeline.steps[0][1]
    assert router.named_transformers_["StandardScaler"].mean_ == scaler.mean_


def test_transforms_that_follow_each_other_learn_one_after_the_other(tmp_path: Path) -> None:
    both = ["size", "value"]
    outcome = ran(
        tmp_path,
        source={"features": both},
        transforms=[
            {"use": "StandardScaler", "columns": both},
            {"use": "IncrementalPCA", "columns": both, "n_components": 1},
            {"use": "MinMaxScaler"},
        ],
    )
    frame = table(600)
    *_, tested = by_hand(frame)
    chain, scaled, _ = (step for _, step in load(outcome.path, catalogue=CATALOGUE).pipeline.steps)
    standard, pca = (step for _, step in chain.named_transformers_["StandardScaler_IncrementalPCA"].steps)
    assert standard.n_samples_seen_ == pca.n_samples_seen_ == scaled.n_samples_seen_ == (~tested).sum()
    train = frame[~tested][both]
    assert scaled.transform(chain.transform(train)).min() == pytest.approx(0, abs=1e-9)
    assert scaled.transform(chain.transform(train)).max() == pytest.approx(1, abs=1e-9)
    assert SEEN == ["pass"] * 5  # three lessons, the training, the scores


def test_a_refit_learns_from_all_rows(tmp_path: Path) -> None:
    outcome = ran(tmp_path, refit="always")
    assert [step.rows_in for step in outcome.steps if step.step.startswith("train/")][-1] == 600
    scaler = load(outcome.path, catalogue=CATALOGUE).pipeline.steps[0][1].named_transformers_["StandardScaler"]
    assert scaler.n_samples_seen_ == 600


def test_a_compressed_pipeline_is_scored_again(tmp_path: Path) -> None:
    outcome = ran(tmp_path, compressors=["halved"])
    frame = table(600)
    *_, tested = by_hand(frame)
    share = float((frame[tested]["kind"] == "yes").mean())
    assert outcome.metrics.compressed["halved"]["accuracy"].mean == pytest.approx(share)
    assert outcome.metrics.total["accuracy"].mean != share


def test_a_model_that_plans_epochs_is_told_the_number_of_batches(tmp_path: Path) -> None:
    outcome = ran(tmp_path, model={"use": "planned", "epochs": 4})
    assert ("batches", 6) in SEEN
    n_train = next(step.rows_in for step in outcome.steps if step.step == "train/planned")
    assert load(outcome.path, catalogue=CATALOGUE).pipeline.steps[-1][1].t_ == 4 * n_train + 1


def test_a_training_that_diverges_ends(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="diverged"):
        ran(tmp_path, model="runs_away")
    assert len(SEEN) == 2  # the lesson of the scaler, and one training that stopped


def test_what_needs_all_rows_is_refused_before_a_row_is_read_all_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        run(
            {
                **declared(),
                "source": {"use": "whole", "stream": True},
                "cleaners": ["drop_duplicates"],
                "splitter": "holdout",
                "transforms": [{"use": "tfidf", "columns": "text"}, SCALE],
                "model": "LogisticRegression",
            },
            outputs=tmp_path,
            catalogue=CATALOGUE,
        )
    message = str(refused.value)
    for named in ("'whole' cannot", "'drop_duplicates'", "'holdout'", "'tfidf'", "'LogisticRegression' cannot"):
        assert named in message
    assert "StandardScaler' (" not in message
    assert not list(tmp_path.iterdir())


def test_a_model_of_epochs_that_knows_nothing_of_batches_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="for_batches"):
        ran(tmp_path, model="unplanned")


def test_options_that_no_stream_heeds_are_told(tmp_path: Path) -> None:
    outcome = ran(tmp_path, model={"use": "SGDClassifier", "max_iter": 7})
    assert any("'max_iter' is not heeded" in remark for remark in outcome.remarks)


def test_a_stream_of_one_class_or_without_test_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="of 600 rows, 0 are for training and 120 for testing"):
        ran(
            tmp_path,
            source={"features": ["text", "size", "part"]},
            cleaners=[{"use": "query", "expression": "part == 'c'"}],
            splitter={"use": "by_column", "column": "part", "test": ["c"], "train": ["a"]},
        )
    with pytest.raises(DataError, match="one class 'no'"):
        ran(tmp_path, source={"one_class": True})


def test_data_that_change_between_two_passes_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"changed while they were read: 600 rows .* 500 rows"):
        ran(tmp_path, source={"use": "changing"})


def test_ids_that_begin_anew_in_each_batch_break_the_contract(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="do not rise from row to row"):
        ran(tmp_path, source={"use": "repeating"})


def test_rows_that_the_source_refused_are_kept_beside_the_run(tmp_path: Path) -> None:
    outcome = ran(tmp_path, source={"use": "refusing"})
    assert next(step.rows_out for step in outcome.steps if step.step == "load/refusing") == 500
    assert json.loads((outcome.path / "reports/data.json").read_text())["rejected"] == 1
    assert "101,bad,x" in (outcome.path / "data/rejected.csv").read_text()


def test_a_source_without_a_target_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,size\nred,1\nblue,2\n")
    source = {"use": "csv", "path": str(tmp_path / "a.csv"), "features": ["text", "size"]}
    with pytest.raises(ConfigError, match=r"source\.target"):
        ran(tmp_path, source=source)


def test_a_source_inside_another_cannot_be_the_one_that_streams(tmp_path: Path) -> None:
    inner = {"use": "csv", "path": "a.csv", "stream": True}
    source = {"use": "concat", "sources": {"first": inner, "second": {"use": "csv", "path": "b.csv"}}}
    with pytest.raises(ConfigError, match=r"stream: the outermost source streams, or none"):
        run({**declared(), "source": source}, outputs=tmp_path, catalogue=CATALOGUE)


def test_a_check_goes_through_the_stream_once_and_reports(tmp_path: Path) -> None:
    request = Request(declared={**declared(), "executor": "inline"}, root=str(tmp_path), folder=str(tmp_path))
    found = rehearse(request, CATALOGUE)
    assert SEEN == ["pass"]
    assert found.report.raw.rows == 600
    assert [step.step for step in found.stages] == ["load/batches", "split/hashed_holdout"]
