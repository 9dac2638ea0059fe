"""Values as a record can hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Return mappings, lists, texts, numbers and None; an object given from Python is named by its type.

    >>> plain({"path": "a.csv", "folds": (1, 2), "features": object()})
    {'path': 'a.csv', 'folds': [1, 2], 'features': '<builtins.object>'}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return f"<{type(value).__module__}.{type(value).__qualname__}>"
