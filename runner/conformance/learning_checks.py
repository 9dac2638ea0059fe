"""Of transforms and models: scikit-learn's contract, as far as a run leans on it."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier, is_regressor

from runner.conformance.data_checks import expect_untouched
from runner.conformance.samples import CLASSES, FEATURES_OF_ALL_SORTS, LABEL_SETS, VALUES, Sample, alike
from runner.conformance.subject import Subject
from runner.data import Dataset, take_rows
from runner.label_sets import all_labels


def can_be_cloned(subject: Subject) -> None:
    """Each fold gets an unfitted copy with the same options."""
    component = subject.build()
    try:
        copied = clone(component)
    except Exception as error:  # noqa: BLE001 - clone raises whatever the constructor raises
        subject.expect(False, f"scikit-learn cannot clone it: {type(error).__name__}: {error}")
    subject.expect(copied.get_params().keys() == component.get_params().keys(), "its clone has other options")


# --- transforms --------------------------------------------------------------------------------------------


def transform(subject: Subject, dataset: Dataset) -> Any:
    """Transform the rows that a fresh one was fitted to."""
    return clone(subject.build()).fit(dataset.features, dataset.target).transform(dataset.features)


def _transformable(subject: Subject) -> list[Sample]:
    return subject.usable(FEATURES_OF_ALL_SORTS, lambda dataset: transform(subject, dataset))


def gives_a_row_for_each_row(subject: Subject) -> None:
    """The result is of shape (n_rows, ...)."""
    for sample in _transformable(subject):
        features = subject.call(transform, subject, sample.make())
        shape, n_rows = getattr(features, "shape", None), sample.make().n_rows
        right = shape is not None and len(shape) >= 2 and shape[0] == n_rows
        subject.expect(right, f"it gives shape {shape} for {n_rows} rows; (n_rows, ...) is due")


def treats_each_row_by_itself(subject: Subject) -> None:
    """A row is transformed alike whatever rows come with it: else test rows would tell of each other."""
    for sample in _transformable(subject):
        dataset, half = sample.make(), np.arange(0, sample.make().n_rows, 2)
        fitted = clone(subject.build()).fit(dataset.features, dataset.target)
        whole = take_rows(subject.call(fitted.transform, dataset.features), half)
        alone = subject.call(fitted.transform, take_rows(dataset.features, half))
        subject.expect(alike(whole, alone), f"it transforms rows of {sample.name} by what other rows come with them")


def transforms_the_same_way_again(subject: Subject) -> None:
    """Fitted again with the same seed, it gives the same features."""
    for sample in _transformable(subject):
        first, second = (subject.call(transform, subject, sample.make()) for _ in range(2))
        subject.expect(
            alike(first, second), f"fitted again with the same seed, it transforms otherwise ({sample.name})"
        )


def is_the_same_after_pickling(subject: Subject) -> None:
    """Fitted and pickled, it comes back with what it learned."""
    for sample in _transformable(subject):
        dataset = sample.make()
        fitted = clone(subject.build()).fit(dataset.features, dataset.target)
        arrived = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - pickled in the same breath
        same = alike(fitted.transform(dataset.features), arrived.transform(dataset.features))
        subject.expect(same, f"fitted on {sample.name} and pickled, it comes back as another")


def does_not_change_its_input(subject: Subject) -> None:
    """Features and target stay as they are, in `fit` and in `transform`."""
    for sample in _transformable(subject):
        expect_untouched(subject, sample.make(), lambda given: transform(subject, given))


TRANSFORM = (
    can_be_cloned,
    gives_a_row_for_each_row,
    treats_each_row_by_itself,
    transforms_the_same_way_again,
    is_the_same_after_pickling,
    does_not_change_its_input,
)

# --- models ------------------------------------------------------------------------------------------------


def _samples(model: Any) -> Sequence[Sample]:
    if getattr(model, "label_sets", False):
        return [LABEL_SETS]
    if is_classifier(model):
        return CLASSES
    return [VALUES] if is_regressor(model) else [*CLASSES, VALUES]


def _fit(subject: Subject, dataset: Dataset) -> Any:
    return clone(subject.build()).fit(dataset.features, dataset.target)


def predict(subject: Subject, dataset: Dataset) -> Any:
    """Predict the rows that a fresh one was fitted to."""
    return _fit(subject, dataset).predict(dataset.features)


def learnable(subject: Subject) -> list[Sample]:
    """Return the samples that a model learns from."""
    return subject.usable(_samples(subject.build()), lambda dataset: predict(subject, dataset))


def predicts_a_label_or_value_for_each_row(subject: Subject) -> None:
    """Predictions are of shape (n_rows,), finite, and of a classifier among the classes."""
    for sample in learnable(subject):
        dataset = sample.make()
        predicted = np.asarray(subject.call(predict, subject, dataset))
        shape = (dataset.n_rows,)
        subject.expect(predicted.shape == shape, f"predict() gives shape {predicted.shape}, {shape} is due")
        finite = predicted.dtype.kind != "f" or np.isfinite(predicted).all()
        subject.expect(finite, f"predict() gives NaN or infinite values on {sample.name}")
        if is_classifier(subject.build()):
            known = np.asarray(dataset.target)
            if getattr(subject.build(), "label_sets", False):
                known, predicted = all_labels(known), all_labels(predicted)
            new = np.setdiff1d(predicted, known).tolist()
            subject.expect(not new, f"predict() gives labels that were not in the training rows: {new[:5]}")


def gives_probabilities_that_sum_to_one(subject: Subject) -> None:
    """`predict_proba`, where there is one, is of shape (n_rows, n_classes), each row a distribution."""
    for sample in learnable(subject):
        model = _fit(subject, sample.make())
        if not (is_classifier(model) and hasattr(model, "predict_proba")):
            continue
        given = np.asarray(subject.call(model.predict_proba, sample.make().features))
        shape = (sample.make().n_rows, len(model.classes_))
        subject.expect(given.shape == shape, f"predict_proba() gives shape {given.shape}, {shape} is due")
        alone = getattr(model, "label_sets", False)
        sound = (given >= 0).all() and (np.allclose(given.sum(axis=1), 1, atol=1e-4) or (alone and given.max() <= 1))
        subject.expect(sound, f"predict_proba() gives rows that are no distributions, such as {given[0].tolist()}")


def learns_the_same_again(subject: Subject) -> None:
    """Fitted again with the same seed, it predicts the same."""
    for sample in learnable(subject):
        first, second = (subject.call(predict, subject, sample.make()) for _ in range(2))
        subject.expect(
            alike(first, second), f"fitted again with the same seed, it predicts otherwise ({sample.name})"
        )


def is_the_same_model_after_pickling(subject: Subject) -> None:
    """Fitted and pickled, it comes back with what it learned."""
    for sample in learnable(subject):
        model, features = _fit(subject, sample.make()), sample.make().features
        arrived = pickle.loads(pickle.dumps(model))  # noqa: S301 - pickled in the same breath
        same = alike(model.predict(features), arrived.predict(features))
        subject.expect(same, f"fitted on {sample.name} and pickled, it predicts otherwise")


def does_not_diverge(subject: Subject) -> None:
    """Its own defaults train soundly on columns of unit scale."""
    for sample in learnable(subject):
        diverged = getattr(subject.call(_fit, subject, sample.make()), "diverged_", None)
        subject.expect(not diverged, f"its training on {sample.name} diverges: {diverged!r}")


def does_not_change_the_training_rows(subject: Subject) -> None:
    """Features and target stay as they are, in `fit` and in `predict`."""
    for sample in learnable(subject):
        expect_untouched(subject, sample.make(), lambda given: predict(subject, given))


MODEL = (
    can_be_cloned,
    predicts_a_label_or_value_for_each_row,
    gives_probabilities_that_sum_to_one,
    learns_the_same_again,
    is_the_same_model_after_pickling,
    does_not_diverge,
    does_not_change_the_training_rows,
)
