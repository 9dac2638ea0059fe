"""Take personal data out of texts: e-mail addresses, phone and card numbers, IBANs, IP addresses."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import ConfigError
from runner.options import Columns
from runner.secrets import Secrets
from runner_builtin.cleaners.pii_patterns import KINDS, Kind, found
from runner_builtin.text_values import text_lists, with_texts

#: Phone numbers are few enough to try them all, so a key must not be guessable.
_SHORTEST_KEY = 16
_DIGEST_DIGITS = 16


@dataclass(frozen=True, kw_only=True)
class MaskPii:
    """Mask personal data in texts, drop the rows that hold some, or put a keyed hash in its place.

    kinds: what to look for, None for all. action: "mask" writes <EMAIL>; "hash" writes <EMAIL:1f3a…>, the first 64
    bits of HMAC-SHA256 (RFC 2104) under `key`, equal for equal values; "drop" drops the row. key: names a secret,
    `${secret:env:NAME}`, never holds it; new rows need it as well. columns: of a table, None for all columns of
    texts. What is found is counted, never shown. Phone numbers are those that begin with + or 00, those of 9 to 12
    digits that begin with 0, and 555-123-4567. Raises DataError, ConfigError.
    """

    columns: Columns | None = None
    kinds: list[Literal["email", "iban", "card", "ip", "phone"]] | None = None
    action: Literal["mask", "drop", "hash"] = "mask"
    key: str | None = None

    row_by_row: ClassVar[bool] = True

    @property
    def keeps_rows(self) -> bool:
        """Only dropping drops."""
        return self.action != "drop"

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows without the personal data that could be found."""
        written = self._written()
        wanted = {name: kind for name, kind in KINDS.items() if self.kinds is None or name in self.kinds}
        texts = text_lists(dataset.features, self.columns, "mask_pii")
        if self.action == "drop":
            return _dropped(dataset, texts, wanted)
        counts: dict[str, Counter[str]] = {name: Counter() for name in texts}
        masked = {
            name: [None if text is None else _masked(text, wanted, written, counts[name]) for text in values]
            for name, values in texts.items()
        }
        return with_texts(dataset, masked).noting(*_notes(counts))

    def _written(self) -> Callable[[Kind, str], str]:
        """Return what is written in place of a value. The key is revealed here and kept nowhere."""
        if (self.action == "hash") != (self.key is not None):
            raise ConfigError(
                f"cleaner 'mask_pii': action {self.action!r} with {'a' if self.key else 'no'} key; a key goes with "
                f"action 'hash', and that action needs one: key: ${{secret:env:NAME}}."
            )
        if self.key is None:
            return lambda kind, value: f"<{kind.name}>"
        key = Secrets().reveal(self.key)
        if key == self.key:
            raise ConfigError(
                "cleaner 'mask_pii': the key stands in the declaration, where everybody can read it. "
                "Put it into the environment and write key: ${secret:env:NAME}."
            )
        if len(key) < _SHORTEST_KEY:
            raise ConfigError(
                f"cleaner 'mask_pii': the key {self.key} names has {len(key)} characters; with fewer than "
                f"{_SHORTEST_KEY} the values behind the hashes could be guessed. Use a longer one."
            )
        return partial(_hashed, key.encode())


def _hashed(key: bytes, kind: Kind, value: str) -> str:
    digest = hmac.digest(key, f"{kind.name}:{kind.plain(value)}".encode(), "sha256").hex()
    return f"<{kind.name}:{digest[:_DIGEST_DIGITS]}>"


def _masked(text: str, kinds: dict[str, Kind], written: Callable[[Kind, str], str], counts: Counter[str]) -> str:
    parts, after = [], 0
    for start, end, kind in found(text, kinds):
        parts += [text[after:start], written(kind, text[start:end])]
        after = end
        counts[kind.told] += 1
    return "".join([*parts, text[after:]])


def _dropped(dataset: Dataset, texts: dict[str, list[str | None]], kinds: dict[str, Kind]) -> Dataset:
    """Drop rows by the first kind they hold, so that each is counted once."""
    first = np.zeros(dataset.n_rows, dtype=object)
    for row, values in enumerate(zip(*texts.values(), strict=True)):
        held = {kind.told for text in values if text is not None for _, _, kind in found(text, kinds)}
        first[row] = next((kind.told for kind in kinds.values() if kind.told in held), None)
    for kind in kinds.values():
        holds = np.asarray([one == kind.told for one in first], dtype=bool)
        dataset, first = dataset.drop(holds, f"personal data: {kind.told}"), first[~holds]
    return dataset


def _notes(counts: dict[str, Counter[str]]) -> list[str]:
    return [
        f"took out of {name!r}: {', '.join(f'{count} {told}' for told, count in held.items())}"
        for name, held in counts.items()
        if held
    ]
