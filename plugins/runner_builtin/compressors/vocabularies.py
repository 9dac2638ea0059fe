"""The vocabularies whose terms are the columns of a fitted model, and pipelines with others in their place.

A vocabulary is found where nothing stands between it and the model: in the step before it, or in that step's routes
for some columns of a table. `columns` says which of the model's columns its terms are.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class Vocabulary:
    """vectorizer: fitted, scikit-learn's or of that kind. route: of a `ColumnTransformer`, None where it is the step.

    columns: of the model.
    """

    vectorizer: CountVectorizer
    route: str | None
    columns: slice


def vocabularies(pipeline: Pipeline) -> list[Vocabulary]:
    """Find those of the step before the model."""
    if len(pipeline.steps) < 2:
        return []
    before = pipeline.steps[-2][1]
    if isinstance(before, ColumnTransformer):
        routes = [(name, _vectorizer(fitted)) for name, fitted, _ in before.transformers_]
        return [Vocabulary(one, name, before.output_indices_[name]) for name, one in routes if one is not None]
    found = _vectorizer(before)
    return [] if found is None else [Vocabulary(found, None, slice(0, len(found.vocabulary_)))]


def _vectorizer(step: Any) -> CountVectorizer | None:
    """Return the vocabulary that a step ends with."""
    if isinstance(step, Pipeline):
        return _vectorizer(step.steps[-1][1])
    return step if isinstance(step, CountVectorizer) and hasattr(step, "vocabulary_") else None


def cut(vectorizer: CountVectorizer, kept: NDArray[np.intp]) -> CountVectorizer:
    """Return a copy that knows only some of its terms. kept: their columns, ascending.

    What a text weighs is shared among the terms that are left, where rows are brought to one length.
    """
    place = {int(column): at for at, column in enumerate(kept)}
    smaller = copy.copy(vectorizer)
    smaller.vocabulary_ = {term: place[at] for term, at in vectorizer.vocabulary_.items() if at in place}
    if isinstance(vectorizer, TfidfVectorizer):
        smaller._tfidf = copy.copy(vectorizer._tfidf)
        if vectorizer.use_idf:
            smaller._tfidf.idf_ = vectorizer.idf_[kept]
        if hasattr(smaller._tfidf, "n_features_in_"):
            smaller._tfidf.n_features_in_ = len(kept)
    return smaller


def replaced(pipeline: Pipeline, steps: Mapping[str | None, tuple[Any, int]], model: Any) -> Pipeline:
    """Return a pipeline with other vocabularies and another model.

    steps: route -> what stands in place of its vocabulary, and how many columns that gives.
    """
    name, before = pipeline.steps[-2]
    if isinstance(before, ColumnTransformer):
        before = _rerouted(before, {str(route): made for route, made in steps.items()})
    else:
        before = _with_last(before, steps[None][0])
    made = copy.copy(pipeline)
    made.steps = [*pipeline.steps[:-2], (name, before), (pipeline.steps[-1][0], model)]
    return made


def _with_last(step: Any, last: Any) -> Any:
    if not isinstance(step, Pipeline):
        return last
    made = copy.copy(step)
    made.steps = [*step.steps[:-1], (step.steps[-1][0], _with_last(step.steps[-1][1], last))]
    return made


def _rerouted(router: ColumnTransformer, steps: Mapping[str, tuple[Any, int]]) -> ColumnTransformer:
    made = copy.copy(router)
    made.transformers_ = [
        (name, _with_last(fitted, steps[name][0]) if name in steps else fitted, columns)
        for name, fitted, columns in router.transformers_
    ]
    at, places = 0, {}
    for name, old in router.output_indices_.items():
        width = steps[name][1] if name in steps else old.stop - old.start
        places[name], at = slice(at, at + width), at + width
    made.output_indices_ = places
    return made
