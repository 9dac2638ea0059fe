"""What a model is asked with and what it answers, in plain values: the contract of everything that is shipped.

>>> import numpy as np
>>> from runner.data import Dataset
>>> signature = Signature.of(Dataset.of(np.zeros((3, 2))), classes=["no", "yes"], probabilities=True)
>>> signature.inputs[0].name, signature.inputs[0].datatype, signature.inputs[0].shape
('input', 'FP64', (2,))
>>> Signature.read(signature.plain()) == signature
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np

from runner.data import Dataset

#: The version of `signature.json`. A reader refuses a newer one.
SCHEMA = 1
#: The types of the Open Inference Protocol that occur here.
Datatype = Literal["BYTES", "FP64", "FP32", "INT64", "UINT8", "BOOL"]
#: The one input of a model of arrays, or of a table of numbers asked as a matrix.
MATRIX = "input"
#: More values than this are no list that a person reads, nor one that a request is compared with.
_MOST_VALUES = 100


@dataclass(frozen=True)
class Input:
    """One tensor that a request gives. name: of the column, or "input".

    shape: of one row, () for a column. dtype: of the training data, as pandas or NumPy call it. nullable: values
    were missing in training. values: the categories seen in training, where they are few. low, high: the range
    seen in training, for information: a value outside is no error.
    """

    name: str
    datatype: Datatype
    shape: tuple[int, ...] = ()
    dtype: str = "object"
    nullable: bool = False
    values: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Signature:
    """kind: "table" (one input per column) or "array" (one input for all).

    classes: in the order of the probabilities' columns, None for a regression. probabilities: whether the model gives
    any.
    """

    kind: Literal["table", "array"]
    inputs: tuple[Input, ...]
    classes: tuple[Any, ...] | None = None
    probabilities: bool = False

    @classmethod
    def of(cls, rows: Dataset, *, classes: Sequence[Any] | None, probabilities: bool) -> Self:
        """Describe the rows that a model learned from. rows: as loaded, without columns it is never asked with."""
        told = None if classes is None else tuple(_plain(label) for label in classes)
        features = rows.features
        if hasattr(features, "iloc"):
            inputs = tuple(_column(str(name), features.iloc[:, place]) for place, name in enumerate(features.columns))
            return cls("table", inputs, told, probabilities)
        return cls("array", (_matrix(features),), told, probabilities)

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """Read it back. Raises KeyError, TypeError for a record that is none."""
        inputs = tuple(
            Input(**{**one, "shape": tuple(one["shape"]), "values": one["values"] and tuple(one["values"])})
            for one in record["inputs"]
        )
        classes = record["classes"]
        return cls(record["kind"], inputs, None if classes is None else tuple(classes), record["probabilities"])

    def plain(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        inputs = [
            {**asdict(one), "shape": list(one.shape), "values": None if one.values is None else list(one.values)}
            for one in self.inputs
        ]
        classes = None if self.classes is None else list(self.classes)
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "inputs": inputs,
            "classes": classes,
            "probabilities": self.probabilities,
        }

    @property
    def numeric(self) -> bool:
        """Whether every input is of numbers, so that rows may come as one matrix."""
        return all(one.datatype != "BYTES" for one in self.inputs)

    @property
    def takes_matrix(self) -> bool:
        """Whether a table's rows may come as one matrix named "input" beside one input per column."""
        return self.kind == "table" and self.numeric and all(one.name != MATRIX for one in self.inputs)


def _column(name: str, column: Any) -> Input:
    dtype, nullable = str(column.dtype), bool(column.isna().any())
    kind = getattr(column.dtype, "kind", "O")
    if kind in "iufb":
        known = column.dropna()
        low, high = (float(known.min()), float(known.max())) if len(known) and kind != "b" else (None, None)
        datatype: Datatype = "BOOL" if kind == "b" else "INT64" if kind in "iu" and not nullable else "FP64"
        finite = low is not None and high is not None and np.isfinite([low, high]).all()
        return Input(name, datatype, (), dtype, nullable, None, low if finite else None, high if finite else None)
    values = None
    if kind not in "mM":
        distinct = column.dropna().unique()
        texts = len(distinct) <= _MOST_VALUES and all(isinstance(value, str) for value in distinct)
        values = tuple(sorted(distinct)) if texts and len(distinct) * 2 <= len(column) else None
    return Input(name, "BYTES", (), dtype, nullable, values)


def _matrix(features: Any) -> Input:
    array = features.data if hasattr(features, "indptr") else np.asarray(features)
    kind, shape = array.dtype.kind, tuple(int(size) for size in features.shape[1:])
    if kind not in "iufb":
        return Input(MATRIX, "BYTES", shape, str(array.dtype))
    datatype: Datatype = "FP64" if kind == "f" else "UINT8" if array.dtype == np.uint8 else "INT64"
    if kind == "b":
        return Input(MATRIX, "BOOL", shape, str(array.dtype))
    missing = kind == "f" and bool(np.isnan(array).any())
    known = array[np.isfinite(array)] if kind == "f" else array
    low, high = (float(known.min()), float(known.max())) if known.size else (None, None)
    return Input(MATRIX, datatype, shape, str(array.dtype), missing, None, low, high)


def _plain(label: Any) -> Any:
    return label.item() if hasattr(label, "item") else label
