"""What was predicted of every held-out row, as one CSV table that anything reads.

>>> import numpy as np
>>> said = Prediction(np.array(["ham"]), np.array(["ham", "spam"]), np.array([[0.75, 0.25]]))
>>> print(predictions_table([HeldOut(0, "test", np.array([17]), np.array(["spam"]), said)]), end="")
fold,part,row_id,truth,predicted,probability.ham,probability.spam
0,test,17,spam,ham,0.75,0.25

Numbers are written so that they read back bit for bit, labels as in `results.csv`: a text that a spreadsheet would
compute gets an apostrophe in front, one that reads as a number gets quotes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from runner.data import Prediction
from runner.errors import IntegrityError
from runner.record.results import cell, of_cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

Part = Literal["validation", "test"]

_HEAD = ["fold", "part", "row_id", "truth", "predicted"]
_PROBABILITY, _SCORE = "probability", "score"
#: Rows written at once: a table of ten classes then takes some megabytes and no more.
_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class HeldOut:
    """The held-out rows of one fold and what its model said of them. fold: counts from 0.

    row_ids: (n_rows,), as the source gave them. truth: (n_rows,).
    """

    fold: int
    part: Part
    row_ids: NDArray[np.int64]
    truth: NDArray[Any]
    prediction: Prediction


def cells(part: HeldOut) -> int:
    """Count the numbers that a part has in the table."""
    said = part.prediction
    return len(part.row_ids) + sum(np.size(told) for told in (said.probabilities, said.scores) if told is not None)


def predictions_table(parts: Sequence[HeldOut]) -> str:
    """Return the table: fold, part, row_id, truth, predicted, and `probability.<class>` and `score.<class>`.

    The one score of two classes, which is of the second, is in the column `score`. A cell is empty where the model
    of a fold did not know the class.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = _number_columns(parts)
    writer.writerow([*_HEAD, *names])
    for part in parts:
        numbers = _numbers(part.prediction)
        for start in range(0, len(part.truth), _ROWS_AT_ONCE):
            writer.writerows(_lines(part, numbers, names, slice(start, start + _ROWS_AT_ONCE)))
    return out.getvalue()


def read_predictions(path: Path) -> list[HeldOut]:
    """Read the table back, value for value. Raises IntegrityError where it is not such a table.

    The classes of a prediction are those that have numbers; None where none has.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            names = next(lines)
            if names[: len(_HEAD)] != _HEAD:
                raise ValueError(f"its columns are {names[:10]!r}, {_HEAD!r} and probabilities are due")
            parts = groupby(lines, key=lambda line: (line[0], line[1]))
            return [_part(fold, part, names[len(_HEAD) :], list(rows)) for (fold, part), rows in parts]
    except (OSError, ValueError, IndexError, StopIteration, csv.Error) as error:
        raise IntegrityError(
            f"'{path}' cannot be read as the table of predictions that a run writes: {str(error) or 'it is empty'}. "
            "'runner verify' compares the whole run folder with what was written."
        ) from error


# --- writing -----------------------------------------------------------------------------------------------


def _numbers(prediction: Prediction) -> dict[str, NDArray[Any]]:
    """Return the columns of numbers of one prediction by name."""
    columns: dict[str, NDArray[Any]] = {}
    for kind, values in ((_PROBABILITY, prediction.probabilities), (_SCORE, prediction.scores)):
        if values is None:
            continue
        if values.ndim == 1:
            columns[kind] = values
            continue
        assert prediction.classes is not None
        for label, column in zip(prediction.classes.tolist(), values.T, strict=True):
            columns[f"{kind}.{cell(label)}"] = column
    return columns


def _number_columns(parts: Sequence[HeldOut]) -> list[str]:
    """Name the columns of all folds, probabilities first, classes in sorted order as models have them."""
    found = {name for part in parts for name in _numbers(part.prediction)}
    known = [part.prediction.classes for part in parts if part.prediction.classes is not None]
    labels = np.unique(np.concatenate(known)).tolist() if known else []
    wanted = [name for kind in (_PROBABILITY, _SCORE) for name in (kind, *(f"{kind}.{cell(it)}" for it in labels))]
    return [name for name in wanted if name in found]


def _lines(
    part: HeldOut, numbers: dict[str, NDArray[Any]], names: Sequence[str], rows: slice
) -> Iterator[tuple[str, ...]]:
    size = len(part.truth[rows])
    columns = [[str(part.fold)] * size, [part.part] * size, map(str, part.row_ids[rows].tolist())]
    columns += [_cells(values[rows].tolist()) for values in (part.truth, part.prediction.labels)]
    columns += [map(repr, numbers[name][rows].tolist()) if name in numbers else [""] * size for name in names]
    return zip(*columns, strict=True)


def _cells(labels: list[Any]) -> list[str]:
    texts = {label: cell(label) for label in set(labels)}
    return [texts[label] for label in labels]


# --- reading -----------------------------------------------------------------------------------------------


def _part(fold: str, part: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> HeldOut:
    if part not in ("validation", "test"):
        raise ValueError(f"part {part!r} is neither 'validation' nor 'test'")
    if any(len(row) != len(_HEAD) + len(names) for row in rows):
        raise ValueError(f"a line of fold {fold} has not the {len(_HEAD) + len(names)} cells of the header")
    _, _, row_ids, truth, predicted, *columns = zip(*rows, strict=True)
    numbers = {
        name: np.array(column, dtype=np.float64) for name, column in zip(names, columns, strict=True) if column[0]
    }
    return HeldOut(
        int(fold),
        cast(Part, part),
        np.array(row_ids, dtype=np.int64),
        _labels(truth),
        Prediction(_labels(predicted), _classes(numbers), _table(numbers, _PROBABILITY), _table(numbers, _SCORE)),
    )


def _labels(cells: Sequence[str]) -> NDArray[Any]:
    values = {text: of_cell(text) for text in set(cells)}
    return np.array([values[text] for text in cells])


def _classes(numbers: dict[str, NDArray[np.float64]]) -> NDArray[Any] | None:
    labels = dict.fromkeys(name.partition(".")[2] for name in numbers if "." in name)
    return np.array([of_cell(label) for label in labels]) if labels else None


def _table(numbers: dict[str, NDArray[np.float64]], kind: str) -> NDArray[np.float64] | None:
    if kind in numbers:
        return numbers[kind]
    columns = [values for name, values in numbers.items() if name.startswith(f"{kind}.")]
    return np.stack(columns, axis=1) if columns else None
