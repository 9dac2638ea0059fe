"""What splitters check before they part rows, told with counts and the largest number that is possible.

scikit-learn warns, or yields useless folds, where a split is impossible. Here that is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Dataset
from runner.errors import ConfigError, DataError, did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.intp]
    Folds = Iterator[tuple[Positions, Positions]]
    Triples = Iterator[tuple[Positions, Positions, Positions]]


def n_rows_of(X: Any) -> int:
    """Count the rows of a dataset, a table or an array."""
    return X.n_rows if isinstance(X, Dataset) else int(X.shape[0])


def column_of(X: Any, column: str, name: str) -> Any:
    """Return a column (a Series) of a dataset's table. Raises DataError where there is none, or it has gaps."""
    where = f"splitter {name!r}: column"
    features = X.features if isinstance(X, Dataset) else X
    if not hasattr(features, "iloc"):
        raise DataError(f"{where}: the features are no table, so they have no column {column!r}.")
    names = [str(known) for known in features.columns]
    if column not in names:
        raise DataError(
            f"{where}: there is no column {column!r} among the features. {did_you_mean(column, names)} "
            f"Columns that the source leaves out ('source.drop', 'source.target', 'source.groups') are not there."
        )
    values = features[column]
    missing = int(values.isna().sum())
    if missing:
        raise DataError(
            f"{where} {column!r} has no value in {missing} of {len(values)} rows. "
            f"Drop these rows with a cleaner, or fill them in the data."
        )
    return values


def count_of(size: float, n_rows: int, of: str = "rows") -> int:
    """Return how many of `n_rows` a share is, rounded up. Raises DataError where none is left for training."""
    count = int(np.ceil(n_rows * size))
    if n_rows < 2 or count >= n_rows:
        raise DataError(
            f"splitter: test_size {size} of {n_rows} {of} leaves no {of.removesuffix('s')} for training. "
            f"Load more rows or choose a smaller test_size."
        )
    return count


def counts_of_two(
    validation_size: float, test_size: float, n_rows: int, name: str, of: str = "rows"
) -> tuple[int, int]:
    """Return how many rows are for validation and for testing. Raises DataError where none is left for training."""
    n_validation, n_test = int(np.ceil(n_rows * validation_size)), int(np.ceil(n_rows * test_size))
    if n_validation + n_test >= n_rows:
        raise DataError(
            f"splitter {name!r}: validation_size {validation_size} and test_size {test_size} of {n_rows} {of} are "
            f"{n_validation} and {n_test}, which leaves no {of.removesuffix('s')} for training. Choose smaller sizes."
        )
    return n_validation, n_test


def check_folds(folds: int, most: int, name: str, of: str, option: str = "folds") -> None:
    """Refuse more folds than are possible. of: what limits them. Raises DataError with the largest number."""
    if folds > most:
        advice = f"The largest possible number is {most}." if most >= 2 else "No number of folds is possible."
        raise DataError(f"splitter {name!r}: {folds} {option} are more than {of}. {advice}")


def check_repeats(repeats: int, *, shuffle: bool, name: str) -> None:
    """Refuse repetitions that would all be the same. Raises ConfigError."""
    if repeats > 1 and not shuffle:
        raise ConfigError(
            f"splitter {name!r}: {repeats} repeats without shuffling are the same folds {repeats} times. "
            f"Set shuffle: true, or repeats: 1."
        )


def class_counts(y: Any, name: str) -> dict[Any, int]:
    """Count the rows of each class. Raises DataError where the target is missing or holds no classes."""
    if y is None:
        raise DataError(f"splitter {name!r} needs a target; name it in the source's option 'target'.")
    values, counts = np.unique(np.asarray(y), return_counts=True)
    if values.dtype.kind == "f" and not np.all(np.mod(values, 1) == 0):
        raise DataError(
            f"splitter {name!r} keeps the shares of classes, but the target holds {len(values)} different "
            f"fractions: it is no class. Use a splitter that is not stratified."
        )
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def check_members(counts: Mapping[Any, int], least: int, name: str) -> None:
    """Refuse classes of fewer rows than there are parts. Raises DataError with the counts."""
    few = [value for value, count in counts.items() if count < least]
    if few:
        raise DataError(
            f"splitter {name!r}: a class needs a row in each of {least} parts, but {len(few)} "
            f"{'has' if len(few) == 1 else 'have'} fewer ({told(counts)}). Drop or merge such classes, or use "
            f"a splitter that is not stratified."
        )


def told(counts: Mapping[Any, int]) -> str:
    """Tell class counts, the smallest classes first.

    >>> told({"ham": 3, "spam": 1})
    "'spam': 1, 'ham': 3"
    """
    rarest = sorted(counts.items(), key=lambda item: item[1])
    shown = ", ".join(f"{value!r}: {count}" for value, count in rarest[:10])
    return f"{shown}, … {len(rarest)} classes" if len(rarest) > 10 else shown
