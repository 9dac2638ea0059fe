"""A simple classifier of whatever the features are: made to judge the data, not to be shipped."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, OneHotEncoder, StandardScaler

from runner.columns import Choice
from runner.errors import DataError
from runner_builtin.feature_columns import chosen_columns, holds_texts

#: Texts of more words than this, on average, are texts; others are categories.
_WORDS = 3


def quick_classifier(features: Any, columns: Choice, where: str) -> Pipeline:
    """Return logistic regression behind what suits the features, unfitted.

    Texts become TF-IDF, categories one-hot, numbers are scaled with their gaps filled. features: a table, an array or
    a CSR matrix. columns: of a table, None for all. Raises DataError for columns that are none of these.
    """
    return make_pipeline(_vectors(features, columns, where), LogisticRegression(max_iter=1000))


def _vectors(features: Any, columns: Choice, where: str) -> Any:
    if hasattr(features, "iloc"):
        return ColumnTransformer(_routes(features, columns, where))
    if columns is not None:
        raise DataError(f"{where}: these features have no column names, found {columns!r}; leave the option out.")
    if not isinstance(features, np.ndarray):
        return MaxAbsScaler()
    if features.dtype.kind in "OU" and features.ndim == 1:
        return make_pipeline(FunctionTransformer(_texts), TfidfVectorizer())
    if features.dtype.kind not in "biuf":
        raise DataError(f"{where}: found an array of {features.dtype}; numbers or texts are needed.")
    return make_pipeline(FunctionTransformer(_flat), _scaled_numbers())


def _routes(frame: Any, columns: Choice, where: str) -> list[tuple[str, Any, Any]]:
    """Send each column where it belongs."""
    numbers, categories, routes = [], [], []
    for place, name in enumerate(chosen_columns(frame, columns, where)):
        if frame[name].dtype.kind in "biuf":
            numbers.append(name)
        elif holds_texts(frame[name]) and _mean_words(frame[name]) > _WORDS:
            routes.append((f"text_{place}", make_pipeline(FunctionTransformer(_texts), TfidfVectorizer()), name))
        elif frame[name].dtype.kind in "OUT":
            categories.append(name)
        else:
            raise DataError(f"{where}: column {str(name)!r} ({frame[name].dtype}) is none of numbers or texts.")
    if numbers:
        routes.append(("numbers", _scaled_numbers(), numbers))
    if categories:
        encoder = make_pipeline(FunctionTransformer(_categories), OneHotEncoder(handle_unknown="ignore"))
        routes.append(("categories", encoder, categories))
    return routes


def _scaled_numbers() -> Pipeline:
    return make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())


def _mean_words(column: Any) -> float:
    counts = [len(text.split()) for text in column.dropna().tolist()]
    return float(np.mean(counts)) if counts else 0.0


def _texts(column: Any) -> list[str]:
    return [text if isinstance(text, str) else "" for text in np.asarray(column, dtype=object).tolist()]


def _categories(frame: Any) -> Any:
    return np.where(frame.isna(), "", frame.astype(str).to_numpy(dtype=object))


def _flat(array: Any) -> Any:
    return array.reshape(len(array), -1).astype(float)
