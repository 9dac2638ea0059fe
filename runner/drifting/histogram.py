"""How numbers are spread, by their quantiles: all that is kept of a column.

>>> spread = Histogram.of(np.arange(1000.0))
>>> len(spread.counts), min(spread.counts)
(100, 10)
>>> spread.counted(np.array([-5.0, 2000.0])).nonzero()[0].tolist()
[0, 99]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

#: A count of fewer rows is never kept: its bin goes together with the next.
FEWEST = 5
#: Bins of a column at most, and rows that each should have.
_BINS, _ROWS_PER_BIN = 100, 10


@dataclass(frozen=True)
class Histogram:
    """How many numbers lie between edges.

    edges: (n_bins - 1,) rising. counts: (n_bins,) rows above one edge, up to and with the next.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Self:
        """Part numbers at their quantiles; equal ones stay together. values: (n_rows,) without NaN."""
        n_bins = max(1, min(_BINS, len(values) // _ROWS_PER_BIN))
        shares = np.arange(1, n_bins) / n_bins
        edges = np.unique(np.quantile(values, shares, method="inverted_cdf")) if len(shares) else np.empty(0)
        least = values.min()
        if len(edges) and np.count_nonzero(values == least) >= FEWEST:
            # what lies below the least value, if many rows have that, is new
            edges = np.unique(np.append(edges, [np.nextafter(least, -np.inf), least]))
        return cls._merged(edges, _counted(edges, values))

    @classmethod
    def _merged(cls, edges: NDArray[np.float64], counts: NDArray[np.int64]) -> Self:
        """Put bins of few rows together with the next one, the last with the one before. A bin may be empty."""
        kept: list[float] = []
        sums: list[int] = []
        running = 0
        for place, count in enumerate(counts.tolist()):
            running += count
            if (running >= FEWEST or not running) and place < len(edges):
                kept.append(float(edges[place]))
                sums.append(running)
                running = 0
        sums.append(running)
        if 0 < running < FEWEST and kept:
            kept.pop()
            last = sums.pop()
            sums[-1] += last
        return cls(tuple(kept), tuple(sums))

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(tuple(float(edge) for edge in record["edges"]), tuple(int(count) for count in record["counts"]))

    def plain(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {"edges": list(self.edges), "counts": list(self.counts)}

    def counted(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Count other numbers in the same bins, (n_bins,). values: without NaN."""
        return _counted(np.asarray(self.edges), values)

    def coarse(self, most: int) -> list[slice]:
        """Part the bins into about so many groups of equally many rows, in order; an empty one stays by itself."""
        share, running, groups = sum(self.counts) / most, 0, []
        start = 0
        for place, count in enumerate(self.counts):
            running += count
            last = place + 1 == len(self.counts)
            if not running or running >= share or last or not self.counts[place + 1]:
                groups.append(slice(start, place + 1))
                start, running = place + 1, 0
        return groups


def _counted(edges: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
