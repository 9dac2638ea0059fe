"""What the names of files tell: which are wanted, of which class each is, which belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from runner.errors import ConfigError, DataError
from runner_builtin.sources.file_collection import FileCollection
from runner_builtin.sources.file_selection import listed


def matches_glob(name: str, pattern: str) -> bool:
    """Say whether a relative path is met by a pattern in which `**` stands for any number of folders.

    >>> matches_glob("a/b/c.txt", "**/*.txt"), matches_glob("c.txt", "**/*.txt"), matches_glob("a/c.txt", "*.txt")
    (True, True, False)
    """
    return _met(name.split("/"), pattern.split("/"))


def _met(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return any(_met(parts[start:], patterns[1:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and _met(parts[1:], patterns[1:])


def name_labels(files: FileCollection, labels: str | None, pattern: str | None) -> list[str] | None:
    """Return the class of each file as the option `labels` says: "folder", "pattern", or None for none."""
    check_pattern(labels, pattern)
    if labels is None:
        return None
    return folder_of_each(files) if labels == "folder" else group_of_each(files, pattern, "pattern")


def check_pattern(labels: str | None, pattern: str | None) -> None:
    """Refuse a pattern that would not be used. Raises ConfigError."""
    if labels != "pattern" and pattern is not None:
        raise ConfigError(f"pattern: {pattern!r} is of no use with labels: {labels}; set labels: pattern.")


def folder_of_each(files: FileCollection) -> list[str]:
    """Return the first folder of each file's path. Raises DataError for files in no folder."""
    outside = [name for name in files.names if "/" not in name]
    if outside:
        raise DataError(
            f"labels: {len(outside):,} of {len(files.names):,} files of {files.origin} lie in no folder that could "
            f"name their class: {listed(outside)}. Sort them into folders, or set labels: pattern."
        )
    return [name.split("/", 1)[0] for name in files.names]


def group_of_each(files: FileCollection, pattern: str | None, option: str) -> list[str]:
    """Return what the one group of a regular expression matches in each name. option: whose pattern it is.

    Raises ConfigError for what is no such expression, DataError for names that it does not match.
    """
    if pattern is None:
        raise ConfigError(f"{option}: give a regular expression with one group, such as '^([a-z]+)_'.")
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise ConfigError(f"{option}: {pattern!r} is no regular expression: {error}.") from None
    if expression.groups != 1:
        raise ConfigError(f"{option}: {pattern!r} has {expression.groups} groups; the one group says what is meant.")
    found = [expression.search(name) for name in files.names]
    unmet = [name for name, match in zip(files.names, found, strict=True) if match is None or match[1] is None]
    if unmet:
        raise DataError(
            f"{option}: {pattern!r} does not match {len(unmet):,} of {len(files.names):,} names of {files.origin}: "
            f"{listed(unmet)}."
        )
    return [match[1] for match in found if match is not None]
