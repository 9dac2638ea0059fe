from __future__ import annotations

import threading
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.tree import DecisionTreeClassifier

from runner.record.content import content_digest


class Thing:
    """Holds what it is given."""

    def __init__(self, value: Any) -> None:
        self.value = value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (True, 1),
        ("1", b"1"),
        ([1, 2], (1, 2)),
        ([[1], 2], [1, [2]]),
        ({"a": 1}, {"a": 2}),
        (0.0, -0.0),
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.array(["a", None], dtype=object), np.array([None, "a"], dtype=object)),
        (Thing(1), Thing(2)),
        (partial(max, 1), partial(min, 1)),
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"b": [1.0]})),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_differs_has_another_digest(one: Any, other: Any) -> None:
    assert content_digest(one) != content_digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}),
        ({1, 2, 3}, {3, 2, 1}),
        (Thing(np.arange(3)), Thing(np.arange(3))),
        (np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6).reshape(2, 3))),
        ({"coef": 1, "mean_fit_time": 0.1}, {"coef": 1, "mean_fit_time": 0.2}),
        (Thing(threading.Lock()), Thing(threading.Lock())),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_the_same_has_the_same_digest(one: Any, other: Any) -> None:
    assert content_digest(one) == content_digest(other)


def test_rings_end() -> None:
    ring: list[Any] = [1]
    ring.append(ring)
    assert content_digest(ring) != content_digest([1, [1]])


def test_a_fitted_model_differs_by_its_seed_and_by_nothing_else() -> None:
    features = np.random.default_rng(0).normal(size=(40, 5))
    target = np.arange(40) % 3
    first, again, other = (
        content_digest(DecisionTreeClassifier(max_features=1, random_state=seed).fit(features, target).tree_)
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_the_address_of_a_vectorizers_stop_words_does_not_count() -> None:
    vectorizer = TfidfVectorizer().fit(["one two", "two three"])
    assert "_stop_words_id" in vars(vectorizer)
    before = content_digest(vectorizer)
    vectorizer._stop_words_id += 16
    assert content_digest(vectorizer) == before
