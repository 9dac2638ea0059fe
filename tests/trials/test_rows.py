from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix, issparse
from sklearn.base import BaseEstimator, TransformerMixin

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.execute.components import build_components
from runner.execute.preparing import Prepared
from runner.execute.surroundings import Surroundings
from runner.trials.rows import Descent, Held, InputChanged, Larder

DONE: list[str] = []


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    DONE.clear()
    yield
    DONE.clear()


@dataclass
class Rows:
    """Thirty rows as a frame, an array or a matrix."""

    draws: ClassVar[bool] = False
    form: str = "frame"

    def load(self, context: SourceContext) -> Dataset:
        DONE.append("load")
        values = np.random.default_rng(0).normal(size=(30, 4)).round(1)
        forms = {"frame": pd.DataFrame(values, columns=list("abcd")), "array": values, "matrix": csr_matrix(values)}
        return Dataset.of(forms[self.form], np.arange(30) % 2, fingerprint="rows")


@dataclass
class DrawnRows(Rows):
    """Other rows for each seed."""

    draws: ClassVar[bool] = True

    def load(self, context: SourceContext) -> Dataset:
        return replace(super().load(context), fingerprint=f"rows of {context.seed}")


@dataclass
class SlowRows(Rows):
    """Rows that take their time."""

    def load(self, context: SourceContext) -> Dataset:
        time.sleep(0.2)
        return super().load(context)


@dataclass
class Tidy:
    """A cleaner that keeps all rows."""

    keeps_rows = True

    def clean(self, dataset: Dataset) -> Dataset:
        DONE.append("clean")
        return dataset


class Double(TransformerMixin, BaseEstimator):
    """Doubles, and can do it in two parts."""

    def __init__(self, *, times: float = 2.0) -> None:
        self.times = times

    def fit(self, X: Any, y: Any = None) -> Double:
        DONE.append("fit whole")
        return self

    def transform(self, X: Any) -> Any:
        return X * self.times

    def parts(self) -> list[Any]:
        return [Part(part=1, times=1.0), Part(part=2, times=self.times)]


class Part(TransformerMixin, BaseEstimator):
    def __init__(self, *, part: int, times: float) -> None:
        self.part = part
        self.times = times

    def fit(self, X: Any, y: Any = None) -> Part:
        DONE.append(f"fit part {self.part}")
        return self

    def transform(self, X: Any) -> Any:
        return X * self.times


class Untouched:
    """Give back what is given."""

    def compress(self, pipeline: Any) -> Any:
        return pipeline


COMPONENTS = {
    "compressor": {"untouched": Untouched},
    "source": {"rows": Rows, "drawn_rows": DrawnRows, "slow_rows": SlowRows},
    "cleaner": {"tidy": Tidy},
    "transform": {"double": Double},
}
SHAPE: dict[str, Any] = {
    "source": {"use": "rows"},
    "cleaners": ["tidy"],
    "splitter": {"use": "kfold", "folds": 2},
    "transforms": ["double"],
    "model": "GaussianNB",
    "optimizer": None,
}


@pytest.fixture
def descent_of(make_desk: Any) -> Callable[..., Descent]:
    desk = make_desk(COMPONENTS)

    def make(*, fingerprint: str | None = None, **changed: Any) -> Descent:
        (candidate,) = desk.candidates([{**SHAPE, **changed}])
        line = desk.planner([candidate], folds=2).descent(candidate.experiment, 0)
        DONE.clear()
        experiment = candidate.experiment
        components = build_components(experiment, desk.folder)
        return Descent(experiment, components, line, Surroundings(desk.catalogue, desk.folder), fingerprint)

    return make


@pytest.fixture
def larder(make_desk: Any) -> Larder:
    """Remembers, and keeps nothing in a store."""
    found: Larder = make_desk().bench.larder
    return found


@pytest.fixture
def keeping_larder(make_desk: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Larder]:
    """Make larders over one store, which keeps whatever it is given; each remembers nothing yet."""
    monkeypatch.setattr("runner.trials.rows.worth_keeping", lambda *about: True)
    store = make_desk(kept=True).bench.larder.store
    return lambda: Larder(store, 10**9)


def keys(descent: Descent, fold: int = 0) -> list[str]:
    return [node.key for node in descent.lineage.fold(fold)]


def assert_same_rows(one: Dataset | None, other: Dataset | None) -> None:
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    assert type(one.features) is type(other.features)
    if issparse(one.features):
        assert one.features.has_sorted_indices == other.features.has_sorted_indices
        np.testing.assert_array_equal(one.features.toarray(), other.features.toarray())
    elif isinstance(one.features, pd.DataFrame):
        pd.testing.assert_frame_equal(one.features, other.features)
    else:
        np.testing.assert_array_equal(one.features, other.features)
    np.testing.assert_array_equal(one.target, other.target)
    np.testing.assert_array_equal(one.row_ids, other.row_ids)
    assert (one.fingerprint, dict(one.dropped)) == (other.fingerprint, dict(other.dropped))


def names(held: Held) -> Sequence[str]:
    return [step.step for step in held.steps]


def test_each_stage_is_carried_out_once(larder: Larder, descent_of: Callable[..., Descent]) -> None:
    descent = descent_of()
    held = larder.rows(descent, 0, keep=())
    assert DONE == ["load", "clean", "fit part 1", "fit part 2"]
    assert larder.rows(descent, 0, keep=()).value is held.value
    assert DONE == ["load", "clean", "fit part 1", "fit part 2"]
    larder.rows(descent, 1, keep=())
    assert DONE[4:] == ["fit part 1", "fit part 2"]
    larder.rows(descent_of(transforms=[{"use": "double", "times": 3.0}]), 0, keep=())
    assert DONE == ["fit part 2"]


def test_the_rows_are_those_of_the_fold_and_tell_what_they_went_through(
    larder: Larder, descent_of: Callable[..., Descent]
) -> None:
    held = larder.rows(descent_of(), 1, keep=())
    assert names(held) == ["load/rows", "clean/tidy", "split/kfold", "transform/double.1", "transform/double.2"]
    assert [step.fold for step in held.steps] == [None, None, None, 1, 1]
    assert (held.value.train.n_rows, held.value.test.n_rows) == (15, 15)
    other = larder.rows(descent_of(), 0, keep=())
    np.testing.assert_array_equal(np.sort(held.value.train.row_ids), np.sort(other.value.test.row_ids))


def test_so_many_stages_are_carried_out_as_are_asked_for(larder: Larder, descent_of: Callable[..., Descent]) -> None:
    descent = descent_of()
    assert isinstance(larder.rows(descent, 0, keep=(), upto=2).value, Dataset)
    assert DONE == ["load", "clean"]
    assert len(larder.rows(descent, 0, keep=(), upto=3).value.folds) == 2
    assert larder.rows(descent, 0, keep=(), upto=4).value.complete


@pytest.mark.parametrize("form", ["frame", "array", "matrix"])
@pytest.mark.parametrize("upto", [1, 2, 3, 4, 5, 6])
def test_what_comes_from_the_store_is_what_was_computed(
    keeping_larder: Callable[[], Larder], descent_of: Callable[..., Descent], form: str, upto: int
) -> None:
    descent = descent_of(source={"use": "rows", "form": form})
    fresh = keeping_larder().rows(descent, 0, keys(descent)[upto - 1 : upto], upto=upto)
    DONE.clear()
    other = keeping_larder()
    assert other.stored(keys(descent)) == keys(descent)[upto - 1 : upto]
    stored = other.rows(descent, 0, keep=(), upto=upto)
    assert DONE == []
    if isinstance(fresh.value, Prepared):
        assert_same_rows(fresh.value.train, stored.value.train)
        assert_same_rows(fresh.value.test, stored.value.test)
        assert not stored.value.complete
    elif isinstance(fresh.value, Dataset):
        assert_same_rows(fresh.value, stored.value)
    else:
        assert_same_rows(fresh.value.rows, stored.value.rows)
        for one, two in zip(fresh.value.folds, stored.value.folds, strict=True):
            np.testing.assert_array_equal(one[0], two[0])
            np.testing.assert_array_equal(one[1], two[1])
    assert names(stored) == names(fresh)
    assert all("from the store" in str(step.note) for step in stored.steps)
    ends = [larder.rows(descent, 0, keep=()).value for larder in (other, keeping_larder())]
    whole = Larder(None, 10**9).rows(descent, 0, keep=()).value
    for end in ends:
        assert_same_rows(end.train, whole.train)
        assert_same_rows(end.test, whole.test)


def test_only_what_others_want_and_what_pays_is_kept(
    keeping_larder: Callable[[], Larder], descent_of: Callable[..., Descent], monkeypatch: pytest.MonkeyPatch
) -> None:
    descent = descent_of()
    larder = keeping_larder()
    larder.rows(descent, 0, keep=[keys(descent)[2]])
    assert larder.stored(keys(descent)) == [keys(descent)[2]]
    monkeypatch.setattr("runner.trials.rows.worth_keeping", lambda *about: False)
    larder.rows(descent, 1, keep=keys(descent, 1))
    assert larder.stored(keys(descent, 1)) == [keys(descent)[2]]


def test_a_quick_stage_after_a_slow_one_is_kept_for_what_both_took(
    make_desk: Any, descent_of: Callable[..., Descent]
) -> None:
    descent = descent_of(source="slow_rows")
    larder = make_desk(kept=True).bench.larder
    split, end = keys(descent)[2], keys(descent)[-1]
    larder.rows(descent, 0, keep=[split, end])
    assert larder.stored(keys(descent)) == [split]  # what follows is quickly done again from there


def test_a_whole_pipeline_is_fitted_even_where_rows_are_there_already(
    keeping_larder: Callable[[], Larder], descent_of: Callable[..., Descent]
) -> None:
    descent = descent_of()
    keeping_larder().rows(descent, 0, keep=keys(descent))
    for larder in (keeping_larder(), Larder(None, 10**9)):
        in_parts = larder.rows(descent, 0, keep=()).value
        assert not in_parts.complete
        DONE.clear()
        whole = larder.rows(descent, 0, keep=(), whole=True).value
        assert whole.complete
        assert [name for name, _ in whole.blocks] == ["double"]
        assert len(whole.repairs) == 1
        assert DONE[-1] == "fit whole"
        assert "fit part 1" not in DONE
        assert_same_rows(in_parts.train, whole.train)
        assert_same_rows(in_parts.test, whole.test)
        assert_same_rows(whole.held_out.with_features(whole.held_out.features * 2.0), whole.test)
        assert larder.rows(descent, 0, keep=()).value is whole
        assert larder.rows(descent, 0, keep=(), whole=True).value is whole


def test_other_data_than_those_planned_for_are_refused(larder: Larder, descent_of: Callable[..., Descent]) -> None:
    larder.rows(descent_of(fingerprint="rows"), 0, keep=())
    with pytest.raises(InputChanged, match=r"fingerprint other… when it was planned, now\s+rows…"):
        Larder(None, 10**9).rows(descent_of(fingerprint="other"), 0, keep=())


def test_a_source_that_draws_is_held_to_the_seed_it_was_asked_with(descent_of: Callable[..., Descent]) -> None:
    source = {"use": "drawn_rows"}
    Larder(None, 10**9).rows(descent_of(source=source, seed=3, fingerprint="rows of 0"), 0, keep=())
    Larder(None, 10**9).rows(descent_of(source=source, seed=0, fingerprint="rows of 0"), 0, keep=())
    with pytest.raises(InputChanged):
        Larder(None, 10**9).rows(descent_of(source=source, seed=0, fingerprint="rows of 1"), 0, keep=())


def test_beyond_the_limit_the_longest_unused_goes_first(descent_of: Callable[..., Descent]) -> None:
    def ask(times: int) -> list[str]:
        """Say what had to be done for the rows times a number."""
        transforms = [{"use": "double", "times": float(times)}]
        larder.rows(descent_of(source={"use": "rows", "form": "array"}, transforms=transforms), 0, keep=())
        return list(DONE)

    table = 30 * (4 + 2) * 8  # bytes: four columns, the target and the ids
    larder = Larder(None, 6 * table + 60 * 8 + table)  # six stages, the split's positions, and one stage more
    assert ask(2) == ["load", "clean", "fit part 1", "fit part 2"]
    assert ask(3) == ["fit part 2"]
    assert ask(2) == []
    for times in range(4, 9):  # the stages before the first part go, and then the one that was used before the other
        assert ask(times) == ["fit part 2"]
    assert ask(2) == []
    assert ask(3) == ["fit part 2"]


def test_the_last_one_stays_however_large_it_is(descent_of: Callable[..., Descent]) -> None:
    larder = Larder(None, 1)
    larder.rows(descent_of(), 0, keep=())
    DONE.clear()
    larder.rows(descent_of(), 0, keep=())
    assert DONE == []
    larder.rows(descent_of(), 1, keep=())
    assert DONE == ["load", "clean", "fit part 1", "fit part 2"]


def test_a_trial_that_needs_its_whole_pipeline_stands_beside_one_in_parts(make_desk: Any) -> None:
    desk = make_desk(COMPONENTS, kept=True)
    shape = {**SHAPE, "model": {"use": "softmax", "epochs": 2}, "optimizer": "adam"}
    candidates = desk.candidates([shape, {**shape, "compressors": ["untouched"]}])
    answers = desk.carry_out(desk.planner(candidates, folds=2).jobs(candidates, 0))
    assert [answers[0][fold]["scores"] == answers[1][fold]["scores"] for fold in (0, 1)] == [True, True]
    steps = [[step["step"] for step in answers[number][0]["steps"]] for number in (0, 1)]
    assert "transform/double.2" in steps[0]
    assert "transform/double" in steps[1]
