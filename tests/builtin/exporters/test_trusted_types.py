from __future__ import annotations

import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import FeatureAgglomeration, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import NMF, PCA, KernelPCA, TruncatedSVD
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, mutual_info_classif
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import GammaRegressor, LogisticRegression, Ridge, SGDClassifier, TweedieRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, RadiusNeighborsClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
)
from sklearn.random_projection import SparseRandomProjection
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from runner.contracts import FinishedRun
from runner.data import Dataset
from runner_builtin.exporters.skops_exporter import SkopsExporter
from runner_builtin.exporters.trusted_types import TRUSTED_TYPES

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(60, 4))
LABELS = np.array(["a", "b", "c"])[(ROWS[:, 0] > 0).astype(int) + (ROWS[:, 1] > 0)]
VALUES = np.exp(ROWS[:, 0])

CLASSIFIERS = [
    AdaBoostClassifier(n_estimators=2),
    BaggingClassifier(n_estimators=2),
    CalibratedClassifierCV(GaussianNB(), cv=2),
    CalibratedClassifierCV(GaussianNB(), cv=2, method="isotonic"),
    DecisionTreeClassifier(),
    ExtraTreesClassifier(n_estimators=2),
    GaussianProcessClassifier(),
    GradientBoostingClassifier(n_estimators=2),
    HistGradientBoostingClassifier(max_iter=2),
    KNeighborsClassifier(),
    KNeighborsClassifier(algorithm="ball_tree", metric="manhattan"),
    KNeighborsClassifier(algorithm="ball_tree", metric="mahalanobis", metric_params={"VI": np.eye(4)}),
    KNeighborsClassifier(metric="minkowski", p=3),
    LogisticRegression(),
    MLPClassifier(max_iter=2),
    MLPClassifier(max_iter=2, solver="sgd"),
    RadiusNeighborsClassifier(radius=9.0),
    RandomForestClassifier(n_estimators=2),
    SGDClassifier(loss="modified_huber"),
    SVC(),
]

REGRESSORS = [
    GammaRegressor(),
    GaussianProcessRegressor(),
    GradientBoostingRegressor(n_estimators=2, loss="huber"),
    HistGradientBoostingRegressor(max_iter=2, loss="poisson"),
    MLPRegressor(max_iter=2),
    RandomForestRegressor(n_estimators=2),
    TweedieRegressor(power=1.5),
    TweedieRegressor(power=0, link="identity"),
]

TRANSFORMS = [
    FeatureAgglomeration(),
    KBinsDiscretizer(n_bins=3),
    KMeans(2, n_init=1),
    KNNImputer(),
    KernelPCA(2),
    NMF(2, max_iter=500),
    OneHotEncoder(handle_unknown="ignore"),
    OrdinalEncoder(dtype=np.int32),
    PCA(2),
    PowerTransformer(),
    QuantileTransformer(n_quantiles=5),
    SelectKBest(k=2),
    SelectKBest(mutual_info_classif, k=2),
    SimpleImputer(),
    SparseRandomProjection(2),
    SplineTransformer(),
    TruncatedSVD(2),
]


def _saved(pipeline: Any, folder: Path) -> Path:
    (path,) = SkopsExporter().export(_finished(pipeline), folder)
    return path


def _finished(pipeline: Any) -> Any:
    return FinishedRun("e", pipeline, Dataset.of(ROWS), {}, None)


def _fitted(model: Any, rows: Any, target: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two iterations do not converge, and need not
        return make_pipeline(StandardScaler() if rows is ROWS else "passthrough", model).fit(rows, target)


def _named(estimator: Any) -> str:
    """Name a case by what does not change from one process to the next."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(estimator))


@pytest.mark.parametrize("model", CLASSIFIERS, ids=_named)
def test_a_fitted_classifier_is_loaded_and_predicts_the_same(model: Any, tmp_path: Path) -> None:
    fitted = _fitted(model, ROWS, LABELS)
    loaded = SkopsExporter().load(_saved(fitted, tmp_path), TRUSTED_TYPES)
    assert loaded.predict(ROWS).tolist() == fitted.predict(ROWS).tolist()


@pytest.mark.parametrize("model", REGRESSORS, ids=_named)
def test_a_fitted_regressor_is_loaded_and_predicts_the_same(model: Any, tmp_path: Path) -> None:
    fitted = _fitted(model, ROWS, VALUES)
    loaded = SkopsExporter().load(_saved(fitted, tmp_path), TRUSTED_TYPES)
    np.testing.assert_array_equal(loaded.predict(ROWS), fitted.predict(ROWS))


@pytest.mark.parametrize("transform", TRANSFORMS, ids=_named)
def test_a_fitted_transform_is_loaded_and_transforms_the_same(transform: Any, tmp_path: Path) -> None:
    rows = np.abs(ROWS)
    fitted = _fitted(transform, rows, LABELS)
    loaded = SkopsExporter().load(_saved(fitted, tmp_path), TRUSTED_TYPES)
    before, after = (step.transform(rows) for step in (fitted, loaded))
    before, after = (part.toarray() if hasattr(part, "toarray") else part for part in (before, after))
    np.testing.assert_array_equal(after, before)


def test_a_pipeline_on_a_table_of_mixed_columns_is_loaded_and_predicts_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=list("abcd")).assign(
        text=[f"word{place % 7} é" for place in range(60)],
        kind=pd.Categorical(np.where(ROWS[:, 0] > 0, "x", "y")),
    )
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["a", "b"]),
            ("kinds", OneHotEncoder(), ["kind"]),
            ("text", TfidfVectorizer(), "text"),
        ],
        remainder="passthrough",
    )
    fitted = Pipeline([("columns", columns), ("model", Ridge())]).fit(frame, VALUES)
    loaded = SkopsExporter().load(_saved(fitted, tmp_path), TRUSTED_TYPES)
    np.testing.assert_array_equal(loaded.predict(frame), fitted.predict(frame))


def test_no_trusted_type_hands_control_to_the_file() -> None:
    forbidden = ("builtins.", "operator.", "functools.", "os.", "subprocess.", "joblib.", "pickle.", "importlib.")
    assert not [name for name in TRUSTED_TYPES if name.startswith(forbidden)]
    assert not [
        name for name in TRUSTED_TYPES if "PyFunc" in name or name.endswith(("_Scorer", "FunctionTransformer"))
    ]
    assert len(TRUSTED_TYPES) == len(set(TRUSTED_TYPES))


def test_the_list_costs_no_import() -> None:
    script = "import sys, runner_builtin.exporters.trusted_types; print({'numpy', 'sklearn'} & sys.modules.keys())"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert child.stdout == "set()\n"


def test_skops_alone_would_refuse_a_search_for_neighbours(tmp_path: Path) -> None:
    path = _saved(_fitted(KNeighborsClassifier(), ROWS, LABELS), tmp_path)
    with pytest.raises(TypeError, match=r"sklearn\.neighbors\._kd_tree\.KDTree"):
        skops.io.load(path)
