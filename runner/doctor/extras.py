"""What a chosen component imports and this environment lacks, read from its source without importing it.

Followed are the imports of the component's own package; another package is either there or missing. What a
neighbouring module imports only when it is called may not be needed at all, such as a driver of some database.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

from runner.catalogue import Offer
from runner.discovery import Plugin
from runner.doctor.finding import Finding, noted, well, wrong
from runner.errors import ExitCode
from runner.lacking import brings
from runner.signature import source_file, split_target

_ADVICE = re.compile(r"pip install (?:--upgrade )?'?([\w.-]+\[[\w,-]+\])")


@dataclass(frozen=True)
class Lack:
    """A package that is not installed. file: which imports it; perhaps: only when something is called."""

    package: str
    file: Path
    perhaps: bool


def extras(offers: Iterable[Offer]) -> Iterator[Finding]:
    """Look at each component once."""
    chosen = {(offer.kind, offer.qualified): offer for offer in offers}.values()
    whole = 0
    for offer in chosen:
        missing = lacks(offer)
        whole += not missing
        for lack in missing:
            told = f"{offer} of {offer.plugin} {'may need' if lack.perhaps else 'needs'} {lack.package!r}"
            mend = f"pip install {_installed_by(lack, offer)}"
            if lack.perhaps:
                yield noted(f"{told}, which is not installed", mend)
            else:
                yield wrong(f"{told}, which is not installed", mend, ExitCode.PLUGIN)
    yield well(f"{whole} of its {len(chosen)} components find all that they import")


def lacks(offer: Offer) -> list[Lack]:
    """List what a component's package imports for it and is not there. Raises ImportError where its module is not."""
    module, name = _place(offer)
    own = module.partition(".")[0]
    if not _is_its_own(own, offer.plugin):
        return []  # a class of a library: what its neighbours import, such as its tests, is that library's business
    waiting, seen = [(module, False)], {module}
    found: dict[str, Lack] = {}
    while waiting:
        module, perhaps = waiting.pop(0)
        file = source_file(module)
        for imported, called in _imports(ast.parse(file.read_bytes()), name):
            package = imported.partition(".")[0]
            later = perhaps or (called and name is None)
            if package != own:
                if find_spec(package) is None and (package not in found or found[package].perhaps > later):
                    found[package] = Lack(package, file, later)
            elif imported not in seen and _is_module(imported):
                seen.add(imported)
                waiting.append((imported, later))
        name = None  # of the neighbours all is looked at
    return list(found.values())


def _is_its_own(package: str, plugin: Plugin) -> bool:
    """Say whether a package is of the plugin's distribution; one that nobody is known to have installed may be."""
    if package == plugin.module.partition(".")[0]:
        return True
    return plugin.distribution in packages_distributions().get(package, [plugin.distribution])


def _place(offer: Offer) -> tuple[str, str | None]:
    """Return where a component stands: its module and its name there."""
    if isinstance(offer.target, str):
        return split_target(offer.target)
    return offer.target.__module__, getattr(offer.target, "__name__", None)


def _imports(node: ast.AST, name: str | None, called: bool = False) -> Iterator[tuple[str, bool]]:
    """Give (module or name in one, whether only a call imports it). name: other classes than this are left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, called) for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module and not child.level:
            yield child.module, called
            yield from ((f"{child.module}.{alias.name}", called) for alias in child.names)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        elif not (isinstance(child, ast.ClassDef) and name is not None and child.name != name):
            yield from _imports(child, name, called or isinstance(child, ast.FunctionDef))


def _is_module(name: str) -> bool:
    try:
        return source_file(name).suffix == ".py"
    except Exception:  # noqa: BLE001 - a class and no module, or one that cannot be found: nothing to follow
        return False


def _installed_by(lack: Lack, offer: Offer) -> str:
    """Name what brings a package: what the file itself advises, what the distribution asks for, or the package."""
    advised = _ADVICE.search(lack.file.read_text(encoding="utf-8", errors="replace"))
    return f"'{advised[1]}'" if advised else brings(lack.package, offer.plugin.distribution) or lack.package
