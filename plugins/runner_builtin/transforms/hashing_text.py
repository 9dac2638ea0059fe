"""Texts as vectors of fixed length, without learning any vocabulary."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer

from runner.errors import DataError
from runner.options import Count
from runner_builtin.transforms.text_column import texts_of


class Hashing(HashingVectorizer):  # type: ignore[misc]
    """Count the terms of one column of texts in the columns their hashes name: CSR, (n_rows, n_features).

    Nothing is learned, so rows may come in any number of batches; terms that share a column are told apart no more,
    and random signs keep their sum near zero (Weinberger et al., 2009). The options are those of scikit-learn's
    HashingVectorizer. stop_words: a list, or "english". Raises DataError for missing texts, several columns, and for
    training texts without a term.
    """

    def __init__(
        self,
        *,
        n_features: Count = 262144,
        analyzer: Literal["word", "char", "char_wb"] = "word",
        ngram_range: tuple[int, int] = (1, 1),
        lowercase: bool = True,
        strip_accents: Literal["ascii", "unicode"] | None = None,
        stop_words: list[str] | str | None = None,
        token_pattern: str = r"(?u)\b\w\w+\b",
        binary: bool = False,
        norm: Literal["l1", "l2"] | None = "l2",
        alternate_sign: bool = True,
    ) -> None:
        super().__init__(
            n_features=n_features,
            analyzer=analyzer,
            ngram_range=ngram_range,
            lowercase=lowercase,
            strip_accents=strip_accents,
            stop_words=stop_words,
            token_pattern=token_pattern,
            binary=binary,
            norm=norm,
            alternate_sign=alternate_sign,
        )

    def fit(self, X: Any, y: Any = None) -> Self:
        """Make sure that the texts hold a term. X: a one-column frame, a Series, (n_rows,) or (n_rows, 1)."""
        texts = texts_of(X, "hashing")
        super().fit(texts, y)
        analyze = self.build_analyzer()
        if not any(analyze(text) for text in texts):
            raise _no_terms(len(texts))
        return self

    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Make sure that X is one column of texts; there is nothing to learn."""
        return super().partial_fit(texts_of(X, "hashing"), y)  # type: ignore[no-any-return]

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Return the vectors of training texts."""
        del y
        texts = texts_of(X, "hashing")
        if not texts or not (vectors := self.transform(texts)).nnz:
            raise _no_terms(len(texts))
        return vectors

    def transform(self, X: Any) -> Any:
        """Return vectors. X: as for `fit`."""
        return super().transform(texts_of(X, "hashing"))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Name the columns by their hash, `hash_0` being the first."""
        del input_features
        return np.asarray([f"hash_{column}" for column in range(self.n_features)], dtype=object)


def _no_terms(n_texts: int) -> DataError:
    if not n_texts:
        return DataError("transform 'hashing': there are no texts to learn from.")
    return DataError(
        f"transform 'hashing': none of {n_texts} texts holds a term. See what the options 'analyzer', "
        f"'token_pattern', 'ngram_range' and 'stop_words' leave of them."
    )
