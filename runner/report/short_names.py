"""Keys, settings and paths as short as they can be and still tell one from another."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

#: A setting longer than this is cut; the trial's record has it whole.
VALUE_WIDTH = 32


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """Return each key's shortest ending that no other key has; a key that is the ending of another stays whole.

    >>> short_names(["optimizer.learning_rate", "model.l2", "transforms.tfidf.max_df", "transforms.count.max_df"])
    {'optimizer.learning_rate': 'learning_rate', 'model.l2': 'l2', 'transforms.tfidf.max_df': 'tfidf.max_df', \
'transforms.count.max_df': 'count.max_df'}
    """
    distinct = dict.fromkeys(keys)
    endings = Counter(ending for key in distinct for ending in _endings(key))
    return {key: next((ending for ending in _endings(key) if endings[ending] == 1), key) for key in distinct}


def setting(value: Any) -> str:
    """Write a setting for a table cell or a line.

    >>> setting(1e-5), setting(True), setting(None), setting("x" * 40), setting(chr(9))
    ('1e-05', 'true', 'null', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…', "'\\\\t'")
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= VALUE_WIDTH else f"{text[: VALUE_WIDTH - 1]}…"


def settings_line(settings: Mapping[str, Any]) -> str:
    """Write the settings of one trial in a line, in short names.

    >>> settings_line({"optimizer.learning_rate": 0.1, "seed": 3})
    'learning_rate 0.1, seed 3'
    """
    names = short_names(list(settings))
    return ", ".join(f"{names[key]} {setting(value)}" for key, value in settings.items())


def near(path: os.PathLike[str]) -> str:
    """Name a path from where one stands, if it lies below."""
    relative = os.path.relpath(path)
    return os.fspath(path) if relative.startswith("..") else relative


def _endings(key: str) -> list[str]:
    """Return a key's endings at its dots, the shortest first.

    >>> _endings("a.b.c")
    ['c', 'b.c', 'a.b.c']
    """
    words = key.split(".")
    return [".".join(words[start:]) for start in range(len(words) - 1, -1, -1)]
