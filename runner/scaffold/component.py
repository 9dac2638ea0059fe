"""A component to start from: what it is called, and its two files."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass

from runner.catalogue import NONE, Catalogue
from runner.contracts import KINDS
from runner.errors import ConfigError, did_you_mean
from runner.scaffold.templates import filled

#: Longer names would break the lines of the files that hold them.
LONGEST = {"component": 30, "plugin": 20}
_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")
#: Modules that a plugin package has besides its components.
_TAKEN = {"hooks", "conf", "tests", "experiment"}


@dataclass(frozen=True)
class NewComponent:
    """A component of a plugin package. name: in snake_case; package: the import package it is for."""

    kind: str
    name: str
    package: str

    @property
    def target(self) -> str:
        """How the hook names it."""
        return f"{self.package}.{self.name}:{self.class_name}"

    @property
    def class_name(self) -> str:
        """The name in PascalCase.

        >>> NewComponent("cleaner", "drop_2nd_row", "acme").class_name
        'Drop2ndRow'
        """
        return "".join(part[:1].upper() + part[1:] for part in self.name.split("_"))

    @property
    def file(self) -> str:
        """The module, relative to the folder that holds the package."""
        return f"{self.package.replace('.', '/')}/{self.name}.py"

    @property
    def test_file(self) -> str:
        """Its test, relative to the project."""
        return f"tests/test_{self.name}.py"

    def files(self) -> Mapping[str, str]:
        """Return relative path -> text of both."""
        words = {"name": self.name, "Class": self.class_name, "package": self.package}
        return {
            self.file: filled(f"{self.kind}.py", words),
            self.test_file: filled(f"{self.kind}_test.py", words),
        }


def kind_of(word: str) -> str:
    """Return a kind by its name or its group, such as "cleaners". Raises ConfigError."""
    for kind in KINDS.values():
        if word in (kind.name, kind.group):
            return kind.name
    raise ConfigError(f"there is no kind {word!r}. {did_you_mean(word, KINDS)}")


def check_name(name: str, what: str) -> None:
    """Refuse a name that could not be a module's. what: "component" or "plugin". Raises ConfigError."""
    if not _SNAKE_CASE.fullmatch(name) or keyword.iskeyword(name) or name.endswith("_"):
        raise ConfigError(
            f"{name!r} cannot be the name of a {what}: it takes lower-case letters, digits and underscores, begins "
            f"with a letter, does not end with '_', and is no word of Python's. {_nearest(name)!r} would be one."
        )
    if len(name) > LONGEST[what]:
        raise ConfigError(f"the name {name!r} has {len(name)} letters; a {what}'s has at most {LONGEST[what]}.")


def _nearest(name: str) -> str:
    """Return a name that could be one.

    >>> _nearest("Drop-Empty!"), _nearest("2nd"), _nearest("class")
    ('drop_empty', 'drop_empty', 'my_class')
    """
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    mended = f"my_{words}" if keyword.iskeyword(words) else words
    return mended if _SNAKE_CASE.fullmatch(mended) else "drop_empty"


def check_component(component: NewComponent, catalogue: Catalogue) -> None:
    """Refuse a name that cannot be, or that is offered already. Raises ConfigError, PluginError naming who has it."""
    check_name(component.name, "component")
    if component.name in _TAKEN | {NONE}:
        raise ConfigError(f"{component.name!r} means something else already; choose another name.")
    if not _is_free(component):
        raise ConfigError(
            f"a {component.kind} {component.name!r} would be the class {component.class_name!r}, which means "
            f"something else in its file. Choose another name, such as '{component.name}_{component.kind}'."
        )
    offers = [offer for offer in catalogue.offers(component.kind) if offer.name == component.name]
    if offers:
        who = " and ".join(str(offer.plugin) for offer in offers)
        raise ConfigError(
            f"{component.kind} {component.name!r} is offered by {who} already, and two of one name could only be "
            "chosen as 'distribution:name'. Choose another name."
        )


def _is_free(component: NewComponent) -> bool:
    """Say whether the name of the class is neither Python's own nor one that the file imports."""
    if keyword.iskeyword(component.class_name):
        return False
    tree = ast.parse(component.files()[component.file])
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return component.class_name not in {alias.asname or alias.name for node in imports for alias in node.names}
