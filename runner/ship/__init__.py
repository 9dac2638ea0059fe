"""From a fitted pipeline to something that answers elsewhere: its signature, the proof of its exports, its bundle.

`runner.ship(folder)` ships a run. This package has the name of that function, and whoever imports one of its modules
makes it an attribute of `runner`, where a function of the same name would then be hidden; so it can be called itself.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


class _Ship(ModuleType):
    """A package that can be called."""

    def __call__(self, folder: str | Path, **wishes: Any) -> Any:
        """Ship a finished run or the winner of a sweep; see `runner.api.ship`."""
        # The flow stands on a higher floor, which this package otherwise knows nothing of.
        return import_module("runner.api").ship(folder, **wishes)


sys.modules[__name__].__class__ = _Ship
