"""Texts as vectors of weighted word counts."""

from __future__ import annotations

from typing import Any, Literal, Self

from sklearn.feature_extraction.text import TfidfVectorizer

from runner.errors import DataError
from runner_builtin.transforms.text_column import texts_of
from runner_builtin.transforms.tfidf_parts import TermCounts, WeightedTerms


class Tfidf(TfidfVectorizer):  # type: ignore[misc]
    """Turn one column of texts into TF-IDF vectors, a CSR matrix of shape (n_rows, n_terms).

    A term counts by how often it stands in a text, less by how many training texts it stands in (Sparck
    Jones, 1972). The options are those of scikit-learn's TfidfVectorizer. A list of stop_words, or
    "english". Raises DataError for missing texts, several columns, and where no term is left.
    """

    vocabulary_: dict[str, int]

    def __init__(
        self,
        *,
        analyzer: Literal["word", "char", "char_wb"] = "word",
        ngram_range: tuple[int, int] = (1, 1),
        lowercase: bool = True,
        strip_accents: Literal["ascii", "unicode"] | None = None,
        stop_words: list[str] | str | None = None,
        token_pattern: str = r"(?u)\b\w\w+\b",
        min_df: int | float = 1,
        max_df: int | float = 1.0,
        max_features: int | None = None,
        binary: bool = False,
        norm: Literal["l1", "l2"] | None = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
    ) -> None:
        super().__init__(
            analyzer=analyzer,
            ngram_range=ngram_range,
            lowercase=lowercase,
            strip_accents=strip_accents,
            stop_words=stop_words,
            token_pattern=token_pattern,
            min_df=min_df,
            max_df=max_df,
            max_features=max_features,
            binary=binary,
            norm=norm,
            use_idf=use_idf,
            smooth_idf=smooth_idf,
            sublinear_tf=sublinear_tf,
        )

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn terms and weights. X: a one-column frame, a Series, or an array of (n_rows,) or (n_rows, 1)."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from X and return its vectors."""
        texts = texts_of(X)
        try:
            vectors = super().fit_transform(texts, y)
        except ValueError as error:
            raise DataError(f"transform 'tfidf' cannot learn from {len(texts)} texts: {error}") from error
        # scikit-learn leaves NumPy integers here, and a safe file would hold each as an array of its own
        self.vocabulary_ = {term: int(column) for term, column in self.vocabulary_.items()}
        return vectors

    def transform(self, X: Any) -> Any:
        """Return vectors; terms that were not learned count for nothing. X: as for `fit`."""
        return super().transform(texts_of(X))

    def parts(self) -> tuple[TermCounts, WeightedTerms]:
        """Return two transforms that give bit by bit the same, fitted and applied one after the other.

        The first depends only on how a text is taken apart, so that it can be shared where the rest differs.
        """
        counts = TermCounts(
            analyzer=self.analyzer,
            ngram_range=self.ngram_range,
            lowercase=self.lowercase,
            strip_accents=self.strip_accents,
            stop_words=self.stop_words,
            token_pattern=self.token_pattern,
        )
        weights = WeightedTerms(
            min_df=self.min_df,
            max_df=self.max_df,
            max_features=self.max_features,
            binary=self.binary,
            norm=self.norm,
            use_idf=self.use_idf,
            smooth_idf=self.smooth_idf,
            sublinear_tf=self.sublinear_tf,
        )
        return counts, weights
