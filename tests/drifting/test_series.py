from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from runner.drifting.series import series_of, text_series, tokens


def kinds(features: object) -> dict[str, str]:
    return {one.name: one.kind for one in series_of(features)}


def test_columns_are_numbers_categories_texts_or_dates() -> None:
    frame = pd.DataFrame(
        {
            "n": pd.array([1, None] * 50, dtype="Int64"),
            "flag": [True, False] * 50,
            "job": ["cook", None] * 50,
            "words": [f"text number {n}" for n in range(100)],
            "day": pd.date_range("2026-01-01", periods=100),
            "level": pd.Categorical([f"c{n}" for n in range(100)]),
        }
    )
    assert kinds(frame) == {
        "n": "number", "flag": "category", "job": "category", "words": "text", "day": "date", "level": "category",
    }  # fmt: skip
    numbers = next(series_of(frame)).values
    assert np.isnan(numbers).sum() == 50


def test_narrow_arrays_are_columns_and_all_others_are_told_of_by_rows() -> None:
    assert kinds(np.zeros((4, 2))) == {"0": "number", "1": "number"}
    images = list(series_of(np.stack([np.zeros((2, 2)), np.full((2, 2), 3.0), np.array([[0, 2.0], [0, 2]])])))
    assert [one.name for one in images] == ["mean of a row", "spread of a row", "share of zeros in a row"]
    assert [one.values.tolist() for one in images] == [[0, 3, 1], [0, 0, 1], [1, 0, 0.5]]
    rows = sparse.csr_matrix([[0, 2.0, 3], [0, 0, 0]])
    assert [one.values.tolist() for one in series_of(rows)] == [[2, 0], [5, 0]]
    assert kinds(np.array([["a"], ["b"]], dtype=object)) == {"0": "category"}


def test_texts_are_told_of_by_their_length_and_their_unknown_words() -> None:
    known = np.sort(np.array(tokens("Free money")))
    length, words, unknown = text_series("text", ["FREE money!", "hello free", ""], known)
    assert length.values.tolist() == [11, 10, 0]
    assert words.values.tolist() == [2, 2, 0]
    assert unknown.values[:2].tolist() == [0, 0.5]
    assert np.isnan(unknown.values[2])
