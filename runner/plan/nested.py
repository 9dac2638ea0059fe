"""Sources declared inside a source: where a step's settings hold them."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from runner.options import InputFileMark, SourceMark
from runner.signature import Option


def declared_sources(
    options: Sequence[Option], settings: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give (dotted key, declaration) for every source declared in the settings of another."""
    for option in options:
        yield from _marked(option.annotation, settings.get(option.name), option.name, SourceMark)


def input_files(options: Sequence[Option], settings: Mapping[str, Any]) -> dict[str, str]:
    """Return option -> path for every file that a component reads beside its data."""
    found = {}
    for option in options:
        for key, path in _marked(option.annotation, settings.get(option.name), option.name, InputFileMark):
            found[key] = path
    return found


def absolute(path: str, folder: Path) -> Path:
    """Return where a path leads. folder: what a relative one means."""
    return (folder / Path(path).expanduser()).absolute()


def _marked(annotation: Any, value: Any, key: str, mark: type) -> Iterator[tuple[str, Any]]:
    """Walk through a value along its type, and give what stands where the type bears the mark."""
    if value is None:
        return
    if typing.get_origin(annotation) is Annotated:
        inner, *marks = typing.get_args(annotation)
        if any(isinstance(one, mark) for one in marks):
            yield key, value
        else:
            yield from _marked(inner, value, key, mark)
        return
    parts = typing.get_args(annotation)
    if isinstance(value, Mapping) and typing.get_origin(annotation) is dict:
        for name, item in value.items():
            yield from _marked(parts[1], item, f"{key}.{name}", mark)
    elif isinstance(value, list | tuple) and typing.get_origin(annotation) in (list, tuple, Sequence):
        for position, item in enumerate(value):
            yield from _marked(parts[0], item, f"{key}[{position}]", mark)
    else:
        for part in parts:
            if typing.get_origin(part) is not None:
                yield from _marked(part, value, key, mark)
