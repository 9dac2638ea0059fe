"""Small data of every sort a component may be made for; the same values whenever they are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from runner.data import Dataset
from runner.label_sets import texts_of
from runner.record.fingerprint import fingerprint

#: Rows of every sample; two thirds are of the first class.
ROWS = 60
_WORDS = ["red", "green", "blue", "round", "square", "small", "large", "the", "and", "of"]


@dataclass(frozen=True)
class Sample:
    """Data with a name. make: gives a fresh copy."""

    name: str
    make: Callable[[], Dataset]


def labels() -> NDArray[np.int64]:
    """Return 40 times 0 and 20 times 1, mixed."""
    return np.asarray(np.arange(ROWS) % 3 == 2, dtype=np.int64)


def numbers() -> NDArray[np.float64]:
    """Return (60, 5) numbers, the first two columns telling the classes apart."""
    rows = np.random.default_rng(0).normal(size=(ROWS, 5))
    rows[:, :2] += 2.0 * labels()[:, None]
    return rows


def values() -> NDArray[np.float64]:
    """Return a target above 0 that grows with the first two columns of `numbers`."""
    rows = numbers()
    return np.asarray(10.0 + rows[:, 0] + 0.5 * rows[:, 1])


def label_sets() -> NDArray[np.str_]:
    """Return for each row of `numbers` which of its first three columns are above 0, as "a;b"."""
    return texts_of(numbers()[:, :3] > 0, "abc")


def number_table() -> pd.DataFrame:
    """Return the numbers as columns a, b, …"""
    return pd.DataFrame(numbers(), columns=list("abcde"))


def text_table() -> pd.DataFrame:
    """Return one column `text` with words of each class, untidy spaces included."""
    rng = np.random.default_rng(1)
    texts = []
    for label in labels().tolist():
        words = rng.choice(_WORDS[:7] if label else _WORDS[3:], size=6).tolist()
        texts.append("  ".join(words[:3]) + " " + "\t".join(words[3:]) + " ")
    return pd.DataFrame({"text": texts})


def category_table() -> pd.DataFrame:
    """Return two columns of categories."""
    rng = np.random.default_rng(2)
    return pd.DataFrame({"colour": rng.choice(_WORDS[:3], ROWS), "shape": rng.choice(_WORDS[3:5], ROWS)})


def date_table() -> pd.DataFrame:
    """Return moments as dates and as texts."""
    moments = pd.date_range("2024-01-01", periods=ROWS, freq="29h")
    return pd.DataFrame({"day": moments, "moment": moments.astype(str)})


def parted_table() -> pd.DataFrame:
    """Return the numbers with a column that says which part a row is for, and one of rising dates."""
    table = number_table()
    table["part"] = ["train", "train", "validation", "test"] * (ROWS // 4)
    table["when"] = pd.date_range("2024-01-01", periods=ROWS, freq="D")
    return table


def mixed_table() -> pd.DataFrame:
    """Return numbers, texts and categories with missing values, an outlier and two repeated rows."""
    table = pd.concat([number_table(), text_table(), category_table()], axis=1)
    table.loc[[3, 17, 31], "a"] = np.nan
    table.loc[[5, 31], "text"] = None
    table.loc[11, "b"] = 1e6
    return pd.concat([table.iloc[:-2], table.iloc[:2]], ignore_index=True)


def images() -> NDArray[np.float64]:
    """Return (60, 8, 8) pixels from 0 to 1."""
    return np.random.default_rng(3).uniform(size=(ROWS, 8, 8))


def sparse_counts() -> sparse.csr_matrix:
    """Return a CSR matrix (60, 12) of small counts."""
    counts = np.random.default_rng(4).poisson(0.7, size=(ROWS, 12)).astype(float)
    counts[:, 0] += 2 * labels()
    return sparse.csr_matrix(counts)


def _sample(name: str, features: Callable[[], Any], target: Callable[[], Any] = labels) -> Sample:
    return Sample(name, lambda: Dataset.of(features(), target(), fingerprint=name, groups=np.arange(ROWS) // 6))


NUMBERS = _sample("an array of numbers", numbers)
NUMBER_TABLE = _sample("a table of numbers", number_table)
TEXTS = _sample("a table of texts", text_table)
CATEGORIES = _sample("a table of categories", category_table)
DATES = _sample("a table of dates", date_table)
PARTED = _sample("a table of parts", parted_table)
MIXED = _sample("a table with missing values", mixed_table)
IMAGES = _sample("images", images)
SPARSE = _sample("a sparse matrix of counts", sparse_counts)
COUNTS = _sample("an array of counts", lambda: sparse_counts().toarray())
LABEL_SETS = _sample("numbers with several labels a row", numbers, label_sets)
VALUES = _sample("numbers with a target of values", numbers, values)

#: What a cleaner or an augmenter may be made for.
ROWS_OF_ALL_SORTS = (MIXED, TEXTS, NUMBER_TABLE, NUMBERS, IMAGES)
#: What a transform may be made for.
FEATURES_OF_ALL_SORTS = (NUMBERS, NUMBER_TABLE, TEXTS, CATEGORIES, DATES, IMAGES, SPARSE)
CLASSES = (NUMBERS, COUNTS, SPARSE)
#: What a component may meet, whatever it is made for.
EVERY_SORT = (NUMBERS, NUMBER_TABLE, VALUES, TEXTS, CATEGORIES, MIXED, PARTED, DATES, IMAGES, SPARSE, LABEL_SETS)


def content(dataset: Dataset) -> Any:
    """Return what changes whenever a value, a type, a name or the order of the dataset does."""
    groups = None if dataset.groups is None else dataset.groups.tolist()
    return fingerprint(dataset), dataset.row_ids.tolist(), groups, dict(dataset.dropped)


def array(features: Any) -> NDArray[Any]:
    """Return a frame, a CSR matrix, a list or an array as an array."""
    return np.asarray(features.toarray() if hasattr(features, "toarray") else features)


def alike(first: Any, second: Any) -> bool:
    """Say whether two tables or columns hold the same values, numbers but for rounding."""
    one, other = array(first), array(second)
    if one.shape != other.shape:
        return False
    if one.dtype.kind in "biuf" and other.dtype.kind in "biuf":
        return bool(np.allclose(one, other, rtol=1e-5, atol=1e-8, equal_nan=True))
    return repr(one.tolist()) == repr(other.tolist())
