"""What the components do, beyond what every component of their kind does."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeRegressor

from runner.contracts import FinishedRun
from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_example.json_weights import JsonWeights
from runner_example.sign_sgd import SignSGD
from runner_example.squeeze_spaces import SqueezeSpaces


def finished(model, sample):
    pipeline = Pipeline([("model", model)]).fit(sample.features, sample.target)
    return FinishedRun("line", pipeline, sample, {}, None)


@pytest.fixture
def line():
    return Dataset.of(np.array([[0.0], [1.0], [2.0]]), [1.0, 3.0, 5.0])


def test_white_space_is_squeezed_and_missing_texts_stay_missing():
    table = pd.DataFrame({"text": ["  a \t b\n", None, "c"], "n": [1, 2, 3]})
    cleaned = SqueezeSpaces().clean(Dataset.of(table)).features
    assert cleaned["text"].tolist()[::2] == ["a b", "c"]
    assert cleaned["text"].isna().tolist() == [False, True, False]
    assert cleaned["n"].tolist() == [1, 2, 3]


def test_a_misspelt_column_is_told_with_the_nearest():
    table = pd.DataFrame({"text": ["a  b"]})
    with pytest.raises(DataError, match=r"'txt'. Did you mean 'text'"):
        SqueezeSpaces(columns=["txt"]).clean(Dataset.of(table))


def test_every_parameter_steps_equally_far():
    after, _ = SignSGD().update(np.array([-3.0, 0.0, 0.1]), {}, np.zeros(3), 0.5)
    assert after.tolist() == [0.5, 0.0, -0.5]


def test_the_weights_of_a_line_are_written(line, tmp_path):
    (path,) = JsonWeights().export(finished(LinearRegression(), line), tmp_path)
    weights = json.loads(path.read_text())
    assert np.allclose(weights["coefficients"], [[2.0]])
    assert np.allclose(weights["intercepts"], [1.0])
    assert weights["classes"] is None


def test_a_tree_has_no_weights_to_write(line, tmp_path):
    with pytest.raises(ConfigError, match="'model' has no coefficients"):
        JsonWeights().export(finished(DecisionTreeRegressor(), line), tmp_path)
