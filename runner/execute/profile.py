"""What data look like, in counts and ranges: no cell is shown, but the ends of numbers and dates.

The costly parts (different values, lengths of texts) look at `SAMPLE` rows, evenly spaced; the profile says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.data import Dataset

#: So many rows are looked at where looking at all costs too much.
SAMPLE = 50_000
#: Of wider data no more columns are described one by one.
MAX_COLUMNS = 300
#: Arrays of more columns (pixels, embeddings) are described as a whole.
_MAX_ARRAY_COLUMNS = 100
#: More classes are not listed one by one.
MAX_CLASSES = 100
#: Fewer rows say nothing of whether a column is an id.
_ENOUGH = 20
_TYPES = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "date", "U": "text", "S": "text"}


@dataclass(frozen=True)
class ColumnProfile:
    """One column. type: as in `runner.columns`. distinct: different values among the rows looked at.

    minimum, maximum: of numbers and, as ISO texts, of dates. shortest, longest: characters of texts. id_like: no two
    rows have the same, and it reads like a number or a key of the row.
    """

    name: str
    type: str
    missing: int
    distinct: int | None = None
    infinite: int = 0
    minimum: float | str | None = None
    maximum: float | str | None = None
    mean: float | None = None
    shortest: int | None = None
    longest: int | None = None
    constant: bool = False
    id_like: bool = False


@dataclass(frozen=True)
class TargetProfile:
    """What is to be predicted. classes: label -> rows, the most frequent first; None for values."""

    type: str
    missing: int
    distinct: int
    classes: Mapping[str, int] | None = None
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None


@dataclass(frozen=True)
class Profile:
    """What a dataset looks like. columns: empty where it is described as a whole, by `values`.

    shape: of the features. sampled: so many rows were looked at for `distinct`, `shortest`, `longest` and `id_like`;
    None for all. groups: how many there are.
    """

    rows: int
    kind: str
    shape: tuple[int, ...]
    missing: int
    columns: tuple[ColumnProfile, ...] = ()
    values: ColumnProfile | None = None
    target: TargetProfile | None = None
    groups: int | None = None
    sampled: int | None = None


def profile(dataset: Dataset, *, classifier: bool = True) -> Profile:
    """Describe a dataset. classifier: the target holds classes, even if these are numbers."""
    features = dataset.features
    rows = sample_of(dataset.n_rows)
    if hasattr(features, "iloc"):
        kind, columns = "table", tuple(_frame_columns(features, rows))
    else:
        kind = "sparse" if hasattr(features, "indptr") else "array"
        columns = tuple(_array_columns(features, rows)) if kind == "array" else ()
    whole = None
    if kind != "table" and not columns:
        whole = _as_a_whole(features.data if kind == "sparse" else np.asarray(features))
    return Profile(
        rows=dataset.n_rows,
        kind=kind,
        shape=tuple(int(size) for size in features.shape),
        missing=whole.missing if whole else sum(column.missing for column in columns),
        columns=columns,
        values=whole,
        target=None if dataset.target is None else target_profile(dataset.target, classifier=classifier),
        groups=None if dataset.groups is None else len(np.unique(dataset.groups)),
        sampled=len(rows) if len(rows) < dataset.n_rows else None,
    )


def sample_of(n_rows: int, most: int = SAMPLE) -> NDArray[np.intp]:
    """Return positions of at most so many rows, evenly spaced."""
    return np.arange(n_rows) if n_rows <= most else np.linspace(0, n_rows - 1, most).astype(np.intp)


def target_profile(target: NDArray[Any], *, classifier: bool) -> TargetProfile:
    """Describe a target. Values that are not numbers are classes, whatever `classifier` says."""
    missing = missing_in(target)
    kept = target[~missing] if missing.any() else target
    kind = _TYPES.get(target.dtype.kind, "other")
    if target.dtype.kind in "iuf" and not classifier:
        finite = kept[np.isfinite(kept)]
        ends = (float(finite.min()), float(finite.max()), float(finite.mean())) if len(finite) else (None, None, None)
        return TargetProfile(kind, int(missing.sum()), len(np.unique(kept)), None, *ends)
    labels, counts = np.unique(kept.astype(str) if kept.dtype.hasobject else kept, return_counts=True)
    most = np.argsort(-counts, kind="stable")[:MAX_CLASSES]
    classes = {str(label): int(count) for label, count in zip(labels[most], counts[most], strict=True)}
    return TargetProfile(kind, int(missing.sum()), len(labels), classes)


def missing_in(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark what is NaN, no time, or None."""
    missing = np.zeros(values.shape, dtype=bool)
    if values.dtype.kind == "f":
        np.isnan(values, out=missing)
    elif values.dtype.kind == "M":
        np.isnat(values, out=missing)
    elif values.dtype.hasobject:
        marks = (value is None or value != value for value in values.ravel().tolist())  # only NaN is not itself
        missing = np.fromiter(marks, dtype=bool, count=values.size).reshape(values.shape)
    return missing


def _frame_columns(frame: Any, rows: NDArray[np.intp]) -> Iterator[ColumnProfile]:
    for place, name in enumerate(frame.columns[:MAX_COLUMNS]):
        column = frame.iloc[:, place]
        yield _frame_column(str(name), column, column if len(rows) == len(column) else column.iloc[rows])


def _frame_column(name: str, column: Any, sample: Any) -> ColumnProfile:
    kind = _type_of(column.dtype)
    missing = int(column.isna().sum())
    try:
        distinct: int | None = int(sample.nunique())
    except TypeError:  # lists have no hash
        distinct = None
    told: dict[str, Any] = {"constant": distinct == 1 and not missing}
    if kind in ("number", "integer"):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        told |= _range(numbers)
    elif kind == "date" and missing < len(column):
        told |= {"minimum": column.min().isoformat(), "maximum": column.max().isoformat()}
    elif kind == "text":
        told |= _lengths(sample)
    told["id_like"] = not missing and distinct == len(sample) >= _ENOUGH and _reads_like_an_id(name, kind, sample)
    return ColumnProfile(name, kind, missing, distinct, **told)


def _type_of(dtype: Any) -> str:
    if str(dtype) == "category":
        return "category"
    return "text" if dtype.kind in "OT" else _TYPES.get(dtype.kind, "other")


def _range(numbers: NDArray[np.float64]) -> dict[str, Any]:
    """Tell the ends and the mean of the numbers that are finite."""
    sound = np.isfinite(numbers)
    finite = numbers if sound.all() else numbers[sound]
    infinite = int(np.count_nonzero(np.isinf(numbers))) if finite is not numbers else 0
    if not finite.size:
        return {"infinite": infinite}
    ends = {"minimum": float(finite.min()), "maximum": float(finite.max()), "mean": float(finite.mean())}
    return {"infinite": infinite, **ends}


def _lengths(sample: Any) -> dict[str, Any]:
    lengths = [len(value) for value in sample.tolist() if isinstance(value, str)]
    return {"shortest": min(lengths), "longest": max(lengths)} if lengths else {}


def _reads_like_an_id(name: str, kind: str, sample: Any) -> bool:
    """Say whether a column of all different values numbers the rows, or holds a key for each.

    Whole numbers that are all different are an id where they lie close together or the name says so; texts, where
    none has a space and none is long.
    """
    words = name.lower().replace("-", "_").split("_")
    if kind == "integer":
        spread = float(sample.max()) - float(sample.min())
        return spread < 2 * len(sample) or bool({"id", "key", "index", "number", "nr", "no"} & set(words))
    if kind == "text":
        return all(isinstance(value, str) and len(value) <= 64 and not value.count(" ") for value in sample.tolist())
    return False


def _array_columns(features: NDArray[Any], rows: NDArray[np.intp]) -> Iterator[ColumnProfile]:
    """Describe the columns of a table of numbers; of wider arrays and of images none."""
    array = np.asarray(features)
    if array.ndim != 2 or array.shape[1] > _MAX_ARRAY_COLUMNS or array.dtype.kind not in "iufb":
        return
    for place in range(array.shape[1]):
        column = array[:, place]
        kind = _TYPES[column.dtype.kind]
        missing = int(missing_in(column).sum())
        sample = column if len(rows) == len(column) else column[rows]
        distinct = len(np.unique(sample[~missing_in(sample)]))
        id_like = not missing and distinct == len(sample) >= _ENOUGH and _reads_like_an_id("", kind, sample)
        ends = _range(column.astype(np.float64, copy=False))
        constant = distinct == 1 and not missing
        yield ColumnProfile(str(place), kind, missing, distinct, constant=constant, id_like=id_like, **ends)


def _as_a_whole(array: NDArray[Any]) -> ColumnProfile:
    """Describe all values of an array, or the stored ones of a sparse matrix, together."""
    kind = _TYPES.get(array.dtype.kind, "other")
    missing = int(missing_in(array).sum())
    if array.dtype.kind not in "iuf":
        return ColumnProfile("", kind, missing)
    return ColumnProfile("", kind, missing, **_range(array.astype(np.float64, copy=False)))
