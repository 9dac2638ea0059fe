"""Sources declared inside a source, and models inside a model: where a step's settings hold them."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from runner.errors import ConfigError
from runner.options import InputFileMark, ModelMark, SourceMark
from runner.signature import Option


def declared_sources(
    options: Sequence[Option], settings: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give (dotted key, declaration) for every source declared in the settings of another."""
    for option in options:
        yield from _marked(option.annotation, settings.get(option.name), option.name, SourceMark)


def declared_models(
    options: Sequence[Option], settings: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give (dotted key, declaration) for every model declared in the settings of another."""
    for option in options:
        yield from _marked(option.annotation, settings.get(option.name), option.name, ModelMark)


def with_models(
    options: Sequence[Option], settings: Mapping[str, Any], make: Callable[[str, Any], Any]
) -> dict[str, Any]:
    """Return the settings with `make(dotted key, declaration)` in place of every model that they declare."""
    made = {
        option.name: _replaced(option.annotation, settings[option.name], option.name, ModelMark, make)
        for option in options
        if _marked(option.annotation, settings.get(option.name), option.name, ModelMark)
    }
    return {**settings, **made}


def chosen_inside(kind: str, path: str, entry: Any) -> str:
    """Return the name of the component that is declared inside another. Raises ConfigError."""
    name = entry.get("use") if isinstance(entry, Mapping) else None
    if not isinstance(name, str):
        raise ConfigError(f"{path}: {entry!r} declares no {kind}; write '{{use: NAME, …}}' with the options of NAME.")
    return name


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


def _marked(annotation: Any, value: Any, key: str, mark: type) -> list[tuple[str, Any]]:
    """Return (dotted key, value) of all that stands where the type bears the mark."""
    found: list[tuple[str, Any]] = []

    def note(where: str, item: Any) -> Any:
        found.append((where, item))
        return item

    _replaced(annotation, value, key, mark, note)
    return found


def _replaced(annotation: Any, value: Any, key: str, mark: type, make: Callable[[str, Any], Any]) -> Any:
    """Walk through a value along its type, and put `make(key, item)` where the type bears the mark."""
    if value is None:
        return None
    if typing.get_origin(annotation) is Annotated:
        inner, *marks = typing.get_args(annotation)
        if any(isinstance(one, mark) for one in marks):
            return make(key, value)
        return _replaced(inner, value, key, mark, make)
    parts = typing.get_args(annotation)
    if isinstance(value, Mapping) and typing.get_origin(annotation) is dict:
        return {name: _replaced(parts[1], item, f"{key}.{name}", mark, make) for name, item in value.items()}
    if isinstance(value, list | tuple) and typing.get_origin(annotation) in (list, tuple, Sequence):
        return [_replaced(parts[0], item, f"{key}[{place}]", mark, make) for place, item in enumerate(value)]
    for part in parts:
        if typing.get_origin(part) is not None:
            value = _replaced(part, value, key, mark, make)
    return value
