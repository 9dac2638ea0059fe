"""The two halves of TF-IDF: counting all terms, and choosing and weighting some of them.

Counting takes nearly all the time, and does not depend on how terms are chosen and weighted. One after the other, the
halves give bit by bit what `Tfidf` gives.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.utils.validation import check_is_fitted, validate_data

from runner.errors import DataError
from runner_builtin.transforms.text_column import texts_of


class TermCounts(CountVectorizer):  # type: ignore[misc]
    """Count how often each term stands in each text: a CSR matrix of integers, (n_rows, n_terms), of all terms.

    The columns are the terms of the training texts, sorted. Raises DataError as `Tfidf` does.
    """

    def __init__(
        self,
        *,
        analyzer: Literal["word", "char", "char_wb"] = "word",
        ngram_range: tuple[int, int] = (1, 1),
        lowercase: bool = True,
        strip_accents: Literal["ascii", "unicode"] | None = None,
        stop_words: list[str] | str | None = None,
        token_pattern: str = r"(?u)\b\w\w+\b",
    ) -> None:
        super().__init__(
            analyzer=analyzer,
            ngram_range=ngram_range,
            lowercase=lowercase,
            strip_accents=strip_accents,
            stop_words=stop_words,
            token_pattern=token_pattern,
            dtype=np.int32,
        )

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the terms. X: a one-column frame, a Series, or an array of (n_rows,) or (n_rows, 1)."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn the terms of X and return its counts; each row's in the order in which terms were first met."""
        texts = texts_of(X)
        try:
            return super().fit_transform(texts, y)
        except ValueError as error:
            raise _cannot_learn(len(texts), error) from error

    def transform(self, X: Any) -> Any:
        """Return counts; terms that were not learned are not counted. X: as for `fit`."""
        return super().transform(texts_of(X))


class WeightedTerms(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Choose terms by how many texts they stand in, and weight their counts. The options are those of `Tfidf`."""

    columns_: NDArray[np.intp]  # the terms chosen, ascending

    def __init__(
        self,
        *,
        min_df: int | float = 1,
        max_df: int | float = 1.0,
        max_features: int | None = None,
        binary: bool = False,
        norm: Literal["l1", "l2"] | None = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
    ) -> None:
        self.min_df = min_df
        self.max_df = max_df
        self.max_features = max_features
        self.binary = binary
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn which terms to choose, and their weights. X: counts, CSR, (n_rows, n_terms)."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from X and return its vectors."""
        counts = validate_data(self, X, accept_sparse="csr", dtype=None)
        try:
            self.columns_ = self._chosen(counts)
            chosen = self._counted(counts)
            self.weighting_ = TfidfTransformer(
                norm=self.norm, use_idf=self.use_idf, smooth_idf=self.smooth_idf, sublinear_tf=self.sublinear_tf
            ).fit(chosen)
        except ValueError as error:
            raise _cannot_learn(counts.shape[0], error) from error
        return self.weighting_.transform(chosen, copy=False)

    def transform(self, X: Any) -> Any:
        """Return vectors. X: counts of the same terms."""
        check_is_fitted(self)
        counts = validate_data(self, X, accept_sparse="csr", dtype=None, reset=False)
        return self.weighting_.transform(self._counted(counts), copy=False)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Return the terms chosen. input_features: all terms, (n_terms,); None for x0, x1, ..."""
        check_is_fitted(self)
        if input_features is None:
            input_features = [f"x{column}" for column in range(self.n_features_in_)]
        return np.asarray(input_features, dtype=object)[self.columns_]

    def _chosen(self, counts: Any) -> NDArray[np.intp]:
        n_rows, n_terms = counts.shape
        fewest, most = _texts("min_df", self.min_df, n_rows), _texts("max_df", self.max_df, n_rows)
        if most < fewest:
            raise ValueError("max_df corresponds to < documents than min_df")
        if self.max_features is not None and self.max_features < 1:
            raise ValueError(f"max_features is {self.max_features!r}, and has to be at least 1 or None.")
        in_texts = np.bincount(counts.indices, minlength=n_terms)
        columns = np.flatnonzero((in_texts >= fewest) & (in_texts <= most))
        if self.max_features is not None and len(columns) > self.max_features:
            often = in_texts if self.binary else np.bincount(counts.indices, counts.data, n_terms)
            # floats, and this very sort: which of equally frequent terms are chosen depends on it
            columns = np.sort(columns[(-often[columns].astype(float)).argsort()[: self.max_features]])
        if not len(columns):
            raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
        return columns

    def _counted(self, counts: Any) -> Any:
        chosen = counts[:, self.columns_]
        numbers = np.ones(chosen.nnz) if self.binary else chosen.data.astype(float)
        # the matrix's own `astype` would sort each row, and sums over a row depend on the order
        return type(chosen)((numbers, chosen.indices, chosen.indptr), shape=chosen.shape)


def _texts(name: str, bound: float, n_rows: int) -> float:
    """Return a bound as a number of texts."""
    if isinstance(bound, Integral) and bound >= 1:
        return int(bound)
    if not isinstance(bound, Integral) and 0 <= bound <= 1:
        return bound * n_rows
    raise ValueError(f"{name} is {bound!r}, and has to be a count of texts from 1 on, or a share from 0.0 to 1.0.")


def _cannot_learn(n_texts: int, error: ValueError) -> DataError:
    return DataError(f"transform 'tfidf' cannot learn from {n_texts} texts: {error}")
