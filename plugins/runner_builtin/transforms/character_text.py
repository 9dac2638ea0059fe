"""Texts as vectors of weighted counts of short runs of characters."""

from __future__ import annotations

from typing import Any, Literal, Self

from sklearn.feature_extraction.text import TfidfVectorizer

from runner.options import Count
from runner_builtin.transforms.text_column import texts_of
from runner_builtin.transforms.vocabulary import learned_vectors


class Characters(TfidfVectorizer):  # type: ignore[misc]
    """Turn one column of texts into TF-IDF vectors of its character n-grams, a CSR matrix of shape (n_rows, n_terms).

    It needs no idea of words, so it suits any language, and misspelt words share most of their n-grams (Cavnar &
    Trenkle, 1994). analyzer: "char_wb" takes n-grams inside words only, each word edged by spaces; "char" across
    them. The other options are those of scikit-learn's TfidfVectorizer. Raises DataError for missing texts, several
    columns, and where no n-gram is left.
    """

    vocabulary_: dict[str, int]

    def __init__(
        self,
        *,
        analyzer: Literal["char", "char_wb"] = "char_wb",
        ngram_range: tuple[int, int] = (2, 4),
        lowercase: bool = True,
        strip_accents: Literal["ascii", "unicode"] | None = None,
        min_df: int | float = 1,
        max_df: int | float = 1.0,
        max_features: Count | None = None,
        norm: Literal["l1", "l2"] | None = "l2",
        sublinear_tf: bool = True,
    ) -> None:
        super().__init__(
            analyzer=analyzer,
            ngram_range=ngram_range,
            lowercase=lowercase,
            strip_accents=strip_accents,
            min_df=min_df,
            max_df=max_df,
            max_features=max_features,
            norm=norm,
            sublinear_tf=sublinear_tf,
        )

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn n-grams and weights. X: a one-column frame, a Series, or an array of (n_rows,) or (n_rows, 1)."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from X and return its vectors."""
        return learned_vectors("characters", self, X, super().fit_transform)

    def transform(self, X: Any) -> Any:
        """Return vectors; n-grams that were not learned count for nothing. X: as for `fit`."""
        return super().transform(texts_of(X, "characters"))
