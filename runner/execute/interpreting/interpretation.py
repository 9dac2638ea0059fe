"""What a finished run's model goes by, and where it is wrong: `reports/interpretation.json`.

Everything is computed on rows that the model has not seen. It tells of a run and is none of its results: a part that
cannot be had is left out with the reason, and never fails the run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from runner.errors import RunnerError
from runner.execute.components import Called, Components
from runner.execute.fold import FittedFold
from runner.execute.held_out import held_out
from runner.execute.interpreting.asking import LeftOutError, Subject
from runner.execute.interpreting.coefficients import coefficients
from runner.execute.interpreting.dependence import chosen, partial_dependence
from runner.execute.interpreting.importance import importance
from runner.execute.interpreting.shap_values import shap_values
from runner.execute.interpreting.subgroups import subgroups
from runner.execute.interpreting.worst_rows import worst_rows
from runner.execute.trial import Trial
from runner.plan.experiment import Experiment
from runner.record.predictions import HeldOut

log = logging.getLogger("runner")

#: The version of the record. A reader refuses a newer one by name.
SCHEMA = 1


@dataclass
class Interpretation:
    """The record, a field for each part; None where it is left out. left_out: part -> why.

    importance: metric, rows, repeats, features (name, mean, low, high), note. coefficients: classes, groups (class,
    terms (name, value)), note. partial_dependence: feature, kind, values, curves (class, mean). subgroups: column,
    groups (value, rows, scores). worst: row_id, fold, truth, label, loss. shap: features (name, mean_abs), rows.
    """

    importance: Mapping[str, Any] | None = None
    coefficients: Mapping[str, Any] | None = None
    partial_dependence: Sequence[Mapping[str, Any]] | None = None
    subgroups: Sequence[Mapping[str, Any]] | None = None
    worst: Sequence[Mapping[str, Any]] | None = None
    shap: Mapping[str, Any] | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    schema: int = SCHEMA

    def part(self, name: str, make: Callable[[], Any], *, asked: bool = True) -> Any:
        """Return what `make` gives, or None with the reason kept. name: of the part; asked: somebody waits for it."""
        try:
            return make()
        except (LeftOutError, RunnerError) as reason:
            self.left_out[name] = str(reason)
            log.log(logging.WARNING if asked else logging.INFO, "no %s in the interpretation: %s", name, reason)
        except Exception as error:
            self.left_out[name] = f"{type(error).__name__}: {error}"
            log.warning("no %s in the interpretation: %s: %s", name, type(error).__name__, error)
            log.info("where the interpretation failed", exc_info=error)
        return None


def interpretation(experiment: Experiment, components: Components, trial: Trial) -> Interpretation:
    """Compute what the section `interpret` asks for. trial: that did not diverge."""
    made = Interpretation()
    wanted, seen = experiment.interpret, _subject(components, trial)
    asked = wanted.importance or (wanted.importance is None and experiment.report == "html")
    if asked and seen is not None:
        metric = _metric(components, trial)
        made.importance = made.part(
            "importance", lambda: importance(seen, metric, wanted, experiment.seed), asked=bool(wanted.importance)
        )
    if wanted.terms:
        shipped = _shipped(components, trial)
        made.coefficients = made.part("coefficients", lambda: coefficients(shipped, wanted.terms), asked=False)
    if wanted.shap and seen is not None:
        made.shap = made.part("shap", lambda: shap_values(seen, wanted.terms or 15))
    if seen is not None:
        made.partial_dependence = _curves(made, experiment, seen)
    elif asked or wanted.partial_dependence or wanted.shap:
        made.left_out["importance"] = "the rows came in batches and were not kept"
    _tell_of_rows(made, experiment, components, trial)
    return made


def _tell_of_rows(made: Interpretation, experiment: Experiment, components: Components, trial: Trial) -> None:
    """Fill in the subgroups and the worst rows."""
    wanted, parts = experiment.interpret, _judged_rows(trial)
    if not parts and (wanted.subgroups or wanted.worst):
        made.left_out["worst"] = "no held-out row was kept with its id"
        return
    if wanted.worst:
        data = trial.data.raw if wanted.raw else None
        made.worst = made.part("worst", lambda: worst_rows(parts, wanted.worst, data))
    found = []
    for column in wanted.subgroups:
        table = made.part(
            f"subgroups of {column}",
            partial(
                subgroups,
                column,
                trial.data.raw,
                parts,
                components.many("metrics"),
                experiment.intervals,
                experiment.seed,
            ),
        )
        found += [table] if table is not None else []
    made.subgroups = found or None


def _curves(made: Interpretation, experiment: Experiment, seen: Subject) -> list[Mapping[str, Any]] | None:
    found = [
        made.part(
            f"partial dependence of {name}", partial(partial_dependence, seen, name, raw=experiment.interpret.raw)
        )
        for name in _curved(made, experiment, seen)
    ]
    return [curve for curve in found if curve is not None] or None


def _curved(made: Interpretation, experiment: Experiment, seen: Subject) -> Iterator[str]:
    """Name the inputs that get a curve."""
    wanted = experiment.interpret.partial_dependence
    if isinstance(wanted, tuple):
        yield from wanted
        return
    if made.importance is None:
        if wanted:
            made.left_out["partial_dependence"] = "which inputs are important is not known"
        return
    ranked = [feature["name"] for feature in made.importance["features"]]
    yield from chosen(ranked, seen.rows.features, 3 if wanted is None else wanted, raw=experiment.interpret.raw)


def _metric(components: Components, trial: Trial) -> Called | None:
    """Return the metric that ranks."""
    return next((one for one in components.many("metrics") if one.name == trial.metrics.primary), None)


def _subject(components: Components, trial: Trial) -> Subject | None:
    """Return the last judgement's model, or the first fold's, with its held-out rows; None where none were kept."""
    fold = trial.final or trial.folds[0]
    if fold.test is None:
        return None
    test = fold.test.take(_positions(fold))
    return Subject(components.one("model"), fold.tail, test, _told(trial, fold))


def _positions(fold: FittedFold) -> Any:
    """Leave out validation rows, which may have chosen something."""
    assert fold.test is not None
    return np.arange(fold.n_validation if fold.n_validation < fold.test.n_rows else 0, fold.test.n_rows)


def _shipped(components: Components, trial: Trial) -> Subject:
    """Return the model that is shipped, before any compressor, with a few rows."""
    fold = trial.refit or trial.final or trial.folds[0]
    return Subject(components.one("model"), fold.tail, trial.sample, _told(trial, fold))


def _told(trial: Trial, fold: FittedFold) -> str:
    if fold is trial.refit:
        return "the model that was trained on all rows and is shipped"
    if fold is trial.final:
        return "the model of the last judgement"
    return f"the model of fold 1 of {len(trial.folds)}" if len(trial.folds) > 1 else "the model that was scored"


def _judged_rows(trial: Trial) -> list[HeldOut]:
    """Return the test rows of all trainings; the validation rows where there are no others."""
    parts = held_out(trial.judged)
    tests = [part for part in parts if part.part == "test"]
    return tests or parts
