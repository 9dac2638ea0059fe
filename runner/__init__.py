"""Declare a machine-learning experiment, run it once or ten thousand times, ship the winner.

    import runner
    outcome = runner.run({"source": {"use": "sklearn_dataset", "name": "wine"}, ...})
    model = runner.load(outcome.path)
    model.predict(frame)

Everything a plugin needs is in `runner.contracts`, `runner.data`, `runner.errors`, `runner.options` and
`runner.testing`; its hooks are marked with `runner.hookimpl`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.api import drift, load, run, ship, sweep
    from runner.hookspecs import hookimpl
    from runner.report.pages import written_page as report

__all__ = ["drift", "hookimpl", "load", "report", "run", "ship", "sweep"]

#: Loaded at first use: a command that only lists names must not import scikit-learn.
_WHERE = {
    "drift": "runner.api",
    "hookimpl": "runner.hookspecs",
    "load": "runner.api",
    "report": "runner.report",
    "run": "runner.api",
    "ship": "runner.ship",
    "sweep": "runner.api",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'runner' has no attribute {name!r}")
    module = import_module(_WHERE[name])
    return module if module.__name__ == f"runner.{name}" else getattr(module, name)
