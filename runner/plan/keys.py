"""Keys: two things with one key are the same by all that was declared, two with different keys may differ.

>>> digest_of("tfidf", {"min_df": 2}) == digest_of("tfidf", {"min_df": 2})
True
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def digest_of(*parts: Any) -> str:
    """Return 64 hex digits of values: texts, numbers, lists, mappings; another object counts by its content."""
    text = json.dumps(parts, sort_keys=True, default=_told, separators=(",", ":"))
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    name = f"{type(value).__module__}.{type(value).__qualname__}"
    try:
        return [name, sha256(pickle.dumps(value)).hexdigest()]
    except Exception:  # noqa: BLE001 - what cannot be written down counts by what it says of itself
        return [name, repr(value)]
