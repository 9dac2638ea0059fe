"""Drop texts that say again what an earlier one said, with other spaces, marks, case, or a few other words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from annotated_types import Gt, Le

from runner.data import Dataset
from runner.options import Columns, Count, Several
from runner_builtin.cleaners.minhash import (
    band_keys,
    character_shingles,
    jaccard,
    near_enough,
    signatures,
    word_shingles,
)
from runner_builtin.text_values import text_lists

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class NearDuplicates:
    """Drop rows whose texts are nearly those of an earlier row; the first stays.

    method: "normalised" compares what is left without case, punctuation and spaces; "minhash" also drops texts
    whose sets of shingles have at least `threshold` in common (Jaccard; candidates by MinHash, Broder 1997, each
    checked exactly). shingle: runs of `size` characters or words. permutations: more find candidates more surely.
    with_target: rows count as equal only if their targets are. columns: of a table, None for all columns of
    texts, compared together. Rows without any text stay. Raises DataError.
    """

    columns: Columns | None = None
    method: Literal["normalised", "minhash"] = "normalised"
    threshold: Annotated[float, Gt(0), Le(1)] = 0.8
    shingle: Literal["characters", "words"] = "characters"
    size: Count = 5
    permutations: Several = 128
    with_target: bool = False
    random_state: int | None = None

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows that say something new, in the same order."""
        columns = text_lists(dataset.features, self.columns, "near_duplicates").values()
        texts = [" ".join(filter(None, map(normalised, row))) for row in zip(*columns, strict=True)]
        targets = dataset.target.tolist() if self.with_target and dataset.target is not None else [None] * len(texts)
        repeated = _repeated(texts, targets)
        if self.method == "minhash":
            repeated[~repeated] = self._similar(*_kept(texts, targets, ~repeated))
        return dataset.drop(repeated, "near-duplicate texts")

    def _similar(self, texts: list[str], targets: list[Any]) -> NDArray[np.bool_]:
        """Mark each text that is similar to an earlier one which is not marked itself."""
        shingles = character_shingles if self.shingle == "characters" else word_shingles
        sets = shingles(texts, self.size)
        signed = signatures(sets, self.permutations, self.random_state or 0)
        leaders: dict[Any, list[int]] = {}
        similar = np.zeros(len(texts), dtype=bool)
        for row, bands in enumerate(band_keys(signed, self.threshold)):
            if not texts[row]:
                continue
            keys = [(targets[row], band) for band in bands]
            candidates = sorted({leader for key in keys for leader in leaders.get(key, ())})
            likely = near_enough(signed, row, candidates, self.threshold)
            similar[row] = any(jaccard(sets[row], sets[leader]) >= self.threshold for leader in likely)
            if not similar[row]:
                for key in keys:
                    leaders.setdefault(key, []).append(row)
        return similar


def normalised(text: str | None) -> str:
    """Return the words of a text in one form; of one without words (":-)"), all but the spaces.

    >>> normalised("  Don't  PANIC!! ")
    'dont panic'
    """
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    words = _WORD.findall(folded.replace("'", "").replace("\u2019", ""))
    return " ".join(words) if words else "".join(folded.split())


def _repeated(texts: list[str], targets: list[Any]) -> NDArray[np.bool_]:
    """Mark each text that occurred before with the same target; a row without text repeats nothing."""
    seen: set[tuple[str, Any]] = set()
    repeated = np.zeros(len(texts), dtype=bool)
    for row, key in enumerate(zip(texts, targets, strict=True)):
        repeated[row] = bool(key[0]) and key in seen
        seen.add(key)
    return repeated


def _kept(texts: list[str], targets: list[Any], rows: NDArray[np.bool_]) -> tuple[list[str], list[Any]]:
    positions = np.flatnonzero(rows).tolist()
    return [texts[row] for row in positions], [targets[row] for row in positions]
