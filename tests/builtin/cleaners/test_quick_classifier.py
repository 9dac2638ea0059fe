import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.errors import DataError
from runner_builtin.cleaners.quick_classifier import quick_classifier

TARGET = np.arange(40) % 2


def accuracy(features, columns=None):
    return quick_classifier(features, columns, "here").fit(features, TARGET).score(features, TARGET)


def mixed():
    return pd.DataFrame(
        {
            "text": ["buy the cheap pills now" if one else "see you at home later" for one in TARGET],
            "kind": ["p" if one else "q" for one in TARGET],
            "n": TARGET * 3.0,
            "flag": TARGET.astype(bool),
            "noise": np.random.default_rng(0).normal(size=40),
        }
    )


@pytest.mark.parametrize("column", ["text", "kind", "n", "flag"])
def test_every_type_of_column_is_learned_from(column):
    assert accuracy(mixed(), [column]) == 1.0


def test_noise_teaches_nothing():
    assert accuracy(mixed(), ["noise"]) < 0.9


def test_gaps_are_no_hindrance():
    frame = mixed().assign(empty=np.nan)
    frame.loc[:3, ["text", "kind"]] = None
    frame.loc[:3, "n"] = np.nan
    assert accuracy(frame) == 1.0


def test_categories_are_learned_from_and_new_ones_pass():
    frame = mixed()[["kind"]].astype("category")
    model = quick_classifier(frame, None, "here").fit(frame, TARGET)
    assert model.predict(pd.DataFrame({"kind": ["new"]})).shape == (1,)


@pytest.mark.parametrize(
    "features",
    [
        np.stack([TARGET, 1 - TARGET], axis=1),
        np.repeat(TARGET, 4).reshape(40, 2, 2).astype(float),
        sparse.csr_matrix(np.stack([TARGET, 1 - TARGET], axis=1)),
        mixed()["text"].to_numpy(dtype=str),
    ],
    ids=["numbers", "images", "sparse", "texts"],
)
def test_arrays_are_learned_from(features):
    assert accuracy(features) == 1.0


@pytest.mark.parametrize(
    ("features", "columns", "told"),
    [
        (mixed(), ["nn"], "there is no column 'nn'"),
        (np.eye(2), ["a"], "have no column names"),
        (pd.DataFrame({"day": pd.to_datetime(["2020-01-01"])}), None, "'day'.*none of numbers or texts"),
        (np.array([["a", "b"]]), None, "numbers or texts are needed"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(features, columns, told):
    with pytest.raises(DataError, match=told):
        quick_classifier(features, columns, "here")
