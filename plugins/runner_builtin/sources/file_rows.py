"""Files as rows: each has an id by its place, a class and a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Dataset
from runner_builtin.sources.file_collection import FileCollection

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class FileRows:
    """What is known of all rows before the files are parsed. target, groups: one per file, or None."""

    files: FileCollection
    target: Sequence[str] | None
    groups: Sequence[str] | None
    fingerprint: str

    def dataset(self, features: Any, start: int) -> Dataset:
        """Return the rows from `start` on that these features are of."""
        rows = slice(start, start + features.shape[0])
        return Dataset(
            features=features,
            target=_part(self.target, rows),
            row_ids=np.arange(rows.start, rows.stop, dtype=np.int64),
            fingerprint=self.fingerprint,
            groups=_part(self.groups, rows),
            notes=self.files.notes() if start == 0 else (),
        )


def _part(values: Sequence[str] | None, rows: slice) -> NDArray[Any] | None:
    return None if values is None else np.asarray(values[rows])
