"""Override words, each read once: which decide how a config is put together, and which only set values in it.

The line between the two is Hydra's: a word that its own `Overrides` does not keep as a value chooses among
the defaults. Words about Hydra itself count to the first kind. A word that is not understood here (a sweep,
a mistake, a value that reaches into Hydra's node) is None, and its job is composed by Hydra alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.defaults_list import Overrides
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf._utils import split_key

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
#: Decimal numbers, without the forms that only Hydra's grammar knows (`1_000`, `inf`, `.5`).
_NUMBER = re.compile(r"([^=]+=)([+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")


@dataclass(frozen=True)
class Word:
    """One override. base: it decides how the config is put together; steps: the path that it sets to a scalar.

    slot: what the words have in common that differ only in the scalar; the whole word where it sets none.
    """

    override: Override
    base: bool
    steps: tuple[str, ...] | None
    slot: str

    @property
    def path(self) -> tuple[str, ...]:
        """The keys from the root to what it touches."""
        return tuple(split_key(self.override.key_or_group))


@dataclass(frozen=True)
class Job:
    """A job's words, sorted. base: the texts that put the config together; values: what is set then, in order."""

    base: tuple[str, ...]
    values: tuple[Word, ...]
    words: tuple[Word, ...]

    @property
    def shape(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What jobs have in common that differ only in scalars."""
        return self.base, tuple(word.slot for word in self.values)


class Vocabulary:
    """Every word of a launch, read once.

    searched: words that may change where configs are looked for, given to all jobs alike.
    """

    def __init__(self, loader: ConfigLoaderImpl, config_name: str | None, searched: Sequence[str]) -> None:
        _, self._repository = loader._parse_overrides_and_create_caching_repo(config_name, list(searched))
        self._parser = OverridesParser.create()
        self._known: dict[str, Word | None] = {}
        self._numbers: dict[str, Word] = {}

    def job(self, texts: Sequence[str]) -> Job | None:
        """Sort a job's words, or return None where one of them is for Hydra alone."""
        base: list[str] = []
        values: list[Word] = []
        words: list[Word] = []
        for text in texts:
            word = self._word(text)
            if word is None or (values and word.override.is_hydra_override()):
                return None  # Hydra's own settings are read where they stand among the others
            words.append(word)
            if word.base:
                base.append(text)
            else:
                values.append(word)
        return Job(tuple(base), tuple(values), tuple(words))

    def _word(self, text: str) -> Word | None:
        if text not in self._known:
            self._known[text] = self._alike(text) or self._read(text)
        return self._known[text]

    def _alike(self, text: str) -> Word | None:
        """Read a word as one that was read before, and of which it differs only in a number: parsing is slow."""
        match = _NUMBER.fullmatch(text)
        if match is None:
            return None
        key, number = match.groups()
        if key not in self._numbers:
            word = self._read(text)
            if word is None or word.base:
                return None
            self._numbers[key] = word
            return word
        value = int(number) if number.lstrip("+-").isdigit() else float(number)
        override = replace(self._numbers[key].override, _value=value, input_line=text)
        return replace(self._numbers[key], override=override)

    def _read(self, text: str) -> Word | None:
        try:
            (override,) = self._parser.parse_overrides([text])
            if override.is_sweep_override() or "searchpath" in text:
                return None
            if "hydra" in text:
                return Word(override, True, None, text) if override.is_hydra_override() else None
            base = not Overrides(self._repository, [override]).config_overrides
        except Exception:  # noqa: BLE001 - a mistake of the user's: Hydra composes the job, and tells it
            return None
        if base or not _sets_scalar(override):
            return Word(override, base, None, text)
        key = override.key_or_group
        return Word(override, base, tuple(key.split(".")), f"{override.type.name} {key}")


def _sets_scalar(override: Override) -> bool:
    """Say whether an override sets one plain value at a plain path that is there already."""
    changes = override.type.name in ("CHANGE", "FORCE_ADD") and override.package is None
    return changes and _KEY.fullmatch(override.key_or_group) is not None and _is_scalar(override.value())


def _is_scalar(value: Any) -> bool:
    if isinstance(value, str):
        return "${" not in value and value != "???"
    return value is None or isinstance(value, bool | int | float)
