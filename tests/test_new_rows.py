"""Rows that a shipped model is asked about need not look like those it was trained on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import runner
from runner.errors import DataError
from runner.record.loading import LoadedModel

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {"size": RNG.normal(size=80), "colour": RNG.choice(["red", "blue"], 80), "age": RNG.normal(size=80)}
)
TABLE["kind"] = np.where(TABLE["size"] + (TABLE["colour"] == "red") > 0.5, "p", "q")
ROWS = TABLE.drop(columns="kind")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    outcome = runner.run(
        {
            "source": {"use": "in_memory", "features": TABLE, "target": "kind"},
            "cleaners": [{"use": "fill_missing", "columns": ["age"]}],
            "splitter": "stratified_holdout",
            "transforms": [
                {"use": "one_hot", "columns": ["colour"]},
                {"use": "standard_scale", "columns": ["size", "age"]},
            ],
            "model": "LogisticRegression",
            "metrics": ["accuracy"],
            "exporters": ["skops"],
        },
        outputs=tmp_path_factory.mktemp("out"),
    )
    return runner.load(outcome.path)


@pytest.mark.fault("F87")
def test_columns_in_another_order_and_columns_too_many_change_nothing(model: LoadedModel) -> None:
    expected = model.predict_proba(ROWS)
    np.testing.assert_array_equal(model.predict_proba(ROWS[["age", "colour", "size"]]), expected)
    np.testing.assert_array_equal(model.predict_proba(TABLE.assign(more=1)), expected)


@pytest.mark.fault("F87")
def test_a_category_never_seen_counts_as_none_of_those_known(model: LoadedModel) -> None:
    unseen = model.predict_proba(ROWS.assign(colour="green"))
    known = [model.predict_proba(ROWS.assign(colour=colour)) for colour in ("red", "blue")]
    low, high = np.minimum(*known), np.maximum(*known)
    assert ((low < unseen) & (unseen < high)).all()


@pytest.mark.fault("F87")
def test_a_missing_value_is_filled_as_in_training_and_a_missing_column_is_refused(model: LoadedModel) -> None:
    assert np.isfinite(model.predict_proba(ROWS.assign(age=np.nan))).all()
    with pytest.raises(DataError, match="lack the column 'age', which the model was trained on"):
        model.predict(ROWS.drop(columns="age"))
    with pytest.raises(DataError, match="column 'size' of the rows to predict has type"):
        model.predict(ROWS.assign(size="big"))
