"""Which code a component is, so that a result is not taken for that of other code.

The digest is that of the source text: of the whole package where the component belongs to its plugin, for
components lean on their neighbours; else of the component's own module, whose library is told by its version.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from runner.signature import source_file

#: Libraries that decide what numbers come out, whatever the component.
LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn")


@functools.cache
def code_digest(module: str, plugin_module: str) -> str:
    """Return 12 hex digits of the source behind a component. plugin_module: where its plugin's hooks are."""
    package = module.partition(".")[0]
    if package == plugin_module.partition(".")[0]:
        return _package_digest(package)
    return _files_digest([source_file(module)])


@functools.cache
def library_versions() -> dict[str, str]:
    """Return the versions of the libraries underneath and of ourselves, with the digest of our own engine."""
    found = {name: version(name) for name in LIBRARIES}
    return found | {"runner-ml": f"{version('runner-ml')} {_engine_digest()}"}


@functools.cache
def _package_digest(package: str) -> str:
    root = source_file(package)
    return _files_digest(sorted(root.parent.rglob("*.py")) if root.name == "__init__.py" else [root])


@functools.cache
def _engine_digest() -> str:
    here = Path(__file__).parent
    return _files_digest(sorted([*(here / "learn").glob("*.py"), *(here / "execute").glob("*.py"), here / "data.py"]))


def _files_digest(paths: Sequence[Path]) -> str:
    digest = sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
