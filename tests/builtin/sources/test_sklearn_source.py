import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from runner.contracts import SourceContext
from runner.errors import DataError
from runner_builtin.sources.sklearn_source import SklearnDatasetSource, _shipped


@pytest.fixture
def context(tmp_path):
    return SourceContext(tmp_path, 0)


def test_digits_are_the_images_of_scikit_learn(context):
    dataset = SklearnDatasetSource(name="digits").load(context)
    bunch = datasets.load_digits()
    np.testing.assert_array_equal(dataset.features, bunch.images)
    np.testing.assert_array_equal(dataset.target, bunch.target)
    assert dataset.features.shape == (1797, 8, 8)
    assert dataset.features.dtype == float


def test_digits_import_neither_scikit_learn_nor_pandas():
    code = (
        "import sys; from pathlib import Path; from runner.contracts import SourceContext;"
        "from runner_builtin.sources.sklearn_source import SklearnDatasetSource as S;"
        "S(name='digits').load(SourceContext(Path(), 0));"
        "print(sorted({'sklearn', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_tables_are_those_of_scikit_learn(context, name):
    dataset = SklearnDatasetSource(name=name, class_names=False).load(context)
    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    pd.testing.assert_frame_equal(dataset.features, bunch.data)
    np.testing.assert_array_equal(dataset.target, bunch.target)


def test_classes_go_by_their_names(context):
    dataset = SklearnDatasetSource(name="breast_cancer").load(context)
    assert dict(zip(*np.unique(dataset.target, return_counts=True), strict=True)) == {"benign": 357, "malignant": 212}
    assert dataset.target.dtype.kind == "U"


def test_a_regression_keeps_its_numbers(context):
    assert SklearnDatasetSource(name="diabetes").load(context).target.dtype == float


def test_a_table_can_be_an_array(context):
    assert isinstance(SklearnDatasetSource(name="iris", as_frame=False).load(context).features, np.ndarray)


def test_the_fingerprint_tells_data_sets_apart(context):
    prints = {SklearnDatasetSource(name=name).load(context).fingerprint for name in ("iris", "wine", "digits")}
    assert len(prints) == 3
    assert SklearnDatasetSource(name="iris").load(context).fingerprint in prints


def test_a_file_that_scikit_learn_no_longer_ships_is_named():
    with pytest.raises(DataError, match=r"no file .*gone\.csv"):
        _shipped("datasets/data/gone.csv")
