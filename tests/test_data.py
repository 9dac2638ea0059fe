from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.data import MADE, Dataset

FEATURES = {
    "frame": pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "z"]}),
    "array": np.arange(12.0).reshape(3, 2, 2),
    "sparse": sparse.csr_matrix(np.eye(3)),
}


@pytest.fixture(params=FEATURES)
def dataset(request: pytest.FixtureRequest) -> Dataset:
    return Dataset.of(FEATURES[request.param], ["u", "v", "w"], fingerprint="f", groups=[0, 0, 1])


def test_rows_keep_their_ids_when_others_go(dataset: Dataset) -> None:
    kept = dataset.take(np.array([2, 0]))
    assert kept.row_ids.tolist() == [2, 0]
    assert kept.target is not None
    assert kept.target.tolist() == ["w", "u"]
    assert kept.groups is not None
    assert kept.groups.tolist() == [1, 0]
    assert kept.features.shape[0] == kept.n_rows == 2


def test_dropping_counts_by_reason_and_leaves_the_original(dataset: Dataset) -> None:
    once = dataset.drop(np.array([True, False, False]), "empty")
    twice = once.drop(np.array([True, False]), "empty")
    assert (dataset.n_rows, once.n_rows, twice.n_rows) == (3, 2, 1)
    assert (dict(dataset.dropped), dict(twice.dropped)) == ({}, {"empty": 2})


def test_dropping_nothing_is_the_same_dataset(dataset: Dataset) -> None:
    assert dataset.drop(np.zeros(3, dtype=bool), "empty") is dataset


def test_made_rows_come_last_and_are_nobodys_original(dataset: Dataset) -> None:
    both = dataset.joined(dataset.take(np.array([1])))
    assert both.row_ids.tolist() == [0, 1, 2, MADE]
    assert both.features.shape[0] == 4
    assert type(both.features) is type(dataset.features)
