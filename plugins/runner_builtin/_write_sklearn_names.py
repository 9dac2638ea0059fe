"""Writes `sklearn_names.py` anew from the installed scikit-learn.

Run by hand: `python -m runner_builtin._write_sklearn_names`.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from pathlib import Path

from runner_builtin import sklearn_names

TABLES = ("MODELS", "TRANSFORMS", "SPLITTERS")


def installed_names() -> dict[str, dict[str, str]]:
    """Find every estimator and splitter of the installed scikit-learn: table -> name -> "module:Class"."""
    from sklearn import model_selection
    from sklearn.utils import all_estimators

    splitters = (
        item
        for name in model_selection.__all__
        if name not in sklearn_names.EXPERIMENTAL and inspect.isclass(item := getattr(model_selection, name))
        if hasattr(item, "split") and not name.startswith("Base")
    )
    return {
        "MODELS": _paths(kind for _, kind in all_estimators(["classifier", "regressor"])),
        "TRANSFORMS": _paths(kind for _, kind in all_estimators("transformer")),
        "SPLITTERS": _paths(splitters),
    }


def _paths(classes: Iterable[type]) -> dict[str, str]:
    named = {kind.__name__: kind for kind in classes if kind.__name__ not in sklearn_names.EXPERIMENTAL}
    return {name: f"{_public_module(kind)}:{name}" for name, kind in sorted(named.items())}


def _public_module(kind: type) -> str:
    """Name the shallowest public module that offers the class."""
    parts = kind.__module__.split(".")
    for depth in range(1, len(parts) + 1):
        module = ".".join(parts[:depth])
        if (
            not parts[depth - 1].startswith("_")
            and getattr(importlib.import_module(module), kind.__name__, None) is kind
        ):
            return module
    raise LookupError(f"no public module offers {kind.__module__}.{kind.__name__}")


def render(tables: dict[str, dict[str, str]]) -> str:
    """Return the text of `sklearn_names.py` with these tables; everything above them stays."""
    source = inspect.getsource(sklearn_names)
    head = source[: source.index(f"{TABLES[0]} = ")]
    blocks = []
    for table in TABLES:
        lines = "".join(f'    "{name}": "{path}",\n' for name, path in tables[table].items())
        blocks.append(f"{table} = {{\n{lines}}}\n")
    return head + "\n".join(blocks)


if __name__ == "__main__":
    Path(sklearn_names.__file__).write_text(render(installed_names()), encoding="utf-8")
