"""Some of the rows of a stream, evenly spaced, however many will come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from runner.data import Dataset

#: So many rows are kept at least, and at most twice as many; of fewer rows all.
SAMPLE = 20_000


class EvenSample:
    """Every n-th row of what comes, and a mark for each; n doubles whenever they become too many."""

    def __init__(self) -> None:
        self.every = 1
        self._seen = 0
        self._rows: Dataset | None = None
        self._marks = np.empty(0, dtype=np.int8)

    def add(self, rows: Dataset, marks: NDArray[np.int8] | None = None) -> None:
        """Take up some more rows. marks: (n_rows,), all 0 if absent. Their notes are kept, and what was rejected."""
        taken = np.arange(-self._seen % self.every, rows.n_rows, self.every)
        self._seen += rows.n_rows
        more = rows.take(taken)
        self._rows = more if self._rows is None else _joined(self._rows, more)
        kept = np.zeros(len(taken), dtype=np.int8) if marks is None else marks[taken]
        self._marks = np.concatenate([self._marks, kept])
        while self._rows.n_rows > 2 * SAMPLE:
            self.every *= 2
            half = np.arange(0, self._rows.n_rows, 2)
            self._rows, self._marks = self._rows.take(half), self._marks[half]

    @property
    def dataset(self) -> Dataset:
        """The rows kept, in their order."""
        assert self._rows is not None
        return self._rows

    def marked(self, mark: int) -> NDArray[np.intp]:
        """Return the positions, in the sample, of rows with a mark."""
        return np.flatnonzero(self._marks == mark)


def _joined(rows: Dataset, more: Dataset) -> Dataset:
    """Put rows under each other that keep their ids, with the notes and the refused rows of both."""
    both = rows.joined(more)
    dropped = {reason: rows.dropped.get(reason, 0) + n for reason, n in more.dropped.items()}
    return replace(
        both,
        row_ids=np.concatenate([rows.row_ids, more.row_ids]),
        dropped={**rows.dropped, **dropped},
        notes=tuple(dict.fromkeys([*rows.notes, *more.notes])),
        rejected=rows.rejected + more.rejected if more.rejected else rows.rejected,
    )
