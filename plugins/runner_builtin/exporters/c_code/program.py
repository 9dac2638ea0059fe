"""A program being written: constant tables, the statements that answer one row, and what they need.

A step hands on where its numbers are (`Vector`), or the columns of a table (`Table`); it never sees the text of
other steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from runner.errors import DataError, PluginError
from runner_builtin.exporters.c_code.arena import Arena
from runner_builtin.exporters.c_code.literals import numbers, smallest_type, wrapped

Precision = Literal["float32", "float64", "int8"]
#: How many bytes one number of a type takes.
SIZES = {
    "float": 4, "double": 8, "int8_t": 1, "int32_t": 4, "uint8_t": 1, "uint16_t": 2, "uint32_t": 4, "uint64_t": 8,
}  # fmt: skip


@dataclass(frozen=True)
class Dense:
    """A product still to be taken: x W + b. weights: (n_inputs, n_outputs); bias: (n_outputs,)."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]


@dataclass(frozen=True)
class Vector:
    """Numbers in the memory. pending: what is still to be done to them, where it may melt into what follows."""

    start: int
    length: int
    pending: Dense | None = None

    @property
    def width(self) -> int:
        """How many numbers there are once nothing is pending."""
        return self.length if self.pending is None else self.pending.weights.shape[1]

    @property
    def code(self) -> str:
        """The numbers as C has them."""
        return f"w->memory + {self.start}"


@dataclass(frozen=True)
class Column:
    """A column of a table. place: of its number in the memory, or of its text among the texts.

    kind: "other" is a column of dates or of other objects, which no step here can use.
    """

    name: str
    kind: Literal["number", "text", "other"]
    place: int


@dataclass(frozen=True)
class Table:
    """Columns in order."""

    columns: tuple[Column, ...]

    def named(self, name: str) -> Column:
        """Return the column of a name."""
        return next(column for column in self.columns if column.name == name)


Data = Vector | Table


@dataclass(frozen=True)
class Step:
    """A step being written, as messages call it."""

    name: str
    estimator: Any

    def refuse(
        self, reason: str, remedy: str = "Choose another component for it, or the exporter 'skops'."
    ) -> NoReturn:
        """Raise PluginError: there is no C for this step."""
        raise PluginError(
            f"exporter 'c' cannot write step {self.name!r} ({type(self.estimator).__qualname__}): {reason}. {remedy}"
        )

    def finite(self, values: Any) -> NDArray[np.float64]:
        """Return numbers as floats. Raises DataError for any that is not finite."""
        array = np.asarray(values, dtype=np.float64)
        if not np.isfinite(array).all():
            raise DataError(
                f"exporter 'c': step {self.name!r} ({type(self.estimator).__qualname__}) holds "
                f"{int((~np.isfinite(array)).sum())} numbers that are not finite. Its training did not succeed; mend "
                "that first."
            )
        return array


@dataclass
class Program:
    """precision: of weights. exact: numbers stay in double precision all the same, for a rounding would send them
    another way. tables: declarations; statements: of the function that answers a row; needs: runtime
    files, in order. flash: bytes of tables. sums: how many whole numbers an accumulator must hold. grams: how many
    terms of a text are under way at once.
    """

    precision: Precision
    exact: bool = False
    arena: Arena = field(default_factory=Arena)
    tables: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    needs: dict[str, None] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    flash: int = 0
    sums: int = 0
    grams: int = 0

    @property
    def real(self) -> str:
        """The C type of numbers."""
        return "double" if self.exact else self.weight

    @property
    def weight(self) -> str:
        """The C type of what was learned, where it may be narrower than numbers."""
        return "double" if self.precision == "float64" else "float"

    def say(self, *statements: str) -> None:
        """Add statements."""
        self.statements += statements

    def need(self, *runtimes: str) -> None:
        """Add runtime files, with what they need before them."""
        for runtime in runtimes:
            if runtime not in self.needs:
                self.need(*_BEFORE.get(runtime, ()))
                self.needs[runtime] = None

    def declare(self, ctype: str, count: int, initialiser: str, size: int) -> str:
        """Add a constant array and return its name. size: in bytes."""
        name = f"t{len(self.tables)}"
        self.tables.append(f"static const {ctype} {name}[{count}] = {{\n{initialiser}\n}};")
        self.flash += size
        return name

    def table(self, values: Any, ctype: str | None = None) -> str:
        """Add a table of numbers and return its name. ctype: "real" where it is left out for floats.

        Raises DataError for numbers that the type does not reach.
        """
        array = np.asarray(values).ravel()
        kind = ctype or (smallest_type(array) if array.dtype.kind in "iub" else self.real)
        if kind == "float" and (np.abs(array) > np.finfo(np.float32).max).any():
            raise DataError("exporter 'c': a number is larger than float32 reaches. Set precision: float64.")
        return self.declare(kind, len(array), wrapped(numbers(array, kind)), len(array) * SIZES[kind])

    def strings(self, texts: Sequence[bytes]) -> str:
        """Add sorted texts and return the name of their `strings`."""
        starts = np.cumsum([0, *map(len, texts)])
        # C has no arrays of length 0; the byte behind the last text is never read
        data = self.table(np.frombuffer(b"".join(texts) + b"\0", dtype=np.uint8), "uint8_t")
        at = self.table(starts, "uint32_t")
        self.need("strings")
        name = f"s{len(self.tables)}"
        self.tables.append(f"static const strings {name} = {{{data}, {at}, {len(texts)}}};")
        self.flash += 24
        return name

    def vector(self, length: int) -> Vector:
        """Take a place for so many numbers."""
        return Vector(self.arena.take(length), length)

    def once(self, key: str, make: Callable[[], str]) -> str:
        """Return the name of a table that several steps share. make: adds it, and is called at most once."""
        if key not in self.shared:
            self.shared[key] = make()
        return self.shared[key]

    def done_with(self, vector: Vector) -> None:
        """Give the place of numbers back that no later step reads."""
        self.arena.release(vector.start, vector.length)

    def settled(self, vector: Vector) -> Vector:
        """Return the numbers with nothing pending."""
        if vector.pending is None:
            return vector
        layer, made = vector.pending, self.vector(vector.width)
        bias = self.table(layer.bias)
        if self.precision == "int8" and not self.exact:
            self._whole_product(vector, made, layer.weights, bias)
        else:
            self.need("dense")
            weights = self.table(layer.weights)
            self.say(f"dense({vector.code}, {vector.length}, {weights}, {bias}, {made.code}, {made.length});")
        self.done_with(replace(vector, pending=None))
        return made

    def _whole_product(self, vector: Vector, made: Vector, weights: NDArray[np.float64], bias: str) -> None:
        """Take a product in whole numbers: weights in 8 bits, inputs as fine as sums of 32 bits allow."""
        self.need("dense_int8")
        whole, scale = in_8_bits(weights)
        most = int(np.abs(whole.astype(np.int64)).sum(axis=0).max(initial=1)) or 1
        levels = min(32767, (2**31 - 1) // most)
        if levels < 1:
            raise DataError(f"exporter 'c': {len(weights)} columns are too many for int8. Set precision: float32.")
        self.sums = max(self.sums, made.length)
        tables = f"{self.table(whole, 'int8_t')}, {self.table(scale)}, {bias}"
        self.say(
            f"dense_int8({vector.code}, {vector.length}, {levels}, {tables}, w->sums, {made.code}, {made.length});"
        )

    def numbers_of(self, data: Data, step: Step) -> Vector:
        """Return the features as numbers side by side. Raises PluginError for columns that are none."""
        if isinstance(data, Vector):
            return self.settled(data)
        return self.gathered(data.columns, step)

    def gathered(self, columns: Sequence[Column], step: Step, *, copied: bool = False) -> Vector:
        """Return columns of numbers side by side. copied: the columns themselves will still be read."""
        texts = [column.name for column in columns if column.kind != "number"]
        if texts:
            step.refuse(f"it would get columns that are no numbers: {', '.join(map(repr, texts[:10]))}")
        places = [column.place for column in columns]
        side_by_side = places == list(range(places[0], places[0] + len(places)))
        if not copied and side_by_side and self.arena.holds(places[0], len(places)):
            return Vector(places[0], len(places))
        made = self.vector(len(places))
        self.need("gather")
        self.say(f"gather(w->memory, {self.table(places, 'uint32_t')}, {made.code}, {made.length});")
        return made


def in_8_bits(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return whole numbers from -127 to 127 and a scale for each column (n_outputs,), whose product is nearest."""
    largest = np.abs(weights).max(axis=0, initial=0.0)
    scale = np.where(largest > 0, largest, 1.0) / 127
    return np.rint(weights / scale).astype(np.int8), scale


#: What runtime files need before them.
_BEFORE = {
    "dense_int8": ("clamped",),
    "lookup_text": ("strings",),
    "text": ("strings", "ranges"),
    "reader": ("text",),
    "gram": ("reader",),
    "words": ("gram",),
    "characters": ("gram",),
    "across_words": ("characters",),
    "inside_words": ("characters",),
    "vote": ("tree",),
    "vote_int8": ("tree",),
    "boost": ("tree",),
    "boost_int8": ("tree",),
}
