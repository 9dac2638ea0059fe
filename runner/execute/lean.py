"""Import scikit-learn without importing pandas along the way.

scikit-learn imports pandas only to see whether it is there, and asks `sys.modules` for it each time it meets
a table; pandas costs 0.2 to 0.4 s, and an experiment on arrays never needs it. So it is out of sight for the
one module that looks, and back before anything else happens. A table source imports it as ever.
"""

from __future__ import annotations

import sys
from importlib import import_module


def import_scikit_learn() -> None:
    """Import scikit-learn's foundations; for a process of our own, not for one that belongs to the user."""
    if "pandas" in sys.modules or "sklearn" in sys.modules:
        import_module("sklearn.base")
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]  # Python's own way to say "cannot be imported"
    try:
        import_module("sklearn.utils.fixes")
    finally:
        del sys.modules["pandas"]
    import_module("sklearn.base")
