"""A cell's settings put into a declaration that was given from Python.

>>> base = {"model": "softmax", "transforms": ["tfidf"]}
>>> declared_with(base, {"model.l2": 0.1, "transforms.tfidf.min_df": 2})
{'model': {'use': 'softmax', 'l2': 0.1}, 'transforms': {'tfidf': {'use': 'tfidf', 'min_df': 2}}}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.contracts import KINDS
from runner.errors import ConfigError
from runner.plan.experiment import steps_by_name

_GROUPS = {kind.group: kind for kind in KINDS.values()}


def declared_with(base: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declaration with the settings in it: a group chooses, a dotted key sets. Raises ConfigError."""
    declared = dict(base)
    # what is chosen comes before what is set in it
    for key in sorted(settings, key=lambda key: "." in key):
        group, *path = key.split(".")
        if path:
            declared[group] = _set(_opened(group, declared.get(group)), path, settings[key], key)
        else:
            declared[group] = settings[key]
    return declared


def _opened(group: str, node: Any) -> Any:
    """Write a choice out as a mapping, so that something can be set in it."""
    kind = _GROUPS.get(group)
    if kind is None:
        return node
    if kind.many:
        return dict(steps_by_name(kind, node))
    return {"use": node} if isinstance(node, str) else node


def _set(node: Any, path: list[str], value: Any, key: str) -> dict[str, Any]:
    if node is not None and not isinstance(node, Mapping):
        raise ConfigError(f"{key}: there is {node!r} where a mapping would be, so nothing can be set in it.")
    changed = dict(node or {})
    first, *rest = path
    changed[first] = _set(changed.get(first), rest, value, key) if rest else value
    return changed
