"""A YAML file of a hundred bytes can ask for a gigabyte; this says no before OmegaConf tries.

Aliases are counted as what they expand to, so the classical bomb (each anchor holding the one before
several times) is seen in the event stream, before any node is built.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from runner.errors import ConfigError

MAX_BYTES = 2**20
MAX_NODES = 100_000
MAX_DEPTH = 100

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def check_yaml(path: Path) -> None:
    """Raise ConfigError, with file and line, for a file that is too large, too deep, or refers to itself."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ConfigError(f"{path}: {size:,} bytes are too many for a config; at most {MAX_BYTES:,}")
    text = path.read_bytes()
    if b"\0" in text:
        raise ConfigError(f"{path}: byte {text.index(0):,} is NUL; a config is text")
    try:
        _count(path, text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start:,} is not UTF-8") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: {_told(error)}") from None


def _told(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if "nesting depth" in problem:  # PyYAML 6.0.4 and later refuse by themselves what is nested absurdly deep
        problem = f"nested more than {MAX_DEPTH} deep"
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else str(problem)


def _count(path: Path, text: str) -> None:
    """Walk the events, keeping the expanded size of each open node on a stack."""
    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = []
    for event in yaml.parse(text, Loader=_LOADER):
        where = f"{path}: line {event.start_mark.line + 1}"  # type: ignore[union-attr]  # parsed, so marked
        grown = 0
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise ConfigError(f"{where}: alias '*{event.anchor}' refers to itself or to nothing")
            grown = sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            grown = 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            open_nodes.append((event.anchor, 1))
            if len(open_nodes) > MAX_DEPTH:
                raise ConfigError(f"{where}: nested more than {MAX_DEPTH} deep")
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            anchor, grown = open_nodes.pop()
            if anchor:
                sizes[anchor] = grown
        if grown > MAX_NODES:
            raise ConfigError(f"{where}: aliases expand to more than {MAX_NODES:,} values")
        if grown and open_nodes:
            anchor, size = open_nodes[-1]
            if size + grown > MAX_NODES:
                raise ConfigError(f"{where}: holds or expands to more than {MAX_NODES:,} values")
            open_nodes[-1] = (anchor, size + grown)
