"""What the data of a model looked like, in counts: `reports/reference.json`.

Numbers are kept as a histogram over their quantiles, categories by name where at least five rows have them, texts by
their lengths. No row can be read from it, and a count below five is never kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runner.data import Prediction, take_rows
from runner.drifting.histogram import FEWEST, Histogram
from runner.drifting.series import Kind, Series, series_of, text_series, tokens

#: The version of the record. A reader refuses a newer one.
SCHEMA = 1
#: So many rows are looked at, evenly spaced; of words the most frequent are known.
_ROWS, _WORDS, _TEXTS = 50_000, 5_000, 10_000
#: With fewer rows there is nothing to compare with.
LEAST = 20


@dataclass(frozen=True)
class Profile:
    """One series of values.

    rows: looked at; missing: of these. spread: of numbers. values: category -> rows; rare: rows of all other ones.
    inner: of texts, the series of numbers that stand for them. words: of texts, those known, as numbers, sorted.
    """

    name: str
    kind: Kind
    rows: int
    missing: int
    spread: Histogram | None = None
    values: Mapping[str, int] | None = None
    rare: int = 0
    inner: tuple[Profile, ...] = ()
    words: tuple[int, ...] = ()

    @classmethod
    def of(cls, series: Series) -> Self:
        """Describe a series."""
        values, rows = series.values, len(series.values)
        if series.kind == "date":
            return cls(series.name, "date", rows, int(np.count_nonzero(values)))
        if series.kind == "number":
            known = values[~np.isnan(values)]
            spread = Histogram.of(known) if len(known) >= LEAST else None
            return cls(series.name, "number", rows, rows - len(known), spread)
        texts = [value for value in values.tolist() if value is not None]
        missing = rows - len(texts)
        if series.kind == "category":
            counts = Counter(texts)
            kept = {value: count for value, count in sorted(counts.items()) if count >= FEWEST}
            return cls(series.name, "category", rows, missing, None, kept, len(texts) - sum(kept.values()))
        return cls._of_texts(series.name, rows, missing, texts)

    @classmethod
    def _of_texts(cls, name: str, rows: int, missing: int, texts: Sequence[str]) -> Self:
        """Learn the words on every second text, and see on the others how many are not known."""
        texts = [texts[place] for place in _spaced(len(texts), _TEXTS).tolist()]
        found = Counter(word for text in texts[::2] for word in set(tokens(text)))
        frequent = sorted(word for word, count in found.most_common(_WORDS) if count >= FEWEST)
        inner = tuple(cls.of(one) for one in text_series(name, texts[1::2], np.array(frequent, dtype=np.int64)))
        return cls(name, "text", rows, missing, inner=inner, words=tuple(frequent))

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(
            record["name"],
            record["kind"],
            record["rows"],
            record["missing"],
            record.get("spread") and Histogram.read(record["spread"]),
            record.get("values"),
            record.get("rare", 0),
            tuple(cls.read(one) for one in record.get("inner", ())),
            tuple(record.get("words", ())),
        )

    def plain(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        told: dict[str, Any] = {"name": self.name, "kind": self.kind, "rows": self.rows, "missing": self.missing}
        if self.spread is not None:
            told["spread"] = self.spread.plain()
        if self.values is not None:
            told |= {"values": dict(self.values), "rare": self.rare}
        if self.inner:
            told |= {"inner": [one.plain() for one in self.inner], "words": list(self.words)}
        return told


@dataclass(frozen=True)
class Reference:
    """rows: of the data; columns: of their features; said: what the model said of held-out rows."""

    rows: int
    columns: tuple[Profile, ...]
    said: tuple[Profile, ...] = ()
    schema: int = field(default=SCHEMA)

    @classmethod
    def of(cls, features: Any, predictions: Sequence[Prediction], *, rows: int | None = None) -> Self:
        """Describe features as loaded, and predictions of held-out rows. rows: how many there were in all."""
        n_rows = int(features.shape[0])
        seen = take_rows(features, _spaced(n_rows, _ROWS)) if n_rows > _ROWS else features
        columns = tuple(Profile.of(series) for series in series_of(seen))
        return cls(
            n_rows if rows is None else rows, columns, tuple(Profile.of(one) for one in said_series(predictions))
        )

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """Read it back. Raises KeyError, TypeError for a record that is none."""
        return cls(
            record["rows"],
            tuple(Profile.read(one) for one in record["columns"]),
            tuple(Profile.read(one) for one in record["said"]),
            record["schema"],
        )

    def plain(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {
            "schema": self.schema,
            "rows": self.rows,
            "columns": [one.plain() for one in self.columns],
            "said": [one.plain() for one in self.said],
        }


def said_series(predictions: Sequence[Prediction]) -> list[Series]:
    """Return what is compared of predictions: labels, and the chance or the score that they come from; or values."""
    predictions = [said for said in predictions if len(said.labels)]
    if not predictions:
        return []
    labels = np.concatenate([said.labels for said in predictions])
    if predictions[0].classes is None:
        return [Series("predicted value", "number", labels.astype(np.float64))]
    found = [Series("predicted class", "category", np.array([str(label) for label in labels.tolist()], dtype=object))]
    classes = {tuple(said.classes.tolist()) for said in predictions if said.classes is not None}
    tables = [said.probabilities for said in predictions]
    if len(classes) == 1 and all(table is not None for table in tables):
        table = np.concatenate([table for table in tables if table is not None])
        known = next(iter(classes))
        if len(known) == 2:
            found.append(Series(f"chance of {known[1]}", "number", table[:, 1].astype(np.float64)))
        else:
            found.append(Series("chance of the predicted class", "number", table.max(axis=1).astype(np.float64)))
    return found


def _spaced(n_rows: int, most: int) -> NDArray[np.intp]:
    """Return positions of at most so many rows, evenly spaced."""
    return np.arange(n_rows) if n_rows <= most else np.linspace(0, n_rows - 1, most).astype(np.intp)
