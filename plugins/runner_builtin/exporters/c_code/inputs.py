"""What a program is asked with: the columns or numbers of a row, as the rows of training had them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from runner_builtin.exporters.c_code.program import Column, Data, Program, Table


@dataclass(frozen=True)
class Inputs:
    """kind: "table" of named columns, or "array" with a row of this shape. numbers, texts: names, in the order of the
    program's row; of an array that holds numbers none are named, and one of texts has the one name "input".
    """

    kind: Literal["table", "array"]
    shape: tuple[int, ...]
    n_numbers: int
    numbers: tuple[str, ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, features: Any) -> Inputs:
        """Look at a few rows: a frame, an array, or a sparse matrix."""
        if hasattr(features, "iloc"):
            kinds = {str(name): _kind(dtype) for name, dtype in features.dtypes.items()}
            numbers = tuple(name for name, kind in kinds.items() if kind == "number")
            texts = tuple(name for name, kind in kinds.items() if kind == "text")
            return cls("table", (), len(numbers), numbers, texts)
        shape = tuple(int(size) for size in features.shape[1:])
        if features.dtype.kind not in "iufb":
            return cls("array", shape, 0, (), ("input",))
        return cls("array", shape, math.prod(shape), (), ())

    def begin(self, program: Program, features: Any) -> Data:
        """Write that the row is copied to where steps may change it, and say where that is."""
        vector = program.vector(self.n_numbers)
        if self.n_numbers:
            program.say("memcpy(w->memory, row->numbers, sizeof(row->numbers));")
        if self.texts:
            program.say("memcpy(w->texts, row->texts, sizeof(row->texts));")
        if self.kind == "array":
            return vector if self.n_numbers else Table((Column("input", "text", 0),))
        columns = []
        for name, dtype in features.dtypes.items():
            kind = _kind(dtype)
            place = {"number": self.numbers, "text": self.texts, "other": (str(name),)}[kind].index(str(name))
            columns.append(Column(str(name), kind, place))
        return Table(tuple(columns))


def _kind(dtype: Any) -> Literal["number", "text", "other"]:
    if getattr(dtype, "kind", "O") in "iufb":
        return "number"
    return "other" if getattr(dtype, "kind", "O") in "mMc" else "text"
