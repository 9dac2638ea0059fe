"""What goes into a model, one thing after the other: the columns of a table, or blocks of an image.

>>> blocks = inputs_of(np.zeros((5, 28, 28)), most=50)
>>> len(blocks.names), blocks.names[0]
(49, 'rows 0-3, columns 0-3')
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.data import take_rows

#: Takes rows that may be written to, the place of an input, and what its values are to be; writes them in.
Write = Callable[[Any, int, Any], None]


@dataclass(frozen=True)
class Inputs:
    """The inputs of a model by name. parts: how each is found in the rows; left_out: so many more are not looked at.

    single: whether each is one column, and no block of pixels or of columns.
    """

    names: tuple[str, ...]
    parts: tuple[Any, ...]
    left_out: int = 0
    single: bool = True

    def replaced(self, features: Any, rows: NDArray[np.intp], place: int, source: NDArray[np.intp]) -> Any:
        """Return rows with one input taken from other rows. rows, source: (n,) positions in `features`."""
        taken, part = take_rows(features, rows), self.parts[place]
        if hasattr(features, "iloc"):
            taken = taken.copy()
            taken.isetitem(part, features.iloc[source, part].set_axis(taken.index))
        else:
            taken[(slice(None), *part)] = features[(source, *part)]
        return taken


def inputs_of(features: Any, *, most: int) -> Inputs:
    """Name the inputs. features: a frame or a dense array of rows.

    most: of a frame's columns the first are taken; columns of an array, and pixels, are taken together in blocks.
    """
    if hasattr(features, "iloc"):
        names = tuple(str(name) for name in features.columns)
        return Inputs(names[:most], tuple(range(len(names[:most]))), max(0, len(names) - most))
    shape = features.shape[1:]
    if len(shape) == 1:
        width = math.ceil(shape[0] / most)
        starts = range(0, shape[0], width)
        told = tuple(_span(start, width, shape[0]) for start in starts)
        return Inputs(told, tuple((slice(start, start + width),) for start in starts), single=width == 1)
    return _blocks(shape[0], shape[1], most)


def _blocks(height: int, width: int, most: int) -> Inputs:
    """Part images into squares as small as `most` allows."""
    edge = next(e for e in range(1, max(height, width) + 1) if math.ceil(height / e) * math.ceil(width / e) <= most)
    corners = [(top, left) for top in range(0, height, edge) for left in range(0, width, edge)]
    names = [f"rows {_span(t, edge, height)}, columns {_span(left, edge, width)}" for t, left in corners]
    parts = [(slice(top, top + edge), slice(left, left + edge)) for top, left in corners]
    return Inputs(tuple(names), tuple(parts), single=False)


def _span(start: int, size: int, end: int) -> str:
    last = min(start + size, end) - 1
    return str(start) if last == start else f"{start}-{last}"
