import numpy as np
import pandas as pd
import pytest

from runner_builtin.sources.column_types import ColumnKind, as_kind, columns_of, joined, joint_kind, kind_of

DATES = pd.Series(pd.to_datetime(["2024-01-01", None]))


@pytest.mark.parametrize(
    ("values", "name", "gaps"),
    [
        (np.array([1, 2]), "integer", False),
        (np.array([1.5, np.nan]), "number", True),
        (np.array([np.nan]), "none", True),
        (np.array([True]), "boolean", False),
        (pd.Series(["x", None]), "text", True),
        (pd.Series([True, None], dtype=object), "boolean", True),
        (pd.Series([1, "x"], dtype=object), "mixed", False),
        (pd.Series([2**63], dtype="uint64"), "mixed", False),
        (DATES, "date", True),
        (pd.Series(["x"], dtype="category"), "category", False),
        (np.empty(0), "none", False),
    ],
)
def test_a_piece_has_a_kind(values, name, gaps):
    kind = kind_of(values)
    assert (kind.name, kind.gaps) == (name, gaps)


@pytest.mark.parametrize(
    ("names", "joint"),
    [
        (["integer", "number"], "number"),
        (["none", "text"], "text"),
        (["none", "none"], "none"),
        (["integer", "text"], "mixed"),
        (["boolean", "integer"], "mixed"),
        ([], "none"),
    ],
)
def test_kinds_join(names, joint):
    assert joint_kind(ColumnKind(name) for name in names).name == joint


@pytest.mark.parametrize(
    "pieces",
    [
        [np.array([1, 2]), np.array([3])],
        [np.array([1, 2]), np.array([np.nan])],
        [np.array([np.nan]), np.array([0.5])],
        [np.array([True]), np.array([np.nan])],
        [np.array([np.nan]), pd.Series(["x"])],
        [pd.Series(["x", None]), np.array([np.nan])],
        [pd.Series(["b"], dtype="category"), pd.Series(["a", None], dtype="category")],
        [np.array([np.nan]), DATES],
    ],
)
def test_pieces_join_to_what_pandas_would_make_of_the_whole(pieces):
    kind = joint_kind(map(kind_of, pieces))
    whole = joined(pieces, kind)
    values = [value for piece in pieces for value in pd.Series(piece)]
    assert [None if pd.isna(value) else value for value in whole] == [None if pd.isna(v) else v for v in values]
    assert all(as_kind(piece, kind).dtype == whole.dtype for piece in pieces)
    if kind.name not in ("category", "date"):
        assert whole.dtype == pd.Series(values).dtype


def test_a_table_is_taken_apart_in_its_order():
    frame = pd.DataFrame({"a": [1, 2], "t": ["x", "y"], "b": [0.5, 1.5], "c": [3, 4]})
    columns = columns_of(frame)
    assert list(columns) == list(frame.columns)
    for name in frame.columns:
        assert list(columns[name]) == frame[name].tolist()
    assert isinstance(columns["a"], np.ndarray)
