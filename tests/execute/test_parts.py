from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix, issparse
from sklearn.base import BaseEstimator, TransformerMixin

from runner.execute.components import Called, build_components
from runner.execute.parts import component_parts, parts_of
from runner.execute.pipeline import Block, blocks
from runner.plan.experiment import resolve
from runner.testing import make_catalogue


class Plus(TransformerMixin, BaseEstimator):
    """Adds the mean and a number; in three parts, each of which adds the mean of what it gets."""

    def __init__(self, *, first: float = 1.0, second: float = 2.0, third: float = 3.0, sparse: bool = False) -> None:
        self.first = first
        self.second = second
        self.third = third
        self.sparse = sparse

    def fit(self, X: Any, y: Any = None) -> Plus:
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        self.parts_ = self.parts()
        self.names_ = list(getattr(X, "columns", []))
        for part in self.parts_:
            X = part.fit_transform(X)
        return X

    def transform(self, X: Any) -> Any:
        for part in self.parts_:
            X = part.transform(X)
        return X

    def get_feature_names_out(self, names: Any = None) -> Any:
        return np.asarray(self.names_ if names is None else names, dtype=object)

    def parts(self) -> list[Any]:
        return [One(self.first), One(self.second), One(self.third, sparse=self.sparse)]


class One(TransformerMixin, BaseEstimator):
    def __init__(self, number: float, *, sparse: bool = False) -> None:
        self.number = number
        self.sparse = sparse

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        self.mean_ = np.asarray(X, dtype=float).mean(axis=0)
        return self.transform(X)

    def transform(self, X: Any) -> Any:
        values = np.asarray(X, dtype=float) + self.mean_ + self.number
        return csr_matrix(np.where(values > 0, values, 0.0)) if self.sparse else values


CATALOGUE = make_catalogue({"transform": {"plus": Plus}})
TEXTS = [
    "the cat sat",
    "the dog sat down",
    "cats and dogs and the rest",
    "a dog and a cat",
    "no more",
    "the end of it",
]


def the_blocks(*transforms: Any) -> list[Block]:
    experiment = resolve(
        {
            "source": {"use": "csv", "path": "a.csv", "target": "y"},
            "splitter": "kfold",
            "transforms": list(transforms),
            "model": "softmax",
            "executor": "inline",
        },
        CATALOGUE,
    )
    return blocks(build_components(experiment, Path()).many("transforms"))


def through(steps: list[Block], train: Any, test: Any) -> tuple[Any, Any]:
    for step in steps:
        train, test = step.estimator.fit_transform(train), step.estimator.transform(test)
    return train, test


def assert_equal(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    assert one.shape == other.shape
    if issparse(one):
        one, other = one.toarray(), other.toarray()
    np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def assert_in_parts_as_whole(block: Block, train: Any, test: Any, n_parts: int) -> None:
    parts = parts_of(block)
    assert [part.name for part in parts] == [f"{block.name}.{number + 1}" for number in range(n_parts)]
    for one, other in zip(through(parts, train, test), through([block], train, test), strict=True):
        assert_equal(one, other)


NUMBERS = pd.DataFrame({"a": [1.0, 2.0, 5.0], "b": [0.0, -1.0, 3.0], "c": [7.0, 8.0, -9.0]})


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("columns", [None, ["a", "b", "c"], ["a", "b"], ["c", "a", "b"]])
def test_parts_one_after_the_other_give_what_the_whole_gives(columns: list[str] | None, sparse: bool) -> None:
    (block,) = the_blocks({"use": "plus", "columns": columns, "sparse": sparse})
    assert_in_parts_as_whole(block, NUMBERS, NUMBERS * -2, 3)


@pytest.mark.parametrize("texts", [TEXTS, [f"word{place} {text}" for place, text in enumerate(TEXTS * 5)]])
@pytest.mark.parametrize("columns", [["text"], ["text", "length"]])
@pytest.mark.parametrize("chosen", ["text", ["text"]])
def test_texts_in_a_column_are_counted_and_then_weighted(texts: list[str], columns: list[str], chosen: Any) -> None:
    """Dense where the whole is dense: few texts have few terms, and a ColumnTransformer fills such a matrix."""
    table = pd.DataFrame({"text": texts, "length": [float(len(text)) for text in texts]})[columns]
    (block,) = the_blocks({"use": "tfidf", "columns": chosen, "min_df": 2})
    assert_in_parts_as_whole(block, table, table.iloc[:3], 2)


def test_without_columns_the_parts_are_the_components_own() -> None:
    (block,) = the_blocks({"use": "tfidf", "ngram_range": [1, 2]})
    assert [type(part.estimator).__name__ for part in parts_of(block)] == ["TermCounts", "WeightedTerms"]
    assert_in_parts_as_whole(block, np.array(TEXTS), np.array(TEXTS[:2]), 2)


def test_before_a_choice_of_columns_the_last_part_hands_on_names() -> None:
    first, after = the_blocks("plus", {"use": "standard_scale", "columns": ["a"]})
    assert (first.named, after.named) == (True, False)
    assert_in_parts_as_whole(first, NUMBERS, NUMBERS, 3)
    features, _ = through([*parts_of(first), after], NUMBERS, NUMBERS)
    assert features.shape == (3, 3)


def test_most_blocks_have_one_part() -> None:
    scale, both = the_blocks("standard_scale", {"use": "plus", "columns": ["a"]}, {"use": "plus", "columns": ["b"]})
    assert parts_of(scale) == [scale]
    assert parts_of(both) == [both]
    assert component_parts(object()) == ()


def test_the_blocks_own_estimator_is_left_unfitted() -> None:
    (block,) = the_blocks("plus")
    through(parts_of(block), NUMBERS, NUMBERS)
    assert not hasattr(block.estimator, "parts_")
    assert isinstance(block.members[0], Called)
