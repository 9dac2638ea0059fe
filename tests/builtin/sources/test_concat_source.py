import numpy as np
import pandas as pd
import pytest

from runner.contracts import SourceContext
from runner.errors import ConfigError, DataError
from runner_builtin.sources.concat_source import ConcatSource
from runner_builtin.sources.in_memory_source import InMemorySource


def table(**columns):
    return {"features": pd.DataFrame(columns), "target": "y"}


def load(sources, **options):
    context = SourceContext(None, 0, build=lambda declared: InMemorySource(**declared))
    return ConcatSource(sources=sources, **options).load(context)


FIRST, SECOND = table(a=[1, 2], b=["p", "q"], y=[0, 1]), table(b=["r"], a=[3], y=[1])


def test_rows_follow_each_other_and_columns_find_each_other_by_name():
    rows = load({"train": FIRST, "test": SECOND})
    assert rows.features.to_dict("list") == {"a": [1, 2, 3], "b": ["p", "q", "r"]}
    assert rows.target.tolist() == [0, 1, 1]
    assert rows.row_ids.tolist() == [0, 1, 2]


def test_a_column_says_where_each_row_comes_from():
    rows = load({"train": FIRST, "test": SECOND}, origin="part")
    assert rows.features["part"].tolist() == ["train", "train", "test"]


def test_arrays_are_stacked():
    first = {"features": np.zeros((2, 3, 3)), "target": [0, 1]}
    assert load({"a": first, "b": first}).features.shape == (4, 3, 3)


def test_the_fingerprint_is_of_all_sources_in_their_order():
    one, other = load({"a": FIRST, "b": SECOND}), load({"b": SECOND, "a": FIRST})
    assert len(one.fingerprint) == 64
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == load({"a": FIRST, "b": SECOND}).fingerprint


@pytest.mark.parametrize(
    ("sources", "options", "error", "message"),
    [
        ({}, {}, ConfigError, "0 declared; at least 1"),
        ({"a": FIRST, "b": table(a=[1], y=[0])}, {}, DataError, "'b' gives the columns 'a', but 'a' the columns"),
        ({"a": FIRST, "b": table(a=[1], b=["x"], y=["yes"])}, {}, DataError, "some sources give texts and others"),
        ({"a": FIRST, "b": SECOND}, {"origin": "b"}, ConfigError, "has a column 'b' already"),
        ({"a": {"features": np.zeros((2, 2)), "target": [0, 1]}}, {"origin": "p"}, DataError, "has no columns"),
        ({"a": FIRST, "b": {**SECOND, "groups": [1]}}, {}, DataError, "'b' names a groups and 'a' none"),
    ],
)
def test_what_does_not_fit_together_is_refused(sources, options, error, message):
    with pytest.raises(error, match=message):
        load(sources, **options)
