from __future__ import annotations

import threading

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from runner.record.model_size import bytes_of


@pytest.mark.parametrize("order", ["C", "F"])
def test_every_number_of_an_array_counts(order: str) -> None:
    weights = np.asarray(np.zeros((500, 40)), order=order)
    assert 160_000 <= bytes_of({"weights": weights}) < 161_000
    assert bytes_of({"weights": weights.astype(np.float32)}) < 81_000


def test_more_trees_are_more_bytes() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = (X[:, 0] > 0).astype(int)
    small, large = (bytes_of(RandomForestClassifier(n_trees).fit(X, y)) for n_trees in (2, 40))
    assert small * 5 < large
    assert bytes_of(LogisticRegression().fit(X, y)) < small


def test_an_array_that_is_not_contiguous_counts_as_well() -> None:
    assert bytes_of(np.zeros((100, 100))[::2, ::2]) >= 50 * 50 * 8


def test_what_cannot_be_taken_apart_has_no_size() -> None:
    assert bytes_of({"lock": threading.Lock()}) is None
