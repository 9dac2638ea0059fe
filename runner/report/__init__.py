"""What a person sees: tables, leaderboards, pages. `runner.report(folder)` writes the page of a run or of a sweep.

This package has the name of that function. Whoever imports one of its modules makes it an attribute of `runner`,
where a function of the same name would then be hidden; so the package itself can be called.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType


class _Reports(ModuleType):
    """A package that can be called."""

    def __call__(self, folder: str | Path, *, to: str | Path | None = None) -> Path:
        """Write the page of a finished run or of a sweep, and return it: `report.html`, its figures beside it.

        to: the folder to write into; by default ./report-<id>. What a run recorded is never changed.
        Raises IntegrityError where there is no finished run or sweep, PluginError without the extra `report`.
        """
        from runner.report.pages import written_page  # nothing else of this package needs it

        return written_page(Path(folder), None if to is None else Path(to))


sys.modules[__name__].__class__ = _Reports
