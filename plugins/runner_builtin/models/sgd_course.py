"""One training of many SGDClassifiers: a binary problem per class, cut into tiles of trials, spread over threads."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier
from sklearn.utils.multiclass import unique_labels
from sklearn.utils.validation import validate_data

from runner_builtin.models.sgd_problem import SPARSE_DECAY, Problem, likeness, rows_of
from runner_builtin.models.sgd_trial import Trial

Array = NDArray[Any]

#: So many trials at most stand side by side: 512 bytes of weights for each number of X, worth going to memory for.
WIDEST = 64
#: So many at least: a line of the cache.
NARROWEST = 8
_LARGEST_SEED = np.iinfo(np.int32).max


class Course:
    """Models in training together; see `SGDTogether.begin`. epochs: the most that any of them may take."""

    def __init__(self, models: Sequence[SGDClassifier], X: Any, y: Any, *, threads: int) -> None:
        self.epochs = max(model.max_iter for model in models)
        self._pattern = clone(models[0])
        X, y = validate_data(
            self._pattern,
            X,
            y,
            accept_sparse="csr",
            dtype=[np.float64, np.float32],
            order="C",
            accept_large_sparse=False,
        )
        self._classes = unique_labels(np.unique(y))
        if len(self._classes) < 2:
            raise ValueError("The number of classes has to be greater than one; got 1 class")
        shape = (len(self._classes) if len(self._classes) > 2 else 1, X.shape[1])
        self._n_rows, self._threads = X.shape[0], threads
        self._trials = [Trial.of(model, self._classes, y, shape, X.dtype) for model in models]
        self._problems = list(self._cut(X, y))

    def advance(self, until: int) -> None:
        """Train all that are still in it up to so many epochs, counted from the beginning."""
        pool = ThreadPoolExecutor(self._threads)
        try:
            for _ in pool.map(lambda problem: problem.advance(until), self._problems):
                pass
        finally:
            pool.shutdown(cancel_futures=True)

    def drop(self, positions: Sequence[int]) -> None:
        """Train these no further. positions: in the models given at the beginning."""
        for position in positions:
            self._trials[position].dropped = True
        for problem in self._problems:
            problem.let_go()

    def ended(self, position: int) -> bool:
        """Say if this one trains no further."""
        trial = self._trials[position]
        return bool(trial.failures) or not any(trial in problem.trials for problem in self._problems)

    def fitted(self, position: int) -> SGDClassifier:
        """Return a fitted model as of now. Raises what its own `fit` would have raised."""
        trial = self._trials[position]
        if trial.failures:
            raise trial.failures[min(trial.failures)]
        for problem in self._problems:
            problem.write_(trial)
        model = clone(trial.model)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self._pattern, name):
                setattr(model, name, getattr(self._pattern, name))
        model.classes_ = self._classes
        model.coef_, model.intercept_ = trial.coef.copy(), trial.intercept.copy()
        model.n_iter_ = int(trial.epochs.max())
        model.t_ = 1.0 + model.n_iter_ * self._n_rows
        if model.tol is not None and model.n_iter_ == model.max_iter:
            warnings.warn(
                f"{type(model).__name__} made all of {model.max_iter} epochs before it converged. "
                f"Raise max_iter to improve the fit.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return model

    def _cut(self, X: Any, y: Array) -> Iterator[Problem]:
        """Yield the problems, each of one class and one tile of trials that are much alike."""
        able = sorted(
            (trial for trial in self._trials if not trial.failures), key=lambda trial: likeness(trial.model)
        )
        rows, decay = rows_of(X), SPARSE_DECAY if issparse(X) else 1.0
        several = len(self._classes) > 2
        for number, seed in enumerate(_seeds(self._trials[0].model, len(self._trials[0].coef))):
            label = number if several else 1
            positives = y == self._classes[label]
            for tile in _tiles(able, -(-self._threads // len(self._trials[0].coef))):
                yield Problem(
                    tile,
                    number=number,
                    rows=rows,
                    positives=positives,
                    class_weights=(label, None if several else 0),
                    seed=seed,
                    decay=decay,
                )


def _tiles(trials: Sequence[Trial], n_wanted: int) -> Iterator[Sequence[Trial]]:
    """Cut the trials into about so many tiles or more, as even as they can be."""
    n_tiles = max(-(-len(trials) // WIDEST), min(n_wanted, len(trials) // NARROWEST), 1)
    for places in np.array_split(np.arange(len(trials)), n_tiles):
        if len(places):
            yield [trials[place] for place in places]


def _seeds(model: SGDClassifier, n_problems: int) -> list[int]:
    """Return each problem's seed of the shuffles, drawn as scikit-learn draws it; 0 for no shuffle."""
    starts = np.array([model.random_state])
    if n_problems > 1:
        starts = np.random.RandomState(model.random_state).randint(_LARGEST_SEED, size=n_problems)
    seeds = []
    for start in starts:
        numbers = np.random.RandomState(start)
        numbers.randint(1, _LARGEST_SEED)  # scikit-learn draws one for another purpose before
        # the shuffle's generator cannot leave zero, and begins at 1 instead
        seeds.append(max(int(numbers.randint(_LARGEST_SEED)), 1) if model.shuffle else 0)
    return seeds
