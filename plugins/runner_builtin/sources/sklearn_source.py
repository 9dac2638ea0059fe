"""The small real data sets that scikit-learn ships, for experiments that need no file and no network.

`linnerud` is left out: it has three targets per row, and a dataset here has one.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.sources.fingerprints import bytes_fingerprint, content_fingerprint


@dataclass(frozen=True, kw_only=True)
class SklearnDatasetSource:
    """Give one of scikit-learn's own data sets: a DataFrame, or for digits images of shape (n_rows, 8, 8).

    as_frame: False gives tables as arrays without column names; digits are an array anyway. class_names:
    the target holds the names of the classes ('malignant') instead of their numbers; digits are their own
    names, and stay numbers. Pixels count from 0 to 16.
    """

    name: Literal["iris", "digits", "wine", "breast_cancer", "diabetes"]
    as_frame: bool = True
    class_names: bool = True

    draws: ClassVar[bool] = False

    def load(self, context: SourceContext) -> Dataset:
        """Return all rows in scikit-learn's order."""
        return _digits() if self.name == "digits" else self._table()

    def _table(self) -> Dataset:
        from sklearn import datasets  # costs 0.2 s beyond the rest of scikit-learn; digits do without

        bunch = getattr(datasets, f"load_{self.name}")(as_frame=self.as_frame)
        target = np.asarray(bunch.target)
        if self.class_names and "target_names" in bunch:
            target = np.asarray(bunch.target_names, dtype=str)[target]
        return Dataset.of(bunch.data, target, fingerprint=content_fingerprint(bunch.data, target))


def _digits() -> Dataset:
    """Read the file that `sklearn.datasets.load_digits` reads, without importing that package."""
    content = _shipped("datasets/data/digits.csv.gz").read_bytes()
    table = np.loadtxt(io.BytesIO(gzip.decompress(content)), delimiter=",")
    images = table[:, :-1].reshape(-1, 8, 8)
    return Dataset.of(images, table[:, -1].astype(int), fingerprint=bytes_fingerprint(content))


def _shipped(name: str) -> Path:
    spec: Any = importlib.util.find_spec("sklearn")
    file = Path(spec.submodule_search_locations[0]) / name
    if not file.is_file():
        raise DataError(f"The installed scikit-learn has no file {file}; reinstall it, or choose another data set.")
    return file
