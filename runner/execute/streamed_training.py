"""Training and scoring batch by batch: transforms learn, the model learns, and then the held-out rows are met."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier

from runner.data import Prediction
from runner.execute.epochs import Epochs
from runner.execute.fold import FittedFold, curves_of, judged, labels_do, predict, scores_of, told_as_fold
from runner.execute.preparing import Prepared, check_table, watched
from runner.execute.streamed_rows import Stream
from runner.execute.streamed_transforms import BatchBlock, learned, transformed
from runner.record.records import Score


def fit_stream(stream: Stream) -> FittedFold:
    """Learn from the training rows; then score the held-out rows, unless the training diverged."""
    with told_as_fold(stream.preparing) as ended:
        made = learned(stream)
        model = _trained(stream, made)
        Epochs(stream.preparing).told_after(curves_of(model))
        prediction: Prediction | None = None
        scores: Mapping[str, Score] = {}
        if not stream.whole and not getattr(model, "diverged_", None):
            prediction, scores = scored(stream, model, made)
        survey = stream.surveyed()
        stream.preparing.finish()
        parts = tuple((block.name, block.estimator) for block in made)
        rows = Prepared(survey.sample, None, None, stream.repairs, parts)
        fold = judged(stream.components, model, rows, stream.preparing)
        fold = replace(fold, prediction=prediction, scores=scores, n_validation=survey.n_validation)
        ended(fold)
    return fold


def scored(stream: Stream, model: Any, made: Sequence[BatchBlock]) -> tuple[Prediction, dict[str, Score]]:
    """Predict the held-out rows batch by batch, and score all of them at once. made: what they go through before.

    Of a prediction only what some metric reads is made and kept.
    """
    components, turns = stream.components, stream.preparing
    called, only_labels = components.one("model"), labels_do(components)
    truths, predictions, tested = [], [], []
    for rows in stream.batches(augmented=False):
        if rows.held_out is None:
            continue
        held = transformed(made, rows.held_out, turns)
        with turns.stage(f"predict/{called.name}", held.n_rows) as stage:
            predictions.append(predict(called, model, held.features, only_labels=only_labels))
            stage.rows_out = held.n_rows
        truths.append(held.target)
        tested.append(np.arange(held.n_rows) >= rows.n_validation)
    # the rows for validation first, as everywhere
    order = np.argsort(np.concatenate(tested), kind="stable")
    truth, prediction = _joined(truths, order), _all_of(predictions, order)
    truth.flags.writeable = False
    n_validation = stream.surveyed().n_validation
    return prediction, scores_of(components, truth, prediction, turns, n_validation=n_validation)


def _trained(stream: Stream, made: Sequence[BatchBlock]) -> Any:
    """Fit a fresh model, one call of `partial_fit` for each batch."""
    called, turns = stream.components.one("model"), stream.preparing
    model, n_passes = clone(called.component), 1
    if callable(getattr(model, "for_batches", None)):
        model, n_passes = called.call("planning its training", model.for_batches, stream.surveyed().n_trained)
    learn = _lesson(stream, model)
    for _ in range(n_passes):
        for rows in stream.batches(augmented=True):
            if not rows.train.n_rows:
                continue
            train = transformed(made, rows.train, turns)
            check_table(called, replace(rows, train=train))
            with turns.stage(f"train/{called.name}", train.n_rows) as stage:
                watched(called, "training on a batch", learn, train.features, train.target)
                if getattr(model, "diverged_", None):
                    stage.note = "diverged"
            if stage.note:
                return model
    return model


def _lesson(stream: Stream, model: Any) -> Callable[[Any, Any], Any]:
    """Return what takes one batch. A classifier has to know all classes at the first, which takes a pass before."""
    learn: Callable[..., Any] = model.partial_fit
    if is_classifier(model) and "classes" in inspect.signature(learn).parameters:
        return partial(learn, classes=stream.surveyed().classes)
    return learn


def _all_of(predictions: Sequence[Prediction], order: Any) -> Prediction:
    """Join what was predicted batch by batch, in another order of the rows."""
    return Prediction(
        _joined([one.labels for one in predictions], order),
        predictions[0].classes,
        _joined([one.probabilities for one in predictions], order),
        _joined([one.scores for one in predictions], order),
        predictions[0].label_sets,
    )


def _joined(parts: Sequence[Any], order: Any) -> Any:
    return None if parts[0] is None else np.concatenate(parts)[order]
