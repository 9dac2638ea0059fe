"""A table in a file that somebody else writes to at the wrong moment."""

from __future__ import annotations

import os
from pathlib import Path

from runner.contracts import SourceContext
from runner.data import Dataset
from runner_builtin.sources.csv_source import CsvSource


class MovingCsv:
    """Read a CSV file that changes between the first look at it and the reading. mark: present, it stays as it is."""

    draws = False

    def __init__(self, path: str, target: str, mark: str) -> None:
        self.path = path
        self.target = target
        self.mark = mark

    def fingerprint(self, context: SourceContext) -> str:
        """Return that of the file as it is now."""
        return CsvSource(path=self.path, target=self.target).fingerprint(context)

    def load(self, context: SourceContext) -> Dataset:
        """Change the file as another program might, and read it."""
        file = Path(context.folder, self.path)
        if not os.path.exists(self.mark):
            file.write_text(file.read_text() + "9,9,9.5,1.0,1\n")
        return CsvSource(path=self.path, target=self.target).load(context)
