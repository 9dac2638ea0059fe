"""Several labels for a row, as one text: sorted, a semicolon between them, nothing where there are none.

So a target stays one value for a row through every stage, and reads the same in a file of predictions.

>>> text_of(["drama", "comedy", "drama"])
'comedy;drama'
>>> indicator(np.array(["comedy;drama", "", "drama"]), ["comedy", "drama"]).tolist()
[[True, True], [False, False], [False, True]]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import DataError

#: What stands between two labels.
BETWEEN = ";"


def text_of(labels: Iterable[Any]) -> str:
    """Write a set of labels. Raises DataError for a label that is empty or holds a semicolon."""
    texts = sorted({str(label) for label in labels})
    for text in texts:
        if BETWEEN in text or not text.strip():
            raise DataError(f"the label {text!r} cannot be one of several: it is empty or holds a {BETWEEN!r}.")
    return BETWEEN.join(texts)


def labels_of(text: str) -> list[str]:
    """Read a set of labels."""
    return text.split(BETWEEN) if text else []


def all_labels(texts: NDArray[Any]) -> NDArray[Any]:
    """Return every label that occurs, sorted. Raises DataError for what `text_of` would write otherwise."""
    sets = {str(text): labels_of(str(text)) for text in np.unique(texts).tolist()}
    for text, labels in sets.items():
        if labels != sorted(set(labels)) or not all(labels):
            raise DataError(
                f"{text!r} is no set of labels: they are sorted, each stands once, and {BETWEEN!r} stands between "
                f"them. The cleaner 'label_sets' writes them so."
            )
    return np.array(sorted({label for labels in sets.values() for label in labels}), dtype=str)


def indicator(texts: NDArray[Any], labels: Sequence[str] | NDArray[Any]) -> NDArray[np.bool_]:
    """Say which labels each row has, (n_rows, n_labels). Labels that are not among `labels` are left out."""
    place = {str(label): number for number, label in enumerate(labels)}
    different, inverse = np.unique(np.asarray(texts, dtype=str), return_inverse=True)
    table = np.zeros((len(different), len(place)), dtype=bool)
    for row, text in enumerate(different.tolist()):
        table[row, [place[label] for label in labels_of(text) if label in place]] = True
    return np.asarray(table[inverse])


def texts_of(table: NDArray[Any], labels: Sequence[str] | NDArray[Any]) -> NDArray[Any]:
    """Write the sets of many rows, (n_rows,). table: (n_rows, n_labels), true where a row has a label."""
    names = np.array([str(label) for label in labels], dtype=object)
    different, inverse = np.unique(np.asarray(table, dtype=bool), axis=0, return_inverse=True)
    texts = np.array([text_of(names[row]) for row in different], dtype=str)
    return np.asarray(texts[inverse.ravel()])
