from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from runner.execute.interpreting.correlated import TOGETHER, correlated
from runner.execute.interpreting.inputs import inputs_of


def test_groups_are_those_that_spearman_s_correlation_connects() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=200)
    frame = pd.DataFrame({"a": base, "b": -np.exp(base), "c": rng.normal(size=200), "d": ["x", "y"] * 100})
    frame["e"] = frame["c"] + rng.normal(scale=0.4, size=200)
    frame["constant"] = 1.0
    expected = abs(spearmanr(frame["c"], frame["e"]).statistic) >= TOGETHER
    assert expected
    assert correlated(frame, inputs_of(frame, most=9)) == [["a", "b"], ["c", "e"]]


def test_rows_with_missing_values_and_too_few_columns_do_no_harm() -> None:
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0, 4.0], "b": [2.0, np.nan, 6.0, 9.0], "c": [2, 1, 3, 1]})
    assert correlated(frame, inputs_of(frame, most=9)) == [["a", "b"]]
    assert correlated(frame[["c"]], inputs_of(frame[["c"]], most=9)) == []
