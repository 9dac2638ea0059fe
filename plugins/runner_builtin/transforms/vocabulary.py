"""Learning the terms of texts, and saying which option left none.

scikit-learn says of an empty vocabulary that there may be only stop words. Here the terms are then counted again
without the options that remove any, so that the message can name the one that did.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from runner.errors import DataError
from runner_builtin.transforms.text_column import texts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ANALYSIS = ("analyzer", "ngram_range", "lowercase", "strip_accents", "token_pattern")
_NO_TERMS = ("empty vocabulary", "no terms remain")  # scikit-learn's words


def learned_vectors(transform: str, vectorizer: CountVectorizer, X: Any, learn: Callable[[list[str]], Any]) -> Any:
    """Return what `learn(texts)` gives, scikit-learn's own `fit_transform`. Raises DataError where no term is left.

    transform: the name that messages use. X: one column of texts in any shape.
    """
    texts = texts_of(X, transform)
    _check_bounds(transform, vectorizer.min_df, vectorizer.max_df, len(texts))
    try:
        vectors = learn(texts)
    except ValueError as error:
        if any(words in str(error) for words in _NO_TERMS):
            raise _no_terms(transform, vectorizer, texts) from error
        raise
    # scikit-learn leaves NumPy integers here, and a safe file would hold each as an array of its own
    vectorizer.vocabulary_ = {term: int(column) for term, column in vectorizer.vocabulary_.items()}
    return vectors


def _check_bounds(transform: str, min_df: int | float, max_df: int | float, n_texts: int) -> None:
    if not n_texts:
        raise DataError(f"transform {transform!r}: there are no texts to learn from.")
    fewest, most = _texts(min_df, n_texts), _texts(max_df, n_texts)
    if fewest > most:
        raise DataError(
            f"transform {transform!r}: no term stands in at least {fewest:g} and at most {most:g} of {n_texts} texts "
            f"(min_df: {min_df!r}, max_df: {max_df!r}; a fraction is a share of the texts). Lower min_df or raise "
            f"max_df."
        )


def _texts(bound: int | float, n_texts: int) -> float:
    return bound if isinstance(bound, Integral) else bound * n_texts


def _no_terms(transform: str, vectorizer: CountVectorizer, texts: list[str]) -> DataError:
    options = vectorizer.get_params(deep=False)
    analysis = {name: options[name] for name in _ANALYSIS if name in options}
    told = f"transform {transform!r}: no term is left of {len(texts)} texts"
    terms = _texts_per_term(texts, analysis)
    if not len(terms):
        return DataError(f"{told}; they hold nothing that {analysis!r} takes for a term.")
    spoken = _texts_per_term(texts, analysis | {"stop_words": options.get("stop_words")})
    min_df, max_df = options["min_df"], options["max_df"]
    removed = {
        "stop_words": len(terms) - len(spoken),
        f"min_df {min_df!r}": np.count_nonzero(spoken < _texts(min_df, len(texts))),
        f"max_df {max_df!r}": np.count_nonzero(spoken > _texts(max_df, len(texts))),
    }
    causes = ", ".join(f"{option} removed {count}" for option, count in removed.items() if count)
    return DataError(
        f"{told}: of {len(terms)} terms, {causes}. The most frequent stands in {terms.max()} texts. Loosen these "
        f"options."
    )


def _texts_per_term(texts: list[str], options: dict[str, Any]) -> NDArray[np.intp]:
    """Count the texts that each term stands in; empty where there is no term."""
    try:
        counts = CountVectorizer(binary=True, **options).fit_transform(texts)
    except ValueError:  # no term at all
        return np.zeros(0, dtype=np.intp)
    return np.asarray(counts.sum(axis=0), dtype=np.intp).ravel()
