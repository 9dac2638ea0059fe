"""Which texts are nearly the same: sets of shingles, MinHash signatures, and bands that find candidates.

The share of equal places in two MinHash signatures estimates the Jaccard similarity of the two sets (Broder, 1997:
On the resemblance and containment of documents). Cut into bands, signatures of similar sets agree in at least one
band with near certainty (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BASE = np.uint64(0x100000001B3)
#: A similar pair is to be among the candidates with at least this probability.
_RECALL = 0.999


def character_shingles(texts: Sequence[str], size: int) -> list[NDArray[np.uint64]]:
    """Return for each text the hashes of its runs of `size` characters, each once, in ascending order.

    A shorter text counts as one run.
    """
    symbols = [np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4") for text in texts]
    return [_shingles(row.astype(np.uint64), size) for row in symbols]


def word_shingles(texts: Sequence[str], size: int) -> list[NDArray[np.uint64]]:
    """Return for each text the hashes of its runs of `size` words, as `character_shingles` does of characters."""
    known: dict[str, int] = {}
    rows = [[known.setdefault(word, len(known)) for word in text.split()] for text in texts]
    return [_shingles(np.asarray(row, dtype=np.uint64), size) for row in rows]


def signatures(sets: Sequence[NDArray[np.uint64]], permutations: int, seed: int) -> NDArray[np.uint32]:
    """Return (n_sets, permutations): the least value of each set under each of so many random hash functions."""
    if not sets:
        return np.empty((0, permutations), dtype=np.uint32)
    rng = np.random.default_rng(seed)
    factors = rng.integers(0, 2**64, size=permutations, dtype=np.uint64) | np.uint64(1)
    shifts = rng.integers(0, 2**64, size=permutations, dtype=np.uint64)
    members, starts = np.concatenate(sets), np.cumsum([0, *map(len, sets[:-1])])
    columns = [
        np.minimum.reduceat((members * factor + shift) >> np.uint64(32), starts)
        for factor, shift in zip(factors, shifts, strict=True)
    ]
    return np.column_stack(columns).astype(np.uint32)


def band_keys(signed: NDArray[np.uint32], threshold: float) -> list[list[bytes]]:
    """Return for each signature the keys of its bands; sets of that similarity share one with near certainty."""
    permutations = signed.shape[1]
    width = band_width(permutations, threshold)
    starts = range(0, permutations - width + 1, width)
    return [[_place(start) + row[start : start + width].tobytes() for start in starts] for row in signed]


def _place(start: int) -> bytes:
    """Tell the bands apart: equal values in different ones mean nothing."""
    return start.to_bytes(4, "little")


def band_width(permutations: int, threshold: float) -> int:
    """Return the widest band that finds similar pairs with probability 0.999; wide ones find fewer others.

    >>> band_width(128, 0.8)
    5
    """
    widths = range(1, permutations + 1)
    found = [width for width in widths if 1 - (1 - threshold**width) ** (permutations // width) >= _RECALL]
    return max(found, default=1)


def near_enough(signed: NDArray[np.uint32], row: int, others: Sequence[int], threshold: float) -> list[int]:
    """Return those of the others whose signature lets a similarity of `threshold` with that of `row` be possible.

    The estimate is off by at most 0.5 / sqrt(permutations) as a standard deviation; four of these are allowed for.
    """
    if not others:
        return []
    agreed = (signed[np.asarray(others)] == signed[row]).mean(axis=1)
    least = threshold - 2 / np.sqrt(signed.shape[1])
    return [other for other, share in zip(others, agreed.tolist(), strict=True) if share >= least]


def jaccard(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> float:
    """Return the share that two sets, each ascending without repetition, have in common."""
    common = len(np.intersect1d(first, second, assume_unique=True))
    return common / (len(first) + len(second) - common)


def _shingles(symbols: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    size = min(size, len(symbols))
    runs = len(symbols) - size + 1
    hashes = np.full(runs, size, dtype=np.uint64)  # arithmetic modulo 2 ** 64 is meant
    for offset in range(size):
        hashes = _mixed(hashes * _BASE + symbols[offset : offset + runs])
    return np.unique(hashes)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over all others (the finaliser of SplitMix64; Steele, Lea and Flood, 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
