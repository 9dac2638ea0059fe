"""What only components can say of themselves, asked once for all trials of a sweep.

The driver of a sweep imports no component. So a worker builds one of each distinct step and answers: what the
source will load, which cleaners learn, how many folds there will be, what can be shared or trained together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from runner.contracts import KINDS
from runner.errors import DataError
from runner.execute.components import Called, build_step, check_options
from runner.execute.parts import component_parts
from runner.execute.surroundings import Surroundings
from runner.plan.experiment import Step, step_of
from runner.plan.keys import digest_of
from runner.plan.nested import absolute, input_files

#: The seed with which a source is asked what it will load.
SURVEYED_SEED = 0


def survey(steps: Sequence[Mapping[str, Any]], surroundings: Surroundings) -> dict[str, Any]:
    """Return kind -> key of the step -> what it says. steps: "key", "kind", "name", "use", "settings" of each.

    "files" tells of each step that reads files beside the data what they hold. Each component is built once on the
    way, so one that refuses its settings is found before any trial runs.
    """
    catalogue, folder = surroundings.catalogue, surroundings.folder
    told: dict[str, dict[str, Any]] = {kind: {} for kind in (*_QUESTIONS, "files")}
    for step in steps:
        entry = {**step["settings"], "use": step["use"]}
        checked = step_of(KINDS[step["kind"]], step["name"], entry, catalogue, judged=True)
        component = build_step(checked, SURVEYED_SEED, folder)
        check_options(Called(checked, component))
        if step["kind"] in _QUESTIONS:
            told[step["kind"]][step["key"]] = _QUESTIONS[step["kind"]](component, checked, surroundings)
        files = input_files(checked.offer.signature.options, checked.settings)
        if files:
            told["files"][step["key"]] = digest_of({key: _content(path, folder) for key, path in files.items()})
    return told


def _content(path: str, folder: Path) -> str:
    try:
        return sha256(absolute(path, folder).read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"{absolute(path, folder)} cannot be read: {error.strerror}.") from None


def _of_source(source: Any, step: Step, surroundings: Surroundings) -> Mapping[str, Any]:
    """What will be loaded; a source that cannot tell without loading is made to load."""
    context = surroundings.context(SURVEYED_SEED)
    tells = getattr(source, "fingerprint", None)
    called = Called(step, source)
    fingerprint = called.call("looking at the data", tells, context) if callable(tells) else None
    if fingerprint is None and step.settings.get("stream") and callable(getattr(source, "batches", None)):
        fingerprint = called.call("loading", next, iter(source.batches(context))).fingerprint
    if fingerprint is None:
        fingerprint = called.call("loading", source.load, context).fingerprint
    return {"data": fingerprint, "seedless": not getattr(source, "draws", True)}


def _of_cleaner(cleaner: Any, step: Step, surroundings: Surroundings) -> Mapping[str, Any]:
    del step, surroundings
    return {"learns": bool(getattr(cleaner, "learns", False))}


def _of_splitter(splitter: Any, step: Step, surroundings: Surroundings) -> Mapping[str, Any]:
    """How many folds; None for a splitter that needs the rows to know."""
    del step, surroundings
    counted = getattr(splitter, "get_n_splits", None)
    try:
        return {"folds": int(counted()) if callable(counted) else None}
    except (TypeError, ValueError):  # scikit-learn's splitters that count groups or rows want them here
        return {"folds": None}


def _of_transform(transform: Any, step: Step, surroundings: Surroundings) -> Mapping[str, Any]:
    del surroundings
    parts = Called(step, transform).call("telling its parts", component_parts, transform)
    told = [digest_of(step.offer.code, type(part).__qualname__, part.get_params(deep=False)) for part in parts]
    return {"parts": told if len(told) > 1 else []}


def _of_model(model: Any, step: Step, surroundings: Surroundings) -> Mapping[str, Any]:
    del model
    trainer = surroundings.catalogue.trainer(step.offer)
    if trainer is None:
        return {"free": None}
    free = {group: sorted(names) if isinstance(names, frozenset) else names for group, names in trainer.free.items()}
    return {"free": free}


def _of_metric(metric: Any, step: Step, surroundings: Surroundings) -> Mapping[str, Any]:
    del step, surroundings
    return {"direction": metric.direction}


Question = Callable[[Any, Step, Surroundings], Mapping[str, Any]]

_QUESTIONS: Mapping[str, Question] = {
    "source": _of_source,
    "cleaner": _of_cleaner,
    "splitter": _of_splitter,
    "transform": _of_transform,
    "model": _of_model,
    "metric": _of_metric,
}
