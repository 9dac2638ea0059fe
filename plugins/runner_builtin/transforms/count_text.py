"""Texts as vectors of counts: how often each term stands in them."""

from __future__ import annotations

from typing import Any, Literal, Self

from sklearn.feature_extraction.text import CountVectorizer

from runner.options import Count
from runner_builtin.transforms.text_column import texts_of
from runner_builtin.transforms.vocabulary import learned_vectors


class Counts(CountVectorizer):  # type: ignore[misc]
    """Count how often each term stands in each text of one column: a CSR matrix of shape (n_rows, n_terms).

    The options are those of scikit-learn's CountVectorizer. stop_words: a list, or "english". min_df, max_df: the
    fewest and the most texts that a term may stand in, a share of them where it is a fraction. binary: only whether a
    term stands there. Raises DataError for missing texts, several columns, and where no term is left.
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
        max_features: Count | None = None,
        binary: bool = False,
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
        )

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the terms. X: a one-column frame, a Series, or an array of (n_rows,) or (n_rows, 1)."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn the terms of X and return its counts."""
        return learned_vectors("counts", self, X, super().fit_transform)

    def transform(self, X: Any) -> Any:
        """Return counts; terms that were not learned are not counted. X: as for `fit`."""
        return super().transform(texts_of(X, "counts"))
