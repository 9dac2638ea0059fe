"""The texts that new files are made of: package data, with `$words` to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from string import Template


def text_of(name: str) -> str:
    """Return a text as it is. name: as the file will be called, such as "cleaner.py"."""
    return (files(__package__) / "templates" / f"{name}.txt").read_text(encoding="utf-8")


def filled(name: str, words: Mapping[str, str]) -> str:
    """Return a text with its words filled in. Raises KeyError for one that is not given."""
    return Template(text_of(name)).substitute(words)
