"""One trial from data to a fitted pipeline, in memory: the flow, readable aloud.

source -> cleaners -> splitter -> per fold (augmenters -> transforms -> model -> metrics) -> refit ->
compressors, scored again. Writing it all down is the business of `recorded`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner.execute import cleaning, scores
from runner.execute.components import Called, Components
from runner.execute.fold import FittedFold, FoldTask, fit_fold, score
from runner.execute.observing import Listeners, Stages
from runner.plan.experiment import Experiment
from runner.record.fingerprint import fingerprint
from runner.record.records import Metrics, StepRecord, Total

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Trial:
    """What a trial gives. refit: the training on all rows, None where there was none.

    winner: the fold, or the refit, whose pipeline is shipped, compressed; None if the trial diverged.

    fingerprints: stage -> what the data looked like there.
    """

    raw: Dataset
    folds: Sequence[FittedFold]
    refit: FittedFold | None
    winner: FittedFold | None
    metrics: Metrics
    steps: Sequence[StepRecord]
    fingerprints: Mapping[str, Any]
    sample: Dataset
    diverged: Mapping[str, Any] | None = None

    @property
    def trainings(self) -> Sequence[FittedFold]:
        """Every training: the folds, and the refit where there was one."""
        refits = [self.refit] if self.refit is not None else []
        return [*self.folds, *refits]


@dataclass
class _Course:
    """A trial under way."""

    experiment: Experiment
    components: Components
    listeners: Listeners
    stages: Stages
    steps: list[StepRecord] = field(default_factory=list)

    def fit(self, train: Dataset, test: Dataset | None, number: int | None) -> FittedFold:
        """Have a fold carried out by the executor."""
        task = FoldTask(self.components, train, test, self.experiment.seed, number, self.listeners)
        executor = self.components.one("executor")
        fitted: FittedFold = executor.component.submit(fit_fold, task).result()
        self.steps += fitted.steps
        return fitted


def carry_out(experiment: Experiment, components: Components, folder: Path, listeners: Listeners) -> Trial:
    """Run the whole trial. folder: what relative paths mean. Raises RunnerError, or what a bug raises."""
    course = _Course(experiment, components, listeners, Stages(listeners))
    raw = _load(course, folder)
    clean = _clean(course, raw)
    folds = _split(course, clean)
    fingerprints = {"raw": fingerprint(raw), "clean": fingerprint(clean), "split": _split_digest(folds)}
    course.steps += course.stages.done
    fitted = [course.fit(clean.take(train), clean.take(test), k) for k, (train, test) in enumerate(folds)]
    diverged = next((fold.diverged for fold in fitted if fold.diverged), None)
    metrics = scores.summarise(experiment, components, [fold.scores for fold in fitted if not fold.diverged])
    refit = None
    if diverged is None and _wants_refit(experiment, fitted):
        refit = course.fit(clean, None, None)
        diverged = refit.diverged
    winner = None
    if diverged is None:
        winner, compressed = _compress(course, fitted, refit or fitted[0])
        metrics = replace(metrics, compressed=compressed)
    sample = raw.take(np.arange(min(5, raw.n_rows)))
    return Trial(raw, fitted, refit, winner, metrics, course.steps, fingerprints, sample, diverged)


def _load(course: _Course, folder: Path) -> Dataset:
    called = course.components.one("source")
    with course.stages.stage(f"load/{called.name}") as stage:
        context = SourceContext(folder, course.experiment.seed)
        dataset = called.call("loading", called.component.load, context)
        _check_loaded(called, dataset)
        stage.rows_out = dataset.n_rows
    return dataset  # type: ignore[no-any-return]


def _check_loaded(called: Called, dataset: Any) -> None:
    if not isinstance(dataset, Dataset):
        raise called.broke_contract(f"load() returned {type(dataset).__name__}, not a Dataset")
    if dataset.n_rows == 0:
        raise DataError(f"{called} gave no rows.")
    if len(np.unique(dataset.row_ids)) != dataset.n_rows:
        raise called.broke_contract("its row ids are not unique")
    if not dataset.fingerprint:
        raise called.broke_contract("its dataset has no fingerprint")
    if dataset.target is None:
        raise DataError(f"{called} gave no target to predict; name the column with 'source.target=…'.")


def _clean(course: _Course, dataset: Dataset) -> Dataset:
    before, _ = cleaning.parted(course.components.many("cleaners"))
    for called in before:
        with course.stages.stage(f"clean/{called.name}", dataset.n_rows) as stage:
            cleaned = cleaning.clean(called, dataset).dataset
            stage.rows_out = cleaned.n_rows
            news = {reason: n - dataset.dropped.get(reason, 0) for reason, n in cleaned.dropped.items()}
            stage.note = "; ".join(f"{n} dropped: {reason}" for reason, n in news.items() if n) or None
            dataset = cleaned
    return dataset


def _split(course: _Course, dataset: Dataset) -> list[Fold]:
    called = course.components.one("splitter")
    if getattr(called.component, "needs_groups", False) and dataset.groups is None:
        raise DataError(f"{called} keeps groups together, but the source names none: 'source.groups=COLUMN'.")
    with course.stages.stage(f"split/{called.name}", dataset.n_rows) as stage:
        plain = np.zeros((dataset.n_rows, 1))  # splitters look at the number of rows only
        split = called.call("splitting", _all_folds, called.component, plain, dataset.target, dataset.groups)
        _check_folds(called, split, dataset.n_rows)
        stage.note = f"{len(split)} fold{'s' * (len(split) > 1)}"
    return split  # type: ignore[no-any-return]


def _all_folds(splitter: Any, plain: NDArray[Any], target: Any, groups: Any) -> list[Fold]:
    return [(np.asarray(train), np.asarray(test)) for train, test in splitter.split(plain, target, groups)]


def _check_folds(called: Called, folds: Sequence[Fold], n_rows: int) -> None:
    if not folds:
        raise called.broke_contract("it gave no fold")
    for number, (train, test) in enumerate(folds, start=1):
        if not len(train) or not len(test):
            raise DataError(f"{called}: fold {number} has {len(train)} training and {len(test)} test rows.")
        positions = np.concatenate([train, test])
        if positions.min() < 0 or positions.max() >= n_rows:
            raise called.broke_contract(f"fold {number} names rows outside 0…{n_rows - 1}")
        if np.intersect1d(train, test).size:
            raise called.broke_contract(f"fold {number} has rows in both training and test")


def _split_digest(folds: Sequence[Fold]) -> str:
    digest = sha256()
    for train, test in folds:
        digest.update(np.asarray(train, np.int64).tobytes() + b"|" + np.asarray(test, np.int64).tobytes())
    return digest.hexdigest()


def _wants_refit(experiment: Experiment, fitted: Sequence[FittedFold]) -> bool:
    """Ship one trained on all rows, or the one fold's own model, whose score was just measured."""
    return experiment.refit == "always" or (experiment.refit == "auto" and len(fitted) > 1)


def _compress(
    course: _Course, fitted: Sequence[FittedFold], winner: FittedFold
) -> tuple[FittedFold, dict[str, dict[str, Total]]]:
    """Compress what is shipped, and each fold's pipeline to score it again on rows held out from it."""
    folds = list(fitted)
    compressed: dict[str, dict[str, Total]] = {}
    for called in course.components.many("compressors"):
        stages = Stages(course.listeners)
        with stages.stage(f"compress/{called.name}"):
            shared = winner is folds[0]
            folds = [_smaller(called, fold) for fold in folds]
            winner = folds[0] if shared else _smaller(called, winner)
        again = [score(course.components, fold.tail, fold.test, stages)[1] for fold in folds if fold.test]
        compressed[called.name] = scores.totals(again)
        course.steps += stages.done
    return winner, compressed


def _smaller(called: Called, fold: FittedFold) -> FittedFold:
    tail = called.call("compressing", called.component.compress, fold.tail)
    if not hasattr(tail, "predict") or not hasattr(tail, "steps"):
        raise called.broke_contract(f"compress() returned {type(tail).__name__}, not a pipeline")
    return replace(fold, tail=tail)
