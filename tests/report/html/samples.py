"""Rows, names and reports of data, for the pages that tests make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from runner.data import Prediction
from runner.record.predictions import HeldOut

#: Names that have broken pages, tables and spreadsheets.
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><script>alert(2)</script>",
    "\"onmouseover='alert(3)'",
    "javascript:alert(4)",
    "=cmd|' /C calc'!A0",
    "😀👩‍🔬",
    "مرحبا بالعالم",
    "\u202eevil\u202c",
    "a$b$ {{ 7*7 }} {% raw %}",
    "_hidden & <b>bold</b>",
)


def classified(
    classes: Sequence[Any], n_rows: int = 60, *, folds: int = 1, chances: bool = True, seed: int = 0
) -> list[HeldOut]:
    """Make held-out rows of a model that is right about three times in four."""
    rng = np.random.default_rng(seed)
    labels = np.array(list(classes))
    parts = []
    for fold in range(folds):
        truth = rng.integers(0, len(classes), n_rows)
        scores = rng.random((n_rows, len(classes)))
        scores[np.arange(n_rows), truth] += 0.8
        scores /= scores.sum(axis=1, keepdims=True)
        said = Prediction(labels[scores.argmax(axis=1)], labels if chances else None, scores if chances else None)
        parts.append(HeldOut(fold, "test", np.arange(n_rows) + fold * n_rows, labels[truth], said))
    return parts


def regressed(n_rows: int = 80, *, seed: int = 0) -> list[HeldOut]:
    """Make held-out rows of a regression."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(100, 20, n_rows)
    return [HeldOut(0, "test", np.arange(n_rows), truth, Prediction(truth + rng.normal(0, 5, n_rows)))]


def data_report(classes: Mapping[str, int] | None, columns: Sequence[str] = ("a", "b")) -> dict[str, Any]:
    """Make a `reports/data.json`."""
    column = {
        "type": "number",
        "missing": 1,
        "distinct": 7,
        "infinite": 0,
        "minimum": 0.5,
        "maximum": 9.5,
        "mean": 4.25,
    }
    rest = {"shortest": None, "longest": None, "constant": False, "id_like": False}
    target = {"type": "text", "missing": 0, "distinct": len(classes or ()) or 9, "classes": classes}
    target |= {
        "minimum": None if classes else 1.0,
        "maximum": None if classes else 9.0,
        "mean": None if classes else 4.0,
    }
    raw = {
        "rows": 150,
        "kind": "table",
        "shape": [150, len(columns)],
        "missing": 3,
        "columns": [{"name": name, **column, **rest} for name in columns],
        "values": None,
        "groups": None,
        "sampled": None,
        "target": target,
    }
    part = {"rows": 100, "classes": classes, "mean": None}
    fold = {"train": part, "test": {**part, "rows": 50}, "validation": None, "shared_rows": 2, "shared_groups": None}
    step = {"step": "clean/drop_duplicates", "rows": [150, 148], "missing": [3, 3], "dropped": {"repeated rows": 2}}
    return {
        "source": "3fa2",
        "fingerprints": {},
        "rejected": 0,
        "raw": raw,
        "clean": None,
        "steps": [{**step, "columns_added": [], "columns_removed": [], "types": None}],
        "repeated": {"rows": 2, "features": 2, "conflicting": 0},
        "n_folds": 1,
        "folds": [fold],
        "leaks": ["2 rows stand on both sides of the split"],
        "remarks": [],
        "notes": [],
        "schema": 1,
    }
