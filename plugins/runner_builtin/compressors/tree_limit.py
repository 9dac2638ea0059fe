"""Forests of fewer trees, and trees of fewer leaves.

Averaged trees agree more and more, so the last of many say little; a boosted model has its coarse steps first.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.ensemble._forest import BaseForest
from sklearn.ensemble._hist_gradient_boosting.gradient_boosting import BaseHistGradientBoosting
from sklearn.pipeline import Pipeline
from sklearn.tree import BaseDecisionTree

from runner.data import Dataset
from runner.errors import ConfigError
from runner.options import Count, NonNegative, Several
from runner_builtin.compressors.scoring import mixed
from runner_builtin.compressors.small_trees import limited

_NAME = "tree_limit"


class TreeLimitCompressor:
    """Keeps fewer trees of a forest or of gradient boosting, or folds the ends of its trees.

    trees: how many to keep, of the first; None keeps all. max_depth, max_leaves: of each tree; branches beyond become
    leaves (a histogram gradient boosting has its trees whole). tolerance: keep as few trees as change the answer of
    no more than this share of rows (of a regression: leave unexplained no more than this share of the variance of the
    whole model's values), up to `trees`; the rows are training rows, each with a quarter of its columns taken from
    others, since a forest knows the training rows by heart. Raises ConfigError for a model without trees, or where
    nothing is asked for.
    """

    def __init__(
        self,
        trees: Count | None = None,
        max_depth: Count | None = None,
        max_leaves: Several | None = None,
        tolerance: NonNegative | None = None,
        random_state: int | None = None,
    ) -> None:
        self.trees = trees
        self.max_depth = max_depth
        self.max_leaves = max_leaves
        self.tolerance = tolerance
        self.random_state = random_state

    @property
    def needs_rows(self) -> bool:
        """Whether training rows decide how many trees are kept."""
        return self.tolerance is not None

    def compress(self, pipeline: Pipeline, rows: Dataset | None = None) -> Pipeline:
        """Return a pipeline with a smaller last step. rows: training rows; read where there is a tolerance."""
        name, model = pipeline.steps[-1]
        found = _n_trees(model)
        if found is None:
            raise ConfigError(
                f"Compressor {_NAME!r} needs a model of trees as the last step; step {name!r} is "
                f"{type(model).__name__!r}. Choose a forest, gradient boosting or a decision tree, or remove this "
                "compressor."
            )
        self._check(name, model, found)
        shorter = self._folded(model)
        smaller = _first(shorter, min(self.trees or found, found))
        if self.tolerance is not None:
            if rows is None:
                raise ConfigError(f"Compressor {_NAME!r}: a tolerance needs training rows; give 'trees' instead.")
            features = pipeline[:-1].transform(rows.features) if len(pipeline.steps) > 1 else rows.features
            smaller = self._tolerated(model, smaller, mixed(features, self.random_state))
        compressed = copy.copy(pipeline)
        compressed.steps = [*pipeline.steps[:-1], (name, smaller)]
        return compressed

    def _check(self, name: str, model: Any, found: int) -> None:
        if self.trees is self.max_depth is self.max_leaves is self.tolerance is None:
            raise ConfigError(
                f"Compressor {_NAME!r} is asked for nothing: give 'trees', 'max_depth', 'max_leaves' or 'tolerance'."
            )
        if self.trees is not None and not 1 <= self.trees <= found:
            raise ConfigError(
                f"Compressor {_NAME!r}: step {name!r} has {found} trees; {self.trees!r} are no part of them. Set "
                f"'trees' to 1 to {found}."
            )
        if isinstance(model, BaseHistGradientBoosting) and (self.max_depth or self.max_leaves):
            raise ConfigError(
                f"Compressor {_NAME!r}: the trees of {type(model).__name__} cannot be folded, only left out. Use "
                "'trees' or 'tolerance', or train with 'max_depth' and 'max_leaf_nodes'."
            )

    def _folded(self, model: Any) -> Any:
        if self.max_depth is None and self.max_leaves is None:
            return model
        if isinstance(model, BaseDecisionTree):
            return limited(model, self.max_depth, self.max_leaves)
        made = copy.copy(model)
        trees = model.estimators_
        flat = [limited(one, self.max_depth, self.max_leaves) for one in np.ravel(np.asarray(trees, dtype=object))]
        made.estimators_ = flat if isinstance(trees, list) else np.array(flat, dtype=object).reshape(trees.shape)
        return made

    def _tolerated(self, model: Any, smaller: Any, features: Any) -> Any:
        """Return the fewest trees that answer alike; all that are left where fewer do not."""
        whole = np.asarray(model.predict(features))
        for kept in _tries(_n_trees(smaller) or 1):
            made = _first(smaller, kept)
            if _change(whole, np.asarray(made.predict(features)), model) <= (self.tolerance or 0.0):
                return made
        return smaller


def _tries(most: int) -> Sequence[int]:
    """List numbers of trees from 1 on, each about a fifth more than the last."""
    found = [1]
    while found[-1] < most:
        found.append(min(most, max(found[-1] + 1, round(found[-1] * 1.2))))
    return found


def _change(whole: Any, found: Any, model: Any) -> float:
    if is_classifier(model):
        return float(np.mean(whole != found))
    spread = float(np.square(whole - whole.mean(axis=0)).sum())
    return float(np.square(whole - found).sum()) / (spread or 1.0)


def _n_trees(model: Any) -> int | None:
    """Count the trees, or rounds of boosting; None for a model that has none."""
    if isinstance(model, BaseDecisionTree):
        return 1
    if isinstance(model, BaseForest | GradientBoostingClassifier | GradientBoostingRegressor):
        return len(model.estimators_)
    return len(model._predictors) if isinstance(model, BaseHistGradientBoosting) else None


def _first(model: Any, kept: int) -> Any:
    """Return a copy with the first trees only."""
    if kept == _n_trees(model):
        return model
    made = copy.copy(model)
    if isinstance(model, BaseHistGradientBoosting):
        made._predictors = model._predictors[:kept]
        return made
    made.estimators_ = model.estimators_[:kept]
    made.n_estimators = kept
    if hasattr(model, "n_estimators_"):
        made.n_estimators_ = kept
    return made
