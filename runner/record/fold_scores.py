"""Every score of every fold as one tidy table, `scores.csv`: a line per number.

>>> one = FoldScore(fold=0, part="test", metric="accuracy", value=0.96)
>>> print(scores_table([one]), end="")
fold,part,metric,row,column,value
0,test,accuracy,,,0.96
>>> of_fold(2, {"accuracy": 0.9, "test/accuracy": 0.8})[1]
FoldScore(fold=2, part='test', metric='accuracy', value=0.8, row=None, column=None, trial=None, seed=None)

The table of a sweep has the columns `trial` and `seed` in front, and the scores that are one number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner.errors import IntegrityError
from runner.record.records import Score
from runner.record.results import cell, of_cell
from runner.record.sweeps import TrialRecord

#: Before a metric's name: the score is of test rows, where another is of validation rows.
_TEST = "test/"
_HEAD = ("fold", "part", "metric", "row", "column", "value")
_OF_SWEEPS = ("trial", "seed")


@dataclass(frozen=True, kw_only=True)
class FoldScore:
    """A number that a metric gave. fold: counts from 0, the last judgement after all others.

    part: of the rows, "validation" or "test", in a sweep "held-out" where they are all of one part;
    "compressed/<name>/" before it where the pipeline was compressed.
    row, column: where in a description (a confusion matrix) the number stands: the class, where there are as many as
    classes, else the position from 0. trial, seed: of a sweep; the seed is the how-many-eth, from 0.
    """

    fold: int
    part: str
    metric: str
    value: float | None
    row: Any = None
    column: Any = None
    trial: int | None = None
    seed: int | None = None


def of_fold(
    fold: int,
    scores: Mapping[str, Score],
    *,
    part: str = "test",
    classes: Sequence[Any] | None = None,
    compressor: str | None = None,
) -> list[FoldScore]:
    """Take a fold's scores apart. part: of the rows that were scored; "test" where only these were.

    classes: of the model, None where it tells none. compressor: that had made the pipeline smaller.
    """
    parted = any(name.startswith(_TEST) for name in scores)
    before = "" if compressor is None else f"compressed/{compressor}/"
    found: list[FoldScore] = []
    for name, score in scores.items():
        which = "test" if name.startswith(_TEST) else "validation" if parted else part
        for row, column, value in _numbers(score, classes):
            told = FoldScore(fold=fold, part=f"{before}{which}", metric=name.removeprefix(_TEST), value=value)
            found.append(replace(told, row=row, column=column))
    return found


def of_trials(trials: Iterable[TrialRecord]) -> Iterator[FoldScore]:
    """Give the scores of each trial, seed and fold that are one number."""
    for trial in trials:
        n_folds = 1 + max((step.fold for step in trial.steps if step.fold is not None), default=0)
        for place, scores in enumerate(trial.metrics.folds):
            plain = {name: score for name, score in scores.items() if not isinstance(score, list)}
            for one in of_fold(place % n_folds, plain, part="held-out"):
                yield replace(one, trial=trial.number, seed=place // n_folds)


def scores_table(scores: Iterable[FoldScore], *, of_sweep: bool = False) -> str:
    """Return the table. of_sweep: with the columns `trial` and `seed`."""
    names = (*_OF_SWEEPS, *_HEAD) if of_sweep else _HEAD
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell(getattr(one, name)) for name in names] for one in scores)
    return out.getvalue()


def read_scores(path: Path) -> list[FoldScore]:
    """Read a table back, value for value. Raises IntegrityError where it is none."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            names = next(lines, [])
            if tuple(names) not in (_HEAD, (*_OF_SWEEPS, *_HEAD)):
                raise ValueError(f"its columns are {names!r}, {list(_HEAD)!r} are due")
            return [FoldScore(**dict(zip(names, map(of_cell, line), strict=True))) for line in lines]
    except (OSError, ValueError, csv.Error) as error:
        raise IntegrityError(
            f"'{path}' cannot be read as a table of scores: {error}. 'runner verify' compares the whole folder with "
            "what was written."
        ) from error


def _numbers(score: Score, classes: Sequence[Any] | None) -> Iterator[tuple[Any, Any, float | None]]:
    """Give (row, column, number); the two None for a score that is one number."""
    if not isinstance(score, list):
        yield None, None, score
        return
    for row, numbers in zip(_labels(score, classes), score, strict=True):
        if not isinstance(numbers, list):
            yield row, None, numbers
            continue
        for column, number in zip(_labels(numbers, classes), numbers, strict=True):
            yield row, column, number


def _labels(numbers: Sequence[Any], classes: Sequence[Any] | None) -> Sequence[Any]:
    return classes if classes is not None and len(classes) == len(numbers) else range(len(numbers))
