"""Ways of trying SGDClassifiers on texts: python text.py WAY DATA.csv AXES [COUNT].

AXES: "text" (one hold-out) or "folds" (three folds, and min_df among the axes).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import joblib
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GridSearchCV, KFold, ShuffleSplit
from sklearn.pipeline import Pipeline
from telling import since_start, tell
from trials import FOLDS_AXES, TEST_SHARE, TEXT_AXES, TEXT_EPOCHS, cells

Cell = Mapping[str, Any]


def main(way: str, path: str, axes: str, count: str | None = None) -> None:
    table = pd.read_csv(path)
    texts, y = table["text"], table["label"].to_numpy()
    wanted = cells(TEXT_AXES if axes == "text" else FOLDS_AXES, None if count is None else int(count))
    setup = since_start()
    tell(zip(wanted, WAYS[way](texts, y, wanted, splitter(axes)), strict=True), setup)


def splitter(axes: str) -> Any:
    if axes == "text":
        return ShuffleSplit(n_splits=1, test_size=TEST_SHARE, random_state=0)
    return KFold(n_splits=3, shuffle=True, random_state=0)


def model() -> SGDClassifier:
    return SGDClassifier(learning_rate="constant", max_iter=TEXT_EPOCHS, tol=None, random_state=0)


def pipeline(memory: str | None = None) -> Pipeline:
    return Pipeline([("tfidf", TfidfVectorizer()), ("model", model())], memory=memory)


def settings(cell: Cell) -> dict[str, Any]:
    return {f"{'tfidf' if name == 'min_df' else 'model'}__{name}": value for name, value in cell.items()}


def grid_search(texts: Any, y: Any, wanted: Sequence[Cell], split: Any, memory: str | None = None) -> list[float]:
    grid = [{name: [value] for name, value in settings(cell).items()} for cell in wanted]
    search = GridSearchCV(pipeline(memory), grid, cv=split, n_jobs=2, refit=False)
    return list(search.fit(texts, y).cv_results_["mean_test_score"])


def grid_search_with_memory(texts: Any, y: Any, wanted: Sequence[Cell], split: Any) -> list[float]:
    with tempfile.TemporaryDirectory() as memory:
        return grid_search(texts, y, wanted, split, memory)


def dask_search(texts: Any, y: Any, wanted: Sequence[Cell], split: Any) -> list[float]:
    from dask_ml.model_selection import GridSearchCV as DaskSearch

    grid = [{name: [value] for name, value in settings(cell).items()} for cell in wanted]
    search = DaskSearch(pipeline(), grid, cv=split, n_jobs=2, refit=False)
    return list(search.fit(texts, y).cv_results_["mean_test_score"])


def optuna_study(texts: Any, y: Any, wanted: Sequence[Cell], split: Any) -> list[float]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial: Any) -> float:
        made = pipeline().set_params(**settings(wanted[trial.suggest_int("cell", 0, len(wanted) - 1)]))
        return mean(scored(made, texts, y, split))

    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.GridSampler({"cell": list(range(len(wanted)))})
    )
    study.optimize(objective, n_trials=len(wanted), n_jobs=2)
    found = {trial.params["cell"]: trial.value for trial in study.trials}
    return [found[place] for place in range(len(wanted))]


def scored(made: Pipeline, texts: Any, y: Any, split: Any) -> list[float]:
    return [
        clone(made).fit(texts.iloc[train], y[train]).score(texts.iloc[test], y[test])
        for train, test in split.split(texts, y)
    ]


def by_hand(texts: Any, y: Any, wanted: Sequence[Cell], split: Any) -> list[float]:
    """Do what a careful person writes: each TF-IDF once, kept on disk and mapped by two processes, models apart."""
    with tempfile.TemporaryDirectory() as place:
        folds = list(split.split(texts, y))
        branches = sorted({(cell.get("min_df", 1), fold) for cell in wanted for fold in range(len(folds))})
        workers = Parallel(n_jobs=2)
        workers(delayed(keep)(place, texts, y, *branch, *folds[branch[1]]) for branch in branches)
        tasks = [(cell, fold) for cell in wanted for fold in range(len(folds))]
        found = workers(delayed(trained)(place, cell, fold) for cell, fold in tasks)
    return [mean(found[start : start + len(folds)]) for start in range(0, len(found), len(folds))]


def keep(place: str, texts: Any, y: Any, min_df: int, fold: int, train: Any, test: Any) -> None:
    tfidf = TfidfVectorizer(min_df=min_df)
    X = tfidf.fit_transform(texts.iloc[train])
    joblib.dump((X, y[train], tfidf.transform(texts.iloc[test]), y[test]), f"{place}/{min_df}-{fold}")


def trained(place: str, cell: Cell, fold: int) -> float:
    X, y, X_test, y_test = joblib.load(f"{place}/{cell.get('min_df', 1)}-{fold}", mmap_mode="r")
    own = {name: value for name, value in cell.items() if name != "min_df"}
    return float(model().set_params(**own).fit(X, y).score(X_test, y_test))


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


WAYS: Mapping[str, Callable[[Any, Any, Sequence[Cell], Any], list[float]]] = {
    "grid_search": grid_search,
    "grid_search_with_memory": grid_search_with_memory,
    "dask": dask_search,
    "optuna": optuna_study,
    "by_hand": by_hand,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
