from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from runner.data import Prediction
from runner.drifting.reference import Reference, said_series
from runner.drifting.series import tokens

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "n": RNG.normal(size=400),
        "job": ["cook"] * 300 + ["nurse"] * 96 + ["secret agent"] * 4,
        "note": [f"call me at {n} {'please' if n % 2 else 'now'} {'hapax' if n == 8 else ''}" for n in range(400)],
    }
)


def test_a_reference_is_read_back_as_it_was() -> None:
    said = Prediction(np.array(["a", "b"] * 50), np.array(["a", "b"]), RNG.dirichlet([1, 1], 100))
    reference = Reference.of(FRAME, [said], rows=12345)
    assert Reference.read(json.loads(json.dumps(reference.plain()))) == reference
    assert reference.rows == 12345


def test_what_few_rows_have_is_not_kept() -> None:
    """No category, word, value or count of fewer than five rows may be read from it."""
    record = Reference.of(FRAME, []).plain()
    job = record["columns"][1]
    assert (job["values"], job["rare"]) == ({"cook": 300, "nurse": 96}, 4)
    text = json.dumps(record)
    assert "agent" not in text
    assert "please" not in text
    assert str(tokens("hapax")[0]) not in text
    assert str(tokens("now")[0]) in text
    assert all(count == 0 or count >= 5 for count in record["columns"][0]["spread"]["counts"])


def test_large_data_are_looked_at_in_part() -> None:
    reference = Reference.of(np.zeros((120_000, 1)), [])
    assert (reference.rows, reference.columns[0].rows) == (120_000, 50_000)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (Prediction(np.array([1.5, 2.5])), ["predicted value"]),
        (Prediction(np.array(["a", "b"]), np.array(["a", "b"])), ["predicted class"]),
        (
            Prediction(np.array(["a", "b"]), np.array(["a", "b"]), np.array([[1.0, 0], [0, 1]])),
            ["predicted class", "chance of b"],
        ),
        (
            Prediction(np.array([1, 2]), np.array([1, 2, 3]), np.array([[1.0, 0, 0], [0, 1, 0]])),
            ["predicted class", "chance of the predicted class"],
        ),
    ],
    ids=["values", "labels", "two classes", "three classes"],
)
def test_what_a_model_says_is_compared_by_labels_and_chances(said: Prediction, names: list[str]) -> None:
    assert [series.name for series in said_series([said, said])] == names
    assert all(len(series.values) == 4 for series in said_series([said, said]))


def test_nothing_said_is_nothing_to_compare() -> None:
    assert said_series([]) == []
    assert said_series([Prediction(np.array([]))]) == []
