"""One fold: training rows -> a fitted pipeline -> scores on rows it has never seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline

from runner.contracts import Event
from runner.data import MADE, Dataset, Prediction
from runner.errors import ConfigError, DataError
from runner.execute import cleaning
from runner.execute.components import Called, Components
from runner.execute.observing import Listeners, Stages
from runner.execute.pipeline import blocks
from runner.plan.seeds import derive
from runner.record.fingerprint import fingerprint
from runner.record.records import Score, StepRecord


@dataclass(frozen=True)
class FoldTask:
    """What a fold needs; plain enough to be sent elsewhere. number: None for the refit on all rows."""

    components: Components
    train: Dataset
    test: Dataset | None
    seed: int
    number: int | None
    listeners: Listeners = field(default_factory=Listeners)


@dataclass(frozen=True)
class FittedFold:
    """What a fold gives. tail: the fitted pipeline for rows that are clean already; test: held-out rows, cleaned.

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

    @property
    def pipeline(self) -> Any:
        """The whole fitted pipeline, from raw features to prediction."""
        if not self.repairs:
            return self.tail
        return Pipeline([("repair", cleaning.Repair(list(self.repairs))), *self.tail.steps])


def fit_fold(task: FoldTask) -> FittedFold:
    """Clean, augment, transform, train; then predict and score the test rows, if there are any."""
    stages = Stages(task.listeners, task.number)
    train, test, repairs = _clean(task, stages)
    train = _augment(task, train, stages)
    tail = _train(task, train, stages)
    model = tail.steps[-1][1]
    diverged = getattr(model, "diverged_", None) or None
    prediction: Prediction | None = None
    scores: dict[str, Score] = {}
    if test is not None and diverged is None:
        prediction, scores = score(task.components, tail, test, stages)
        task.listeners.hear(Event("fold_finished", fold=task.number, details=dict(scores)))
    range_test = getattr(model, "range_test_", None)
    return FittedFold(
        task.number, tail, repairs, test, prediction, scores, stages.done, _curves(model), range_test, diverged
    )


def _clean(task: FoldTask, stages: Stages) -> tuple[Dataset, Dataset | None, list[Any]]:
    """Run the cleaners that had to wait for the split; collect all that go on repairing new data."""
    before, waiting = cleaning.parted(task.components.many("cleaners"))
    repairs = [called.component for called in before if cleaning.keeps_rows(called)]
    train, test = task.train, task.test
    for called in waiting:
        with stages.stage(f"clean/{called.name}", train.n_rows) as stage:
            cleaned = cleaning.clean(called, train)
            train, stage.rows_out = cleaned.dataset, cleaned.dataset.n_rows
            if cleaning.keeps_rows(called):
                repairs.append(cleaned.cleaner)
                test = None if test is None else cleaning.apply(called, cleaned.cleaner, test)
            else:
                stage.note = "training rows only"
    return train, test, repairs


def _augment(task: FoldTask, train: Dataset, stages: Stages) -> Dataset:
    for called in task.components.many("augmenters"):
        rng = np.random.default_rng(derive(task.seed, called.step.path, task.number))
        with stages.stage(f"augment/{called.name}", train.n_rows) as stage:
            after = called.call("augmenting", called.component.augment, cleaning.frozen(train), rng)
            _check_made(called, train, after)
            train, stage.rows_out = after, after.n_rows
    return train


def _check_made(called: Called, before: Dataset, after: Any) -> None:
    if not isinstance(after, Dataset):
        raise called.broke_contract(f"augment() returned {type(after).__name__}, not a Dataset")
    originals, made = after.row_ids[: before.n_rows], after.row_ids[before.n_rows :]
    if not np.array_equal(originals, before.row_ids) or (made != MADE).any():
        raise called.broke_contract("it must return the rows given, in order, followed by the rows it made")


def _train(task: FoldTask, train: Dataset, stages: Stages) -> Any:
    """Fit the transforms in turn, then the model; return them as a pipeline."""
    features, target = train.features, train.target
    steps: list[tuple[str, Any]] = []
    for block in blocks(task.components.many("transforms")):
        called = block.members[0]
        with stages.stage(f"transform/{block.name}", train.n_rows) as stage:
            features = _watched(called, "fitting", block.estimator.fit_transform, features, target)
            _check_features(called, features, train.n_rows)
            stage.rows_out, stage.note = train.n_rows, f"{features.shape[1]} columns"
        steps.append((block.name, block.estimator))
    called = task.components.one("model")
    model = clone(called.component)
    with stages.stage(f"train/{called.name}", train.n_rows) as stage:
        _watched(called, "training", model.fit, features, target)
        stage.note = "diverged" if getattr(model, "diverged_", None) else _choice(model)
    for epoch, loss in enumerate(_curves(model).get("loss", ())):
        details = {"epoch": epoch, "loss": loss}
        stages.listeners.hear(Event("epoch_finished", fold=task.number, details=details))
    return Pipeline([*steps, (called.name, model)])


def _choice(model: Any) -> str | None:
    """Tell of a learning rate that the model chose by itself."""
    tested = getattr(model, "range_test_", None)
    return f"learning rate {model.learning_rate_:g} chosen by a range test" if tested else None


def _watched(called: Called, doing: str, function: Callable[..., Any], features: Any, target: Any) -> Any:
    """Call a fitting method; where the experiment is strict, make sure that it left its input as it was."""
    if not called.strict:
        return called.call(doing, function, features, target)
    given = Dataset.of(features, target)
    before = fingerprint(given)
    result = called.call(doing, function, features, target)
    if fingerprint(given) != before:
        raise called.broke_contract(f"while {doing}, it changed the rows it was given")
    return result


def _check_features(called: Called, features: Any, n_rows: int) -> None:
    shape = getattr(features, "shape", None)
    if shape is None or len(shape) != 2 or shape[0] != n_rows:
        raise called.broke_contract(f"transform gave shape {shape} for {n_rows} rows; (n_rows, n_columns) is due")
    if shape[1] == 0:
        raise DataError(f"{called} left no columns to learn from.")


def _curves(model: Any) -> dict[str, list[float]]:
    curves = {"loss": "loss_curve_", "learning_rate": "learning_rate_curve_", "validation_loss": "validation_curve_"}
    found = {name: getattr(model, attribute, None) for name, attribute in curves.items()}
    return {name: [float(value) for value in curve] for name, curve in found.items() if curve is not None}


# --- prediction and scores -------------------------------------------------------------------------------


def score(components: Components, tail: Any, test: Dataset, stages: Stages) -> tuple[Prediction, dict[str, Score]]:
    """Predict the held-out rows and give every metric its say."""
    with stages.stage("predict/" + components.one("model").name, test.n_rows) as stage:
        prediction = predict(components.one("model"), tail, test.features)
        stage.rows_out = test.n_rows
    scores: dict[str, Score] = {}
    with stages.stage("score", test.n_rows):
        truth = cleaning.frozen(test).target
        for called in components.many("metrics"):
            _check_fit(called, prediction)
            value = called.call("scoring", called.component.score, truth, prediction)
            if isinstance(value, float) and not np.isfinite(value):
                raise DataError(f"{called} is {value} on these {test.n_rows} rows; such a score cannot be averaged.")
            scores[called.name] = value
    return prediction, scores


def predict(called: Called, tail: Any, features: Any) -> Prediction:
    """Run rows through a fitted pipeline once and collect all it can say of them."""
    for _, step in tail.steps[:-1]:
        features = called.call("transforming new rows", step.transform, features)
    model = tail.steps[-1][1]
    n_rows = features.shape[0]
    labels = _told(called, model, "predict", features, n_rows)
    if not is_classifier(model):
        return Prediction(labels)
    return Prediction(
        labels,
        np.asarray(model.classes_),
        _told(called, model, "predict_proba", features, n_rows),
        _told(called, model, "decision_function", features, n_rows),
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
