"""Where a value was written: the word on the command line, or the file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from runner.declare.yaml_limits import check_yaml
from runner.errors import ConfigError


@dataclass(frozen=True)
class Written:
    """A config file. package: the dotted key below which its own keys go, "" for the config itself."""

    path: Path
    package: str = ""

    @classmethod
    def of(cls, path: Path, package: str) -> Written:
        """Read where a file's keys go: as its first lines say, otherwise to `package`."""
        try:
            head = path.read_text(encoding="utf-8")[:512]  # as far as Hydra looks
        except (OSError, UnicodeDecodeError):
            head = ""
        found = re.match(r"(?:\s*#.*\n|\s*\n)*?\s*#\s*@package\s+(\S+)", head)
        own = found[1] if found else "_group_"
        return cls(path, {"_global_": "", "_group_": package.replace("/", ".")}.get(own, own))

    def line_of(self, key: str) -> int | None:
        """Return the line (from 1) on which the file sets a dotted key, or None."""
        prefix = f"{self.package}." if self.package else ""
        return line_of(self.path, key.removeprefix(prefix)) if key.startswith(prefix) else None


@dataclass(frozen=True)
class Origin:
    """Where a declaration's values come from. overrides: the command's words; files: in merging order, last wins."""

    overrides: Sequence[str] = ()
    files: Sequence[Written] = ()

    def of(self, key: str) -> str:
        """Tell where a dotted key was set; empty where it is a default.

        >>> Origin(("model.l2=x",)).of("model.l2")
        "'model.l2=x' on the command line"
        """
        for word in reversed(self.overrides):
            if _key(word) == key or (_sets_mapping(word) and key.startswith(f"{_key(word)}.")):
                return f"{_shortened(word)!r} on the command line"
        for file in reversed(self.files):
            line = file.line_of(key)
            if line:
                return f"{file.path}, line {line}"
        return ""


def followed(primary: str, chosen: Iterable[tuple[str, str]], find: Callable[[str], Path | None]) -> list[Written]:
    """Return the files that choices lead to, each behind those that it chooses itself.

    primary: the config that all begins with. chosen: (group or group@package, the option or options as written).
    find: config -> its file; None where there is none, as for a component.
    """
    found: dict[str, Written] = {}

    def follow(name: str, package: str) -> None:
        path = None if name in found else find(name)
        if path is not None:
            found[name] = Written.of(path, package)
            choose(_defaults(path, name.rpartition("/")[0]))
            found[name] = found.pop(name)

    def choose(entries: Iterable[tuple[str, str]]) -> None:
        for where, options in entries:
            group, _, package = where.partition("@")
            for option in re.findall(r"[\w/-]+", options):
                follow(f"{group}/{option}".strip("/"), package or group)

    follow(primary, "")
    choose(chosen)
    return list(found.values())


def _defaults(path: Path, own: str) -> Iterator[tuple[str, str]]:
    """List (group, option or options) of a file's defaults list. own: the group that the file is in."""
    entries = next((value for name, _, value in _entries(_read(path)) if name == "defaults"), None)
    for entry in entries.value if isinstance(entries, yaml.SequenceNode) else ():
        if isinstance(entry, yaml.ScalarNode):
            group, _, option = _from_root(entry.value, own).rpartition("/")
            yield group, option
        for words, _, value in _entries(entry):
            group = words.rpartition(" ")[2]  # behind `override` and `optional`
            options = value.value if isinstance(value, yaml.SequenceNode) else [value]
            yield _from_root(group, own), " ".join(str(option.value) for option in options)


def _from_root(name: str, own: str) -> str:
    return (name if name.startswith("/") else f"{own}/{name}").strip("/")


def _read(path: Path) -> yaml.Node | None:
    try:
        check_yaml(path)
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError, ConfigError):  # told by whoever loads it
        return None


def _key(word: str) -> str:
    return word.lstrip("+~").partition("=")[0].partition("@")[0]


def _sets_mapping(word: str) -> bool:
    """Say whether a word sets several keys at once; `model=softmax` chooses, and sets none."""
    return word.partition("=")[2].lstrip().startswith("{")


def _shortened(word: str) -> str:
    return word if len(word) <= 200 else f"{word[:200]}… ({len(word):,} characters)"


def line_of(path: Path, key: str) -> int | None:
    """Return the line (from 1) on which a file sets a dotted key, or None."""
    node, line = _read(path), None
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
