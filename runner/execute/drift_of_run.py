"""New rows beside the reference that a run keeps, and what its model says of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from runner.data import Prediction
from runner.drifting.comparing import MODERATE, Drift, compare
from runner.drifting.reference import SCHEMA, Reference
from runner.errors import ConfigError, IntegrityError, PluginError, RunnerError
from runner.record import layout, strict_json
from runner.record.columns import arranged
from runner.record.read import Run


def drift_of(
    run: Run, rows: Any, pipeline: Callable[[], Any], *, alpha: float = 0.05, mark: float = MODERATE
) -> Drift:
    """Compare rows with a run's reference. pipeline: loads the run's model. Raises DataError, ConfigError.

    Where the model cannot be loaded, or refuses the rows, their columns are compared all the same; a note says so.
    """
    if not 0 < alpha < 1:
        raise ConfigError(f"alpha: {alpha} is no share of false alarms; give one between 0 and 1, such as 0.05.")
    if not mark >= 0:
        raise ConfigError(f"mark: {mark} is no size of a shift; give one of at least 0, such as 0.1.")
    reference = reference_record(run)
    features = arranged(rows, run.fingerprints.get("raw", {}))
    said, note = _said(pipeline, features) if reference.said else ([], None)
    drift = compare(reference, features, said, alpha=alpha, mark=mark)
    return replace(drift, notes=(*drift.notes, note)) if note else drift


def reference_record(run: Run) -> Reference:
    """Read what a run's data looked like. Raises ConfigError for a run that keeps none."""
    if layout.REFERENCE not in run.files:
        raise ConfigError(
            f"run {run.info.id!r} keeps no reference of its data: it shipped no model, had too few rows, or was made "
            "before there were references. Run the experiment again."
        )
    record = strict_json.read(run.path / layout.REFERENCE)
    if record.get("schema", SCHEMA) > SCHEMA:
        raise PluginError(f"'{layout.REFERENCE}' of run {run.info.id!r} was made by a newer runner; install that.")
    try:
        return Reference.read(record)
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"'{layout.REFERENCE}' of run {run.info.id!r} is no reference: {error!r}") from error


def _said(pipeline: Callable[[], Any], features: Any) -> tuple[list[Prediction], str | None]:
    try:
        model = pipeline()
    except RunnerError as error:
        return [], f"predictions are not compared: {error}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [_prediction(model, features)], None
    except Exception as error:  # noqa: BLE001 - the columns tell why
        told = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        return [], f"predictions are not compared: the model refuses these rows ({told})"


def _prediction(model: Any, features: Any) -> Prediction:
    labels = np.asarray(model.predict(features))
    classes = getattr(model, "classes_", None)
    if classes is None:
        return Prediction(labels)
    chances = np.asarray(model.predict_proba(features)) if hasattr(model, "predict_proba") else None
    return Prediction(labels, np.asarray(classes), chances)
