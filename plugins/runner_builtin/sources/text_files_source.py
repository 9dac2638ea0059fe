"""Texts that lie in a file each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ClassVar, Literal

import pandas as pd

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.options import Count
from runner_builtin.sources.archives import Limits
from runner_builtin.sources.file_collection import FileCollection, collected
from runner_builtin.sources.file_names import group_of_each, matches_glob, name_labels
from runner_builtin.sources.file_rows import FileRows
from runner_builtin.sources.file_selection import Selection, listed

_BATCH_ROWS = 1024


@dataclass(frozen=True, kw_only=True)
class TextFilesSource:
    """Read a folder or an archive (zip, tar) of text files, one row each, in the order of their names.

    labels: `folder` takes the first folder below `path` as a text's class, `pattern` what the one group of the
    regular expression `pattern` matches in its name; None where nothing is to be predicted. Names are relative to
    `path`, or to its subfolder `only`. files: which are read; `**` stands for any folders. group_by: a regular
    expression whose one group tells files that belong together. Nothing is guessed: bytes that are not of the
    encoding raise DataError. max_bytes: the most that an archive may unpack to. Gives one column, `text`.
    """

    path: str
    labels: Literal["folder", "pattern"] | None = "folder"
    pattern: str | None = None
    files: str = "**/*.txt"
    only: str | None = None
    encoding: str = "utf-8"
    group_by: str | None = None
    max_bytes: Count = 2147483648

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return what `load` would give as fingerprint: that of all names and bytes."""
        with self._files(context) as files:
            return files.fingerprint

    def load(self, context: SourceContext) -> Dataset:
        """Return all texts."""
        with self._files(context) as files:
            return self._dataset(self._rows(files), 0, len(files.names))

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        """Give the same rows, 1,024 at a time."""
        with self._files(context) as files:
            rows = self._rows(files)
            for start in range(0, len(files.names), _BATCH_ROWS):
                yield self._dataset(rows, start, start + _BATCH_ROWS)

    def _files(self, context: SourceContext) -> AbstractContextManager[FileCollection]:
        selection = Selection(
            lambda name: matches_glob(name, self.files), f"file that matches {self.files!r}", self.only
        )
        return collected(self.path, context.folder, selection, Limits(max_bytes=self.max_bytes))

    def _rows(self, files: FileCollection) -> FileRows:
        groups = None if self.group_by is None else group_of_each(files, self.group_by, "group_by")
        return FileRows(files, name_labels(files, self.labels, self.pattern), groups, files.fingerprint)

    def _dataset(self, rows: FileRows, start: int, stop: int) -> Dataset:
        names = rows.files.names[start:stop]
        texts = [decoded(rows.files.read(name), self.encoding, rows.files.where(name)) for name in names]
        empty = [name for name, text in zip(names, texts, strict=True) if not text.strip()]
        dataset = rows.dataset(pd.DataFrame({"text": texts}), start)
        return dataset.noting(f"{len(empty):,} texts are empty: {listed(empty)}") if empty else dataset


def decoded(content: bytes, encoding: str, where: str) -> str:
    """Return a file's text without byte order mark. Raises DataError (line, byte), ConfigError (encoding)."""
    try:
        text = content.decode(encoding)
    except LookupError:
        raise ConfigError(
            f"encoding: {encoding!r} is no encoding Python knows. Write for example 'utf-8' or 'latin-1'."
        ) from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{where}, line {line}: byte 0x{content[error.start]:02X} (offset {error.start}) is not {encoding}. Set "
            f"encoding to what the files are written in, such as latin-1 or utf-16."
        ) from None
    position = text.find("\0")
    if position >= 0:
        line = text.count("\n", 0, position) + 1
        raise DataError(f"{where}, line {line}: NUL character; the file is damaged, is no text, or is utf-16.")
    return text.removeprefix("\ufeff")
