"""Ways of trying softmax regressions on images: python dense.py WAY FOLDER [COUNT]."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed, parallel_config
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from sklearn.neural_network import MLPClassifier
from telling import since_start, tell
from trials import BATCH, DENSE_AXES, DENSE_EPOCHS, TEST_SHARE, cells

SPLIT = ShuffleSplit(n_splits=1, test_size=TEST_SHARE, random_state=0)
Cell = Mapping[str, Any]


def main(way: str, folder: str, count: str | None = None) -> None:
    X, y = np.load(f"{folder}/X.npy"), np.load(f"{folder}/y.npy")
    wanted = cells(DENSE_AXES, None if count is None else int(count))
    setup = since_start()
    tell(zip(wanted, WAYS[way](X, y, wanted), strict=True), setup)


def softmax(cell: Cell) -> MLPClassifier:
    """Return a perceptron without a hidden layer: softmax regression. It divides alpha by the rows of a batch."""
    return MLPClassifier(
        (), solver="sgd", momentum=0.0, nesterovs_momentum=False, batch_size=BATCH, max_iter=DENSE_EPOCHS,
        tol=0.0, n_iter_no_change=DENSE_EPOCHS, random_state=0,
        learning_rate_init=cell["learning_rate"], alpha=cell["l2"] * BATCH,
    )  # fmt: skip


def one_against_rest(cell: Cell) -> SGDClassifier:
    return SGDClassifier(
        loss="log_loss", learning_rate="constant", max_iter=DENSE_EPOCHS, tol=None, random_state=0,
        eta0=cell["learning_rate"], alpha=cell["l2"],
    )  # fmt: skip


def searched(make: Callable[[Cell], Any], names: Sequence[str], X: Any, y: Any, wanted: Sequence[Cell]) -> Any:
    models = [make(cell).get_params() for cell in wanted]
    grid = [{name: [params[name]] for name in names} for params in models]
    search = GridSearchCV(make(wanted[0]), grid, cv=SPLIT, n_jobs=2, refit=False)
    return search.fit(X, y).cv_results_["mean_test_score"]


def mlp_search(X: Any, y: Any, wanted: Sequence[Cell]) -> Any:
    return searched(softmax, ("learning_rate_init", "alpha"), X, y, wanted)


def sgd_search(X: Any, y: Any, wanted: Sequence[Cell]) -> Any:
    return searched(one_against_rest, ("eta0", "alpha"), X, y, wanted)


def by_hand(X: Any, y: Any, wanted: Sequence[Cell]) -> list[float]:
    """Do what a careful person writes: the split once, its parts mapped by two processes of one thread."""
    train, test = next(SPLIT.split(X))
    parts = X[train], y[train], X[test], y[test]
    with parallel_config("loky", inner_max_num_threads=1):
        return list(Parallel(n_jobs=2)(delayed(trained)(cell, *parts) for cell in wanted))


def trained(cell: Cell, X: Any, y: Any, X_test: Any, y_test: Any) -> float:
    return float(softmax(cell).fit(X, y).score(X_test, y_test))


WAYS: Mapping[str, Callable[[Any, Any, Sequence[Cell]], Any]] = {
    "mlp_search": mlp_search,
    "sgd_search": sgd_search,
    "by_hand": by_hand,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
