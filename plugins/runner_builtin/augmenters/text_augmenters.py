"""More training texts from those there are, by what is done to their words.

Words are what whitespace parts; those of a text made are parted by single spaces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runner.data import Dataset
from runner.options import Columns, Share
from runner_builtin.augmenters.text_rows import joined_with_changed


@dataclass(frozen=True, kw_only=True)
class ReverseText:
    """Add each row once more with the words of its texts in reversed order.

    columns: of a table, None for all columns of texts. An array of texts has shape (n_rows,). Missing texts
    stay missing. Raises DataError where there is no text.
    """

    columns: Columns | None = None

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by the reversed ones."""
        del rng
        return joined_with_changed(
            dataset, "reverse_text", self.columns, lambda text: " ".join(reversed(text.split()))
        )


@dataclass(frozen=True, kw_only=True)
class SwapWords:
    """Add each row once more with pairs of words of its texts changing places (Wei & Zou, 2019).

    share: of the words, how many swaps, at least one; each swaps two words drawn at random. A text of one word stays
    as it is. columns, missing texts and errors: as for 'reverse_text'.
    """

    share: Share = 0.1
    columns: Columns | None = None

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by those with words swapped."""
        return joined_with_changed(dataset, "swap_words", self.columns, lambda text: self._swapped(text, rng))

    def _swapped(self, text: str, rng: np.random.Generator) -> str:
        words = text.split()
        if len(words) > 1:
            for _ in range(max(1, round(self.share * len(words)))):
                one, other = rng.choice(len(words), size=2, replace=False)
                words[one], words[other] = words[other], words[one]
        return " ".join(words)


@dataclass(frozen=True, kw_only=True)
class DeleteWords:
    """Add each row once more with some words of its texts left out (Wei & Zou, 2019).

    share: the chance of each word to go; if all would, one drawn at random stays. columns, missing texts and errors:
    as for 'reverse_text'.
    """

    share: Share = 0.1
    columns: Columns | None = None

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by the shortened ones."""
        return joined_with_changed(dataset, "delete_words", self.columns, lambda text: self._shortened(text, rng))

    def _shortened(self, text: str, rng: np.random.Generator) -> str:
        words = text.split()
        if not words:
            return text
        stays = rng.random(len(words)) >= self.share
        if not stays.any():
            stays[rng.integers(len(words))] = True
        return " ".join(word for word, stay in zip(words, stays.tolist(), strict=True) if stay)
