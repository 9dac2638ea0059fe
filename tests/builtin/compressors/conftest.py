"""Fitted pipelines that compressors are tried on; made once, since no compressor changes what it is given."""

import warnings
import zipfile
from functools import cache

import pandas as pd
import pytest
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_digits
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler
from threadpoolctl import threadpool_limits

from runner.catalogue import Catalogue
from runner.data import Dataset
from runner.execute.recorded import trusted_types
from runner_builtin.models.linear_models import SoftmaxClassifier
from runner_builtin.transforms.tfidf import Tfidf

X, Y = load_digits(return_X_y=True)
TRAIN, TEST = slice(0, 1200), slice(1200, None)
GOOD = "apples are sweet and {} ripe apples fall, fruit number {} says yes".format
BAD = "engines are loud and {} old engines break, motor number {} says no".format
TEXTS = pd.DataFrame({"text": [(GOOD if row % 2 else BAD)(row % 7, row % 40) for row in range(400)]})
SAYS = ["yes" if row % 2 else "no" for row in range(400)]


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Models this small only lose time to threads."""
    with threadpool_limits(1):
        yield


@cache
def _digits(model_type, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_pipeline(MinMaxScaler(), model_type(**options)).fit(X[TRAIN], Y[TRAIN])


@pytest.fixture(scope="session")
def digits():
    """Train a model of digits behind a scaler."""
    return _digits


@pytest.fixture(scope="session")
def digit_rows():
    return Dataset.of(X[TRAIN], Y[TRAIN])


@pytest.fixture(scope="session")
def new_digits():
    return X[TEST], Y[TEST]


@pytest.fixture(scope="session")
def texts():
    return TEXTS, SAYS


@pytest.fixture(scope="session")
def text_pipeline():
    """Train a model of texts, which stand in a column of a table, by some vectorizer."""

    def train(vectorizer=None, model=None, routed=True):
        first = vectorizer or Tfidf()
        if routed:
            first = ColumnTransformer([("tfidf", first, "text")], remainder="passthrough")
        steps = [("terms", first), ("model", model or SoftmaxClassifier(random_state=0))]
        return Pipeline(steps).fit(TEXTS if routed else TEXTS["text"], SAYS)

    return train


@pytest.fixture(scope="session")
def saved():
    """Save a model as skops does by default, and load it with the types that are trusted here."""
    trusted = sorted(trusted_types(Catalogue.installed()))

    def save_and_load(model):
        dumped = skops.io.dumps(model, compression=zipfile.ZIP_DEFLATED, compresslevel=1)
        return len(dumped), skops.io.loads(dumped, trusted=trusted)

    return save_and_load
