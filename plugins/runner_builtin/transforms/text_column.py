"""One column of texts, from whatever shape it comes in."""

from __future__ import annotations

from typing import Any

import numpy as np

from runner.errors import DataError


def texts_of(X: Any, transform: str = "tfidf") -> list[str]:
    """Return the texts. X: a one-column frame, a Series, or (n_rows,) or (n_rows, 1). Raises DataError for others.

    transform: the name that messages use.
    """
    column = np.asarray(X, dtype=object)
    if column.ndim == 2 and column.shape[1] == 1:
        column = column[:, 0]
    if column.ndim != 1:
        raise DataError(
            f"transform {transform!r} takes one column of texts, found shape {column.shape}; "
            f"name the column in the option 'columns'."
        )
    texts: list[str] = column.tolist()
    wrong = [row for row, text in enumerate(texts) if not isinstance(text, str)]
    if wrong:
        raise DataError(
            f"transform {transform!r}: {len(wrong)} of {len(texts)} values are no texts (the first, in row "
            f"{wrong[0]}, is {texts[wrong[0]]!r}). Use the cleaner 'drop_missing' or 'fill_missing' before, "
            f"or another column."
        )
    return texts
