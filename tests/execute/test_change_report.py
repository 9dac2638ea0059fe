from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from runner.data import Dataset
from runner.execute.change_report import change_of, n_missing

TABLE = pd.DataFrame({"x": [1.0, np.nan, 3.0], "t": ["a", None, "c"], "n": ["1", "2", "3"]})
RAW = Dataset.of(TABLE, [0, 1, 0], fingerprint="f").drop(np.array([False] * 3), "never")


def test_rows_are_counted_by_the_reasons_of_this_step_alone() -> None:
    once = RAW.drop(np.array([True, False, False]), "odd")
    twice = once.drop(np.array([True, False]), "odd").drop(np.array([False]), "even")
    assert change_of("clean/odd", RAW, once).dropped == {"odd": 1}
    change = change_of("clean/odd", once, twice)
    assert (change.rows, change.dropped) == ((2, 1), {"odd": 1})


def test_columns_types_and_missing_values_are_compared() -> None:
    after = TABLE.assign(n=[1, 2, 3], x=[1.0, 2.0, 3.0], new=0).drop(columns="t")
    change = change_of("clean/all", RAW, RAW.with_features(after))
    assert change.step == "clean/all"
    assert change.missing == (2, 0)
    assert (change.columns_added, change.columns_removed) == (("new",), ("t",))
    assert change.types == {"n": (str(TABLE.dtypes["n"]), "int64")}


def test_a_step_that_does_nothing_is_told_as_such() -> None:
    change = change_of("clean/nothing", RAW, RAW)
    assert (change.rows, change.missing, change.dropped, change.types) == ((3, 3), (2, 2), {}, None)


def test_missing_values_are_counted_in_all_sorts_of_features() -> None:
    assert n_missing(np.array([[np.nan, 1.0], [np.nan, 2.0]])) == 2
    assert n_missing(np.zeros((2, 2, 2), dtype=np.uint8)) == 0
    assert n_missing(sparse.csr_matrix([[np.nan, 0.0]])) == 1
    assert n_missing(np.array(["a", None], dtype=object)) == 1
