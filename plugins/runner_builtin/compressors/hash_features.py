"""A vocabulary replaced by a hash: the terms of a text name their columns themselves, and no list of terms is kept.

The weights of the terms that share a column become their mean, weighted by how many training texts each stands in as
far as the idf tells (Weinberger et al., 2009, hash before training; here a model is mapped that is trained already).
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import Pipeline

from runner.errors import ConfigError
from runner.options import Count
from runner_builtin.compressors.layers import layers_of, with_layers
from runner_builtin.compressors.vocabularies import Vocabulary, replaced, vocabularies
from runner_builtin.transforms.hashing_text import Hashing

Array = NDArray[Any]
_NAME = "hash_features"


class HashFeaturesCompressor:
    """Replaces the vocabularies before a linear model or a perceptron by a hash with `n_columns` columns each.

    A text gets the columns its terms hash to, those it shares with terms of other texts included: few columns cost
    accuracy, and terms that were never learned count as well. n_columns below the number of terms makes the model
    smaller; above it only the list of terms is saved. Raises ConfigError where no vocabulary of words or characters
    stands right before the model, or where its terms are found by a function.
    """

    def __init__(self, n_columns: Count = 4096) -> None:
        self.n_columns = n_columns

    def compress(self, pipeline: Pipeline) -> Pipeline:
        """Return a pipeline that hashes."""
        name, model = pipeline.steps[-1]
        found = vocabularies(pipeline)
        if not found:
            before = [step for step, _ in pipeline.steps[:-1]]
            raise ConfigError(
                f"Compressor {_NAME!r} replaces a vocabulary such as that of 'tfidf' or 'counts'; none stands right "
                f"before the model {name!r}, only {before!r}. Remove this compressor from the experiment."
            )
        first, *others = layers_of(_NAME, name, model)
        steps: dict[str | None, tuple[Any, int]] = {}
        parts, at = [], 0
        for one in sorted(found, key=lambda vocabulary: vocabulary.columns.start):
            parts.append(first[at : one.columns.start])
            columns, idf, mapped = self._mapped(one, first[one.columns])
            parts.append(mapped)
            steps[one.route] = (self._hashing(one.vectorizer, idf), columns)
            at = one.columns.stop
        joined = np.ascontiguousarray(np.concatenate([*parts, first[at:]]))
        smaller = with_layers(model, [joined, *others])
        if "n_features_in_" in vars(smaller):
            smaller.n_features_in_ = len(joined)
        if hasattr(smaller, "feature_names_in_"):
            del smaller.feature_names_in_
        return replaced(pipeline, steps, smaller)

    def _mapped(self, one: Vocabulary, weights: Array) -> tuple[int, Array | None, Array]:
        """Return how many columns there are, their idf, and their weights (n_columns, n_out)."""
        vectorizer, n_columns = one.vectorizer, self.n_columns
        hashed = _columns(list(vectorizer.vocabulary_), n_columns)
        terms = np.fromiter(vectorizer.vocabulary_.values(), dtype=np.intp)
        place = np.empty(len(terms), dtype=np.intp)
        place[terms] = hashed
        weighted = isinstance(vectorizer, TfidfVectorizer) and vectorizer.use_idf
        often = np.exp(-vectorizer.idf_) if weighted else np.ones(len(terms))
        total = np.bincount(place, often, n_columns)
        share = often / total[place]
        mapped = np.zeros((n_columns, weights.shape[1]), dtype=np.float64)
        np.add.at(mapped, place, share[:, None] * weights)
        if weights.dtype.kind == "i":
            mapped = np.rint(mapped)
        idf = np.bincount(place, share * vectorizer.idf_, n_columns) if weighted else None
        return n_columns, idf, mapped.astype(weights.dtype)

    def _hashing(self, vectorizer: CountVectorizer, idf: Array | None) -> Any:
        if callable(vectorizer.analyzer) or vectorizer.tokenizer is not None or vectorizer.preprocessor is not None:
            raise ConfigError(
                f"Compressor {_NAME!r}: {type(vectorizer).__name__} finds its terms by a function of its own, which "
                "a hash cannot carry. Find them by 'analyzer' and 'token_pattern', or remove this compressor."
            )
        names = ("analyzer", "ngram_range", "lowercase", "strip_accents", "stop_words", "token_pattern", "binary")
        options = {name: copy.copy(getattr(vectorizer, name)) for name in names}
        hashing = Hashing(n_features=self.n_columns, norm=None, alternate_sign=False, **options)
        if not isinstance(vectorizer, TfidfVectorizer):
            return hashing
        weighting = TfidfTransformer(
            norm=vectorizer.norm, use_idf=vectorizer.use_idf, smooth_idf=vectorizer.smooth_idf,
            sublinear_tf=vectorizer.sublinear_tf,
        )  # fmt: skip
        weighting.n_features_in_ = self.n_columns
        if idf is not None:
            weighting.idf_ = idf
        return Pipeline([("hashing", hashing), ("weighting", weighting)])


def _columns(terms: list[str], n_columns: int) -> NDArray[np.intp]:
    """Return the column of each term, as the hashing of texts finds it."""
    one_term_each = Hashing(n_features=n_columns, analyzer="word", norm=None, alternate_sign=False)
    hasher = one_term_each._get_hasher()
    found: NDArray[np.intp] = hasher.transform([term] for term in terms).indices
    return found
