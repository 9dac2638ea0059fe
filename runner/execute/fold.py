"""One fold: training rows -> a fitted pipeline -> scores on rows it has never seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline

from runner.contracts import Event
from runner.data import Dataset, Prediction
from runner.errors import ConfigError, DataError
from runner.execute import cleaning
from runner.execute.components import Called, Components
from runner.execute.epochs import Epochs
from runner.execute.observing import Listeners, Stages, failure
from runner.execute.preparing import Prepared, check_table, fold_stages, wants_rows, watched
from runner.execute.score_checks import checked_score, in_fold
from runner.record.records import Score, StepRecord


@dataclass(frozen=True)
class FoldTask:
    """What a fold needs; plain enough to be sent elsewhere. rows: as parted. number: None for the refit."""

    components: Components
    rows: Prepared
    seed: int
    number: int | None
    listeners: Listeners = field(default_factory=Listeners)


@dataclass(frozen=True)
class FittedFold:
    """What a fold gives. tail: the fitted pipeline for rows that are clean already; test: held-out rows, cleaned.

    n_validation: so many of the first held-out rows are validation rows. train: the training rows as they reached the
    tail, None where no compressor asks for them.
    repairs: fitted cleaners that new rows go through first. diverged: why the training stopped, None where
    it went well. curves: per epoch, as far as the model tells. range_test: how it chose its learning rate, if it did.
    """

    number: int | None
    tail: Any
    repairs: Sequence[Any]
    test: Dataset | None
    prediction: Prediction | None
    scores: Mapping[str, Score]
    steps: Sequence[StepRecord]
    curves: Mapping[str, Sequence[float]]
    range_test: Mapping[str, Sequence[float]] | None
    diverged: Mapping[str, Any] | None
    n_validation: int = 0
    train: Dataset | None = None

    @property
    def pipeline(self) -> Any:
        """The whole fitted pipeline, from raw features to prediction."""
        if not self.repairs:
            return self.tail
        return Pipeline([("repair", cleaning.Repair(list(self.repairs))), *self.tail.steps])


def fit_fold(task: FoldTask) -> FittedFold:
    """Clean, augment, transform, train; then predict and score the test rows, if there are any."""
    stages = Stages(task.listeners, task.number)
    with told_as_fold(stages) as ended:
        rows = task.rows
        for stage in fold_stages(task.components):
            rows = stage.run(rows, task.seed, task.number, stages)
        model = train(task.components, rows, stages)
        fitted = judged(task.components, model, rows, stages)
        ended(fitted)
    return fitted


@contextmanager
def told_as_fold(stages: Stages) -> Iterator[Callable[[FittedFold], None]]:
    """Tell the listeners that a fold begins and how it ends. Gives what takes the fold once it is fitted."""
    start = time.perf_counter()
    fold, hear = stages.fold, stages.listeners.hear

    def ended(fitted: FittedFold) -> None:
        details = {"metrics": dict(fitted.scores), "diverged": fitted.diverged and dict(fitted.diverged)}
        hear(Event("fold_finished", fold=fold, seconds=time.perf_counter() - start, details=details))

    hear(Event("fold_started", fold=fold))
    try:
        yield ended
    except BaseException as error:
        hear(Event("fold_failed", fold=fold, seconds=time.perf_counter() - start, details=failure(error)))
        raise


def tell_again(listeners: Listeners, fold: FittedFold) -> None:
    """Tell what happened in a fold that was carried out where nobody heard it."""
    for step in fold.steps:
        details = {"rows_in": step.rows_in, "rows_out": step.rows_out, "note": step.note}
        listeners.hear(Event("stage_finished", step.step, step.fold, step.seconds, details))
    if fold.scores:
        listeners.hear(Event("fold_finished", fold=fold.number, details=dict(fold.scores)))


def train(components: Components, rows: Prepared, stages: Stages) -> Any:
    """Fit a fresh model on the training rows and return it."""
    called = components.one("model")
    check_table(called, rows)
    model = clone(called.component)
    epochs = Epochs(stages, getattr(model, "epochs", None))
    with stages.stage(f"train/{called.name}", rows.train.n_rows) as stage, epochs.told_by(model):
        watched(called, "training", model.fit, rows.train.features, rows.train.target)
        stage.note = "diverged" if getattr(model, "diverged_", None) else _choice(model)
    if stages.listeners:
        epochs.told_after(curves_of(model))
    return model


def judged(
    components: Components, model: Any, rows: Prepared, stages: Stages, *, only_scores: bool = False
) -> FittedFold:
    """Score a fitted model on the held-out rows, unless it diverged or there are none.

    only_scores: the prediction is not wanted for itself, so what no metric reads is not computed.
    """
    diverged = getattr(model, "diverged_", None) or None
    prediction: Prediction | None = None
    scores: dict[str, Score] = {}
    if rows.test is not None and diverged is None:
        try:
            prediction, scores = score(
                components, model, rows.test, stages, n_validation=rows.n_validation, only_scores=only_scores
            )
        except DataError as error:
            raise in_fold(error, rows, stages.fold, classifier=is_classifier(model)) from error.__cause__
    return FittedFold(
        number=stages.fold,
        tail=Pipeline([*rows.blocks, (components.one("model").name, model)]),
        repairs=rows.repairs,
        test=rows.held_out,
        prediction=prediction,
        scores=scores,
        steps=stages.done,
        curves=curves_of(model),
        range_test=getattr(model, "range_test_", None),
        diverged=diverged,
        n_validation=rows.n_validation,
        train=(rows.learned_from or rows.train) if wants_rows(components) else None,
    )


def _choice(model: Any) -> str | None:
    """Tell of what the model chose by itself: a learning rate, a threshold, options."""
    if getattr(model, "range_test_", None):
        return f"learning rate {model.learning_rate_:g} chosen by a range test"
    curve = getattr(model, "threshold_curve_", None)
    if curve:
        return f"threshold {curve['threshold']:.4g} chosen, where {curve['metric']} was {curve['reached']:.4g}"
    chosen = getattr(model, "chosen_", None)
    return f"chose {', '.join(f'{name} {value}' for name, value in chosen.items())}" if chosen else None


def curves_of(model: Any) -> dict[str, list[float]]:
    """Return what a fitted model tells of its epochs, by name."""
    curves = {"loss": "loss_curve_", "learning_rate": "learning_rate_curve_", "validation_loss": "validation_curve_"}
    found = {name: getattr(model, attribute, None) for name, attribute in curves.items()}
    return {name: [float(value) for value in curve] for name, curve in found.items() if curve is not None}


def smaller(called: Called, fold: FittedFold) -> FittedFold:
    """Compress a fold's pipeline; its scores stay those of before."""
    rows = (cleaning.frozen(fold.train),) if getattr(called.component, "needs_rows", False) and fold.train else ()
    tail = called.call("compressing", called.component.compress, fold.tail, *rows)
    if not hasattr(tail, "predict") or not hasattr(tail, "steps"):
        raise called.broke_contract(f"compress() returned {type(tail).__name__}, not a pipeline")
    return replace(fold, tail=tail)


# --- prediction and scores -------------------------------------------------------------------------------


def rescored(components: Components, fold: FittedFold, stages: Stages) -> dict[str, Score]:
    """Score a fold's pipeline again on the rows held out from it."""
    assert fold.test is not None
    return score(components, fold.tail, fold.test, stages, n_validation=fold.n_validation)[1]


def score(
    components: Components,
    model: Any,
    test: Dataset,
    stages: Stages,
    *,
    n_validation: int = 0,
    only_scores: bool = False,
) -> tuple[Prediction, dict[str, Score]]:
    """Predict held-out rows and give every metric its say. model: takes the rows as they are in `test`.

    n_validation: so many of the first rows are validation rows; the scores are theirs, and those of the rest are
    told as "test/<metric>". only_scores: see `judged`.
    """
    with stages.stage("predict/" + components.one("model").name, test.n_rows) as stage:
        only_labels = only_scores and labels_do(components)
        prediction = predict(components.one("model"), model, test.features, only_labels=only_labels)
        stage.rows_out = test.n_rows
    truth = cleaning.frozen(test).target
    return prediction, scores_of(components, truth, prediction, stages, n_validation=n_validation)


def labels_do(components: Components) -> bool:
    """Say whether no metric reads more of a prediction than its labels."""
    return all(called.component.needs == "labels" for called in components.many("metrics"))


def scores_of(
    components: Components, truth: Any, prediction: Prediction, stages: Stages, *, n_validation: int = 0
) -> dict[str, Score]:
    """Give every metric its say of what was predicted. truth: (n_rows,), read-only; n_validation: see `score`."""
    scores: dict[str, Score] = {}
    with stages.stage("score", len(truth)):
        for called in components.many("metrics"):
            _check_fit(called, prediction)
        for name, rows in _scored_parts(len(truth), n_validation):
            for called in components.many("metrics"):
                scores[f"{name}{called.name}"] = _one_score(called, truth[rows], part_of(prediction, rows))
    return scores


def _scored_parts(n_rows: int, n_validation: int) -> list[tuple[str, slice]]:
    if n_validation in (0, n_rows):
        return [("", slice(0, n_rows))]
    return [("", slice(0, n_validation)), ("test/", slice(n_validation, n_rows))]


def _one_score(called: Called, truth: Any, prediction: Prediction) -> Score:
    return checked_score(called, called.call("scoring", called.component.score, truth, prediction), len(truth))


def part_of(prediction: Prediction, rows: slice) -> Prediction:
    """Return what was predicted of some of the rows."""
    if rows == slice(0, len(prediction.labels)):
        return prediction
    return prediction.take(rows)


def predict(called: Called, model: Any, features: Any, *, only_labels: bool = False) -> Prediction:
    """Collect all that a fitted model, or a whole pipeline, can say of some rows. only_labels: no more than that."""
    n_rows = features.shape[0]
    labels = _told(called, model, "predict", features, n_rows)
    if not is_classifier(model):
        return Prediction(labels)
    sets = bool(getattr(called.component, "label_sets", False))
    if only_labels:
        return Prediction(labels, np.asarray(model.classes_), label_sets=sets)
    return Prediction(
        labels,
        np.asarray(model.classes_),
        _told(called, model, "predict_proba", features, n_rows),
        _told(called, model, "decision_function", features, n_rows),
        sets,
    )


def _told(called: Called, model: Any, method: str, features: Any, n_rows: int) -> Any:
    """Return what a method says of the rows, checked; None where the model has no such method."""
    if not hasattr(model, method):
        return None
    values = np.asarray(called.call(f"calling {method}", getattr(model, method), features))
    if values.shape[:1] != (n_rows,):
        raise called.broke_contract(f"{method} gave shape {values.shape} for {n_rows} rows")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        bad = int(np.count_nonzero(~np.isfinite(values)))
        raise called.broke_contract(f"{method} gave {bad} values that are NaN or infinite")
    return values


def _check_fit(called: Called, prediction: Prediction) -> None:
    """A metric that needs what the model cannot give is refused by name. Raises ConfigError."""
    needs = called.component.needs
    lacks_probabilities = needs == "probabilities" and prediction.probabilities is None
    lacks_scores = needs == "scores" and prediction.probabilities is None and prediction.scores is None
    if lacks_probabilities or lacks_scores:
        raise ConfigError(
            f"{called} needs {needs}, but the model gives none. Choose a metric of labels or another model."
        )
