"""The scores of a trial's folds, before and after each compressor, number by number: what `scores.csv` holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner.execute.fold import FittedFold
from runner.execute.trial import Trial
from runner.record.fold_scores import FoldScore, of_fold
from runner.record.records import Score


def trial_scores(trial: Trial) -> Iterator[FoldScore]:
    """Give every number that the metrics gave of held-out rows; nothing of a fold that diverged."""
    for fold in trial.judged:
        yield from _of(fold, fold.scores)
    for name, scored in trial.compressed.items():
        for fold, scores in zip(trial.judged, scored, strict=True):
            yield from _of(fold, scores, name)


def _of(fold: FittedFold, scores: Mapping[str, Score], compressor: str | None = None) -> list[FoldScore]:
    assert fold.number is not None
    # rows that trials are compared by, where others are kept for the last judgement
    only_validation = fold.test is not None and 0 < fold.n_validation == fold.test.n_rows
    said = fold.prediction
    classes = None if said is None or said.classes is None else said.classes.tolist()
    part = "validation" if only_validation else "test"
    return of_fold(fold.number, scores, part=part, classes=classes, compressor=compressor)
