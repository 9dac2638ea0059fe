"""More training texts from those there are, with words replaced by others of the same meaning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.options import Columns, InputFile, Share
from runner_builtin.augmenters.text_rows import joined_with_changed

_WORD = re.compile(r"(\W*)(.*?)(\W*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Synonyms:
    """Add each row once more with some words of its texts replaced by synonyms (Wei & Zou, 2019).

    synonyms: word -> what may stand for it. file: the same as a file in UTF-8, `.json` with such a mapping, any other
    with lines such as `good: fine, well made`; blank lines and lines that begin with # say nothing. share: of the
    words that have synonyms, how many are replaced, at least one. Upper and lower case are one; a capital at the
    beginning and the punctuation around a word stay. columns: of a table, None for all columns of texts. Missing
    texts stay missing. Raises ConfigError unless one list is given, DataError for a file that is none, and where no
    text holds a word of the list.
    """

    synonyms: dict[str, list[str]] | None = None
    file: InputFile | None = None
    share: Share = 0.1
    columns: Columns | None = None

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by those with words replaced."""
        replaced = _Replacing(self._listed(), self.share, rng)
        after = joined_with_changed(dataset, "synonyms", self.columns, replaced)
        if not replaced.count:
            raise DataError(
                f"augmenter 'synonyms': the texts hold none of the {len(replaced.listed)} words of the list, such as "
                f"{sorted(replaced.listed)[:5]}."
            )
        return after

    def _listed(self) -> dict[str, list[str]]:
        if (self.synonyms is None) == (self.file is None):
            raise ConfigError("augmenter 'synonyms' takes one list: give either synonyms or file.")
        if self.synonyms is not None:
            return _checked(self.synonyms, "synonyms")
        assert self.file is not None
        return _checked(_read(Path(self.file)), self.file)


class _Replacing:
    """Replaces words of texts. count: how many so far."""

    def __init__(self, listed: Mapping[str, list[str]], share: float, rng: np.random.Generator) -> None:
        self.listed = listed
        self.count = 0
        self._share = share
        self._rng = rng

    def __call__(self, text: str) -> str:
        words = text.split()
        known = [place for place, word in enumerate(words) if _parted(word)[1].casefold() in self.listed]
        if known:
            how_many = max(1, round(self._share * len(known)))
            for place in self._rng.choice(known, size=how_many, replace=False).tolist():
                words[place] = self._other(words[place])
            self.count += how_many
        return " ".join(words)

    def _other(self, word: str) -> str:
        before, core, after = _parted(word)
        others = self.listed[core.casefold()]
        other = others[self._rng.integers(len(others))]
        return before + (other[:1].upper() + other[1:] if core[:1].isupper() else other) + after


def _parted(word: str) -> tuple[str, str, str]:
    """Part a word from the punctuation before and after it."""
    found = _WORD.fullmatch(word)
    assert found is not None
    return found[1], found[2], found[3]


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text) if path.suffix.lower() == ".json" else _of_lines(text, path)
    except OSError as error:
        raise DataError(f"augmenter 'synonyms' cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"augmenter 'synonyms': {path} is not in UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise DataError(f"augmenter 'synonyms': {path} is no JSON: {error}.") from error


def _of_lines(text: str, path: Path) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, colon, others = line.partition(":")
        if not colon:
            raise DataError(
                f"augmenter 'synonyms': {path}, line {number} is {line.strip()!r}; 'word: synonym, synonym' is due."
            )
        if word.strip() in listed:
            raise DataError(f"augmenter 'synonyms': {path}, line {number} lists {word.strip()!r} again.")
        listed[word.strip()] = [other.strip() for other in others.split(",") if other.strip()]
    return listed


def _checked(listed: Any, where: str) -> dict[str, list[str]]:
    """Return the list with its words in lower case. Raises DataError for what is no list of synonyms."""
    if not isinstance(listed, Mapping) or not listed:
        raise DataError(f"augmenter 'synonyms': {where} holds no mapping from words to lists of their synonyms.")
    folded: dict[str, list[str]] = {}
    for word, others in listed.items():
        sound = isinstance(others, list) and others and all(isinstance(other, str) and other for other in others)
        if not sound:
            raise DataError(f"augmenter 'synonyms': {where}: {word!r} has {others!r}; a list of texts is due.")
        if _parted(word)[1] != word or len(word.split()) != 1:
            raise DataError(
                f"augmenter 'synonyms': {where}: {word!r} is no single word without punctuation around it."
            )
        if word.casefold() in folded:
            raise DataError(f"augmenter 'synonyms': {where} lists {word!r} twice but for upper and lower case.")
        folded[word.casefold()] = list(others)
    return folded
