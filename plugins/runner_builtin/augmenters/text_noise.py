"""More training texts from those there are, with slips of the pen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from runner.data import Dataset
from runner.errors import ConfigError
from runner.options import Columns, Share
from runner_builtin.augmenters.text_rows import joined_with_changed

Slip = Literal["insert", "delete", "replace", "swap"]


@dataclass(frozen=True, kw_only=True)
class CharacterNoise:
    """Add each row once more with slips in its texts.

    share: the chance of each character to meet one. slips: the kinds, drawn evenly: a character put before it, itself
    left out or replaced, or swapped with the next one. New characters are drawn from those of the same text, whatever
    its script; spaces stay, so that words stay apart. columns: of a table, None for all columns of texts. An array of
    texts has shape (n_rows,). Missing texts stay missing. Raises DataError where there is no text.
    """

    share: Share = 0.05
    slips: tuple[Slip, ...] = ("insert", "delete", "replace", "swap")
    columns: Columns | None = None

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by the noisy ones."""
        if not self.slips:
            raise ConfigError("augmenter 'character_noise': slips is empty; name at least one kind.")
        return joined_with_changed(dataset, "character_noise", self.columns, lambda text: self._noisy(text, rng))

    def _noisy(self, text: str, rng: np.random.Generator) -> str:
        characters = list(text)
        own = [character for character in characters if not character.isspace()]
        met = np.flatnonzero(rng.random(len(characters)) < self.share)
        # from the end on, so that a slip does not move the places of those to come
        for place in met[::-1].tolist():
            if not characters[place].isspace():
                kind = self.slips[rng.integers(len(self.slips))]
                _slip(characters, place, kind, own[rng.integers(len(own))])
        return "".join(characters)


def _slip(characters: list[str], place: int, kind: str, drawn: str) -> None:
    """Let one slip happen in the list of characters."""
    after = place + 1
    if kind == "insert":
        characters.insert(place, drawn)
    elif kind == "delete":
        del characters[place]
    elif kind == "replace":
        characters[place] = drawn
    elif after < len(characters) and not characters[after].isspace():
        characters[place], characters[after] = characters[after], characters[place]
