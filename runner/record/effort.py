"""How many numbers a fitted pipeline holds, and how much arithmetic one row costs it at most.

>>> import numpy as np
>>> from sklearn.linear_model import LinearRegression
>>> effort_of(LinearRegression().fit(np.eye(4), [1.0, 2.0, 3.0, 4.0])).multiply_adds
4
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

#: What a fitted estimator remembers that no row meets.
_NO_PART = (
    "classes", "feature_names_in_", "training_state_", "labels_", "embedding_", "n_", "singular_", "rank_", "var_",
    "support_", "t_", "explained_", "noise_",
)  # fmt: skip
#: What is added to a product, which is no step of its own.
_ADDED = ("intercept", "bias")


@dataclass(frozen=True)
class Effort:
    """parameters: numbers that were learned and are not zero. multiply_adds: for one row, at most.

    A row meets each number of a weight matrix, a scale or a kept row once, zeros included, and of a tree one
    comparison on each level. Rows that are mostly zeros, such as texts, cost less.
    """

    parameters: int = 0
    multiply_adds: int = 0

    def __add__(self, other: Effort) -> Effort:
        return Effort(self.parameters + other.parameters, self.multiply_adds + other.multiply_adds)


def effort_of(pipeline: Any) -> Effort:
    """Count what a fitted estimator holds, with all that stands inside it."""
    return _count("", pipeline, set())


def _count(name: str, value: Any, seen: set[int]) -> Effort:
    if value is None or isinstance(value, str | bytes | bool | int | float | type) or id(value) in seen:
        return Effort()
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            return _sum([(name, one) for one in value.ravel().tolist()], seen)
        return _of_array(name, value) if value.dtype.kind in "fiu" else Effort()
    if hasattr(value, "indptr"):
        return Effort(int(np.count_nonzero(value.data)), int(value.nnz))
    if hasattr(value, "children_left"):
        return _of_tree(value)
    if hasattr(value, "nodes") and hasattr(value, "get_max_depth"):  # of histogram gradient boosting
        return Effort(2 * len(value.nodes), int(value.get_max_depth()))
    if isinstance(value, Mapping):
        return _sum([(str(key), one) for key, one in value.items()], seen)
    if isinstance(value, list | tuple):
        return _sum([(name, one) for one in value], seen)
    if hasattr(value, "get_params") or hasattr(value, "steps"):
        return _sum([(key, held) for key, held in vars(value).items() if _matters(key)], seen)
    return Effort()


def _sum(named: list[tuple[str, Any]], seen: set[int]) -> Effort:
    return sum((_count(name, value, seen) for name, value in named), Effort())


def _matters(name: str) -> bool:
    """Say whether a row meets this attribute. Private ones repeat what public ones say, but for these."""
    return not name.startswith(_NO_PART) and (not name.startswith("_") or name in ("_predictors", "_fit_X", "_tfidf"))


def _of_array(name: str, array: Any) -> Effort:
    return Effort(int(np.count_nonzero(array)), 0 if name.startswith(_ADDED) else int(array.size))


def _of_tree(tree: Any) -> Effort:
    inner = int(np.count_nonzero(np.asarray(tree.children_left) != -1))
    leaves = int(tree.node_count) - inner
    per_leaf = int(np.prod(np.shape(tree.value)[1:]))
    return Effort(2 * inner + per_leaf * leaves, int(tree.max_depth))
