"""Categories to numbers: each known category, a missing and an unknown one, and what the fitted encoder makes of it.

The encoder itself is asked, so that dropped, infrequent and unknown categories come out as it does them.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner_builtin.exporters.c_code.program import Column, Data, Program, Step, Table, Vector

_UNSEEN_TEXT = "\x00 no category \x00"


@dataclass(frozen=True)
class _Known:
    """The categories of one column, in the order in which C looks them up. codes: name of the look-up expression.

    answers: (n_categories + 2, n_columns), the last two rows of an unknown and of a missing one; NaN where the
    encoder refuses it.
    """

    code: str
    answers: NDArray[np.float64]


def one_hot(step: Step, data: Data, program: Program) -> Vector:
    """Write a column for each category."""
    widths = [int(width) for width in step.estimator._n_features_outs]
    columns = _columns(step, data)
    made = program.vector(sum(widths))
    program.need("mark")
    starts = np.cumsum([0, *widths]).tolist()
    for place in range(len(columns)):
        known = _known(step, program, columns, place, slice(starts[place], starts[place + 1]))
        places = np.where(
            np.isnan(known.answers).any(axis=1),
            widths[place] + 1,
            np.where(known.answers.any(axis=1), known.answers.argmax(axis=1), widths[place]),
        )
        name = program.table(places.astype(np.int64), "int32_t")
        at = f"w->memory + {made.start + starts[place]}"
        program.say(*_refusal(known, name, widths[place] + 1), f"mark({at}, {widths[place]}, {name}[{known.code}]);")
    return made


def _refusal(known: _Known, name: str, refused: int) -> list[str]:
    return [f"if ({name}[{known.code}] == {refused}) return 0;"] if np.isnan(known.answers).any() else []


def coded(step: Step, data: Data, program: Program) -> Vector:
    """Write a number for each category."""
    columns = _columns(step, data)
    made = program.vector(len(columns))
    for place in range(len(columns)):
        known = _known(step, program, columns, place, slice(place, place + 1))
        answers = known.answers[:, 0]
        refused = np.flatnonzero(np.isnan(answers))
        name = program.table(np.nan_to_num(answers))
        for code in refused.tolist():
            program.say(f"if ({known.code} == {code}) return 0;")
        program.say(f"w->memory[{made.start + place}] = {name}[{known.code}];")
    return made


def _columns(step: Step, data: Data) -> tuple[Column, ...]:
    if isinstance(data, Table):
        columns = data.columns
        if any(column.kind == "other" for column in columns):
            step.refuse("it takes columns that are neither numbers nor texts")
        return columns
    if data.pending is not None:
        step.refuse("categories cannot follow a projection")
    return tuple(Column(str(place), "number", data.start + place) for place in range(data.length))


def _known(step: Step, program: Program, columns: tuple[Column, ...], place: int, made: slice) -> _Known:
    """Ask the encoder for every category of one column."""
    column, categories = columns[place], list(_categories(step.estimator)[place])
    present = [value for value in categories if not _is_missing(value)]
    if column.kind == "text":
        if not all(isinstance(value, str) for value in present):
            step.refuse(f"column {column.name!r} has texts, but categories of other types")
        present.sort(key=lambda text: text.encode("utf-8", "surrogatepass"))
        table = program.strings([text.encode("utf-8", "replace") for text in present])
        program.need("lookup_text")
        text = f"w->texts[{column.place}]"
        code = f"lookup_text(&{table}, {text}.bytes, {text}.length)"
        wanted: list[Any] = [*present, _UNSEEN_TEXT, np.nan]
    else:
        present = sorted(float(value) for value in present)
        if program.real == "float" and len({np.float32(value) for value in present}) < len(present):
            step.refuse(f"categories of column {column.name!r} are equal in float32", "Set precision: float64.")
        program.need("lookup_number")
        table = program.table(np.asarray(present, dtype=np.float64))
        code = f"lookup_number({table}, {len(present)}, w->memory[{column.place}])"
        wanted = [*present, max(present, default=0.0) + 1.0, np.nan]
    rows = [_answer(step, columns, place, value)[made] for value in wanted]
    return _Known(code, np.asarray(rows, dtype=np.float64))


def _categories(encoder: Any) -> Any:
    return encoder.encoder_.categories_ if hasattr(encoder, "encoder_") else encoder.categories_


def _answer(step: Step, columns: tuple[Column, ...], place: int, value: Any) -> NDArray[np.float64]:
    """Return what the encoder makes of a row with this category; NaN where it refuses it."""
    import pandas as pd  # a table of categories was trained on, so pandas is loaded

    row = [categories[0] if len(categories) else np.nan for categories in _categories(step.estimator)]
    n_out = sum(getattr(step.estimator, "_n_features_outs", [1] * len(columns)))
    row[place] = value
    names = getattr(step.estimator, "feature_names_in_", None)
    array = np.empty((1, len(row)), dtype=object)
    array[0] = row
    if all(column.kind == "number" for column in columns):
        array = array.astype(np.float64)
    asked: Any = array if names is None else pd.DataFrame(array, columns=list(names))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of categories that are unknown: that is what we ask for
        try:
            answer = step.estimator.transform(asked)
        except ValueError:  # how scikit-learn refuses one
            return np.full(n_out, np.nan)
    dense = answer.toarray() if hasattr(answer, "toarray") else np.asarray(answer)
    made: NDArray[np.float64] = np.asarray(dense, dtype=np.float64)[0]
    return made


def _is_missing(value: Any) -> bool:
    return value is None or value != value
