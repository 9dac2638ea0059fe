"""`./runner_plugins.py`: a plugin for people who do not want to package anything.

The file in the folder one stands in is looked for in that folder alone, and read like a plugin's hook module. It is
one file: its neighbours are not importable by it. What it offers is told apart from installed plugins by the name
`runner_plugins`, and its version is the digest of its text, so that records, keys and replays tell one state of it
from another.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType, SimpleNamespace

NAME = "runner_plugins"
FILE = f"{NAME}.py"


@dataclass(frozen=True)
class LocalPoint:
    """What discovery reads of the file, as it would of an entry point. text: its bytes, as they are run."""

    path: Path
    text: bytes
    name: str = NAME
    value: str = NAME

    @property
    def dist(self) -> SimpleNamespace:
        """Stands for the distribution."""
        return SimpleNamespace(name=NAME, version=sha256(self.text).hexdigest()[:12])

    def load(self) -> ModuleType:
        """Run the file as the module `runner_plugins`; once, as long as its text stays. Raises what it raises."""
        loaded = sys.modules.get(NAME)
        if loaded is not None and getattr(loaded, "__text__", None) == (self.path, self.text):
            return loaded
        spec = importlib.util.spec_from_file_location(NAME, self.path)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        vars(module)["__text__"] = (self.path, self.text)
        sys.modules[NAME] = module  # classes find their module by its name
        try:
            # Compiled here and not by the loader, which would leave a __pycache__ in the user's folder.
            exec(compile(self.text, self.path, "exec"), vars(module))
        except BaseException:
            del sys.modules[NAME]
            raise
        return module


def local_point(folder: Path) -> LocalPoint | None:
    """Return the plugin of a folder; None where it has none."""
    path = folder / FILE
    try:
        return LocalPoint(path.absolute(), path.read_bytes())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
