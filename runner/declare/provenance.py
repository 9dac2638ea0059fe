"""Where a value was written: the word on the command line, or the file and line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Origin:
    """Where a declaration's values come from. overrides: the command's words; files: in merging order, last wins."""

    overrides: Sequence[str] = ()
    files: Sequence[Path] = ()

    def of(self, key: str) -> str:
        """Tell where a dotted key was set; empty where it is a default.

        >>> Origin(("model.l2=x",)).of("model.l2")
        "'model.l2=x' on the command line"
        """
        for word in reversed(self.overrides):
            if _key(word) == key or (_sets_mapping(word) and key.startswith(f"{_key(word)}.")):
                return f"{_shortened(word)!r} on the command line"
        for path in reversed(self.files):
            line = line_of(path, key)
            if line:
                return f"{path}, line {line}"
        return ""


def _key(word: str) -> str:
    return word.lstrip("+~").partition("=")[0].partition("@")[0]


def _sets_mapping(word: str) -> bool:
    """Say whether a word sets several keys at once; `model=softmax` chooses, and sets none."""
    return word.partition("=")[2].lstrip().startswith("{")


def _shortened(word: str) -> str:
    return word if len(word) <= 200 else f"{word[:200]}… ({len(word):,} characters)"


def line_of(path: Path, key: str) -> int | None:
    """Return the line (from 1) on which a file sets a dotted key, or None."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return None
    line = None
    for part in key.split("."):
        for name, name_line, value in _entries(node):
            if name == part:
                node, line = value, name_line
                break
        else:
            return None
    return line


def _entries(node: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key.start_mark.line + 1, value
