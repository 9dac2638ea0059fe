import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.isolation_outliers import IsolationOutliers


def rows():
    cloud = np.random.default_rng(0).normal(size=(200, 2))
    ring = np.stack([np.cos(np.linspace(0, 6.28, 200)), np.sin(np.linspace(0, 6.28, 200))], axis=1) * 10
    return np.concatenate([ring + cloud * 0.1, [[0.0, 0.0]]])


def kept(cleaner, features):
    dataset = Dataset.of(features)
    return cleaner.fit(dataset).clean(dataset)


def test_a_row_that_stands_alone_is_dropped_and_counted():
    cloud = np.concatenate([np.random.default_rng(0).normal(size=(300, 3)), [[9.0, 9.0, 9.0]]])
    left = kept(IsolationOutliers(contamination=0.004, random_state=0), cloud)
    assert 300 not in left.row_ids
    assert sum(left.dropped.values()) == 301 - left.n_rows <= 2
    assert set(left.dropped) == {"outliers (isolation forest)"}


def test_contamination_is_the_share_that_goes():
    left = kept(IsolationOutliers(contamination=0.1, random_state=0), rows())
    assert 201 - left.n_rows == pytest.approx(20, abs=1)


def test_the_seed_decides():
    first, second = (kept(IsolationOutliers(contamination=0.1, random_state=1), rows()) for _ in range(2))
    assert first.row_ids.tolist() == second.row_ids.tolist()
    other = kept(IsolationOutliers(contamination=0.1, random_state=2), rows())
    assert other.row_ids.tolist() != first.row_ids.tolist()


def test_a_missing_value_counts_as_the_usual_one():
    frame = pd.DataFrame(rows(), columns=["a", "b"]).assign(t="x", empty=np.nan)
    frame.loc[5, "a"] = np.nan
    left = kept(IsolationOutliers(contamination=0.05, random_state=0), frame)
    assert left.features["t"].eq("x").all()
    assert 150 < left.n_rows < 201


def test_columns_can_be_chosen():
    frame = pd.DataFrame({"a": [*np.random.default_rng(0).normal(size=99), 100.0], "b": np.arange(100.0)})
    left = kept(IsolationOutliers(columns={"pattern": "^a$"}, contamination=0.01, random_state=0), frame)
    assert left.row_ids.tolist() == list(range(99))


def test_rows_without_numbers_are_refused():
    with pytest.raises(DataError, match="no numbers to judge the rows by"):
        kept(IsolationOutliers(), pd.DataFrame({"t": ["x", "y"]}))


def test_it_learns_and_drops():
    assert IsolationOutliers().learns
    assert not getattr(IsolationOutliers(), "keeps_rows", False)
