"""Writing new files: all of them or none, and never over one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runner.errors import ConfigError
from runner.record.storage import storage_errors


def write_new(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write the texts, relative path -> text, and return the files. Raises ConfigError where one exists already."""
    paths = {folder / name: text for name, text in texts.items()}
    there = [path for path in paths if path.exists() or path.is_symlink()]
    if there:
        raise ConfigError(
            f"{' and '.join(repr(str(path)) for path in there)} cannot be written over what is there already. "
            "Choose another name, or move that away."
        )
    for path, text in paths.items():
        with storage_errors("writing", path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    return list(paths)
