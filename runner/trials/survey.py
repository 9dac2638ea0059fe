"""What only components can say of themselves, asked once for all trials of a sweep.

The driver of a sweep imports no component. So a worker builds one of each distinct step and answers: what the
source will load, which cleaners learn, how many folds there will be, what can be shared or trained together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.catalogue import Catalogue
from runner.contracts import SourceContext
from runner.execute.components import Called, check_options
from runner.execute.parts import component_parts
from runner.plan.experiment import Step
from runner.plan.keys import digest_of

#: The seed with which a source is asked what it will load.
SURVEYED_SEED = 0


def survey(steps: Sequence[Mapping[str, Any]], catalogue: Catalogue, folder: Path) -> dict[str, Any]:
    """Return kind -> key of the step -> what it says. steps: "key", "kind", "name", "use", "settings" of each.

    Each component is built once on the way, so one that refuses its settings is found before any trial runs.
    """
    told: dict[str, dict[str, Any]] = {kind: {} for kind in _QUESTIONS}
    for step in steps:
        offer = catalogue.find(step["kind"], step["use"])
        checked = Step(step["kind"], step["name"], offer, offer.check(step["settings"], judged=True))
        component = checked.offer.build(checked.settings)
        check_options(Called(checked, component))
        if step["kind"] in _QUESTIONS:
            told[step["kind"]][step["key"]] = _QUESTIONS[step["kind"]](component, checked, catalogue, folder)
    return told


def _of_source(source: Any, step: Step, catalogue: Catalogue, folder: Path) -> Mapping[str, Any]:
    """What will be loaded; a source that cannot tell without loading is made to load."""
    del catalogue
    context = SourceContext(folder, SURVEYED_SEED)
    tells = getattr(source, "fingerprint", None)
    called = Called(step, source)
    fingerprint = called.call("looking at the data", tells, context) if callable(tells) else None
    if fingerprint is None:
        fingerprint = called.call("loading", source.load, context).fingerprint
    return {"data": fingerprint, "seedless": not getattr(source, "draws", True)}


def _of_cleaner(cleaner: Any, step: Step, catalogue: Catalogue, folder: Path) -> Mapping[str, Any]:
    del step, catalogue, folder
    return {"learns": bool(getattr(cleaner, "learns", False))}


def _of_splitter(splitter: Any, step: Step, catalogue: Catalogue, folder: Path) -> Mapping[str, Any]:
    """How many folds; None for a splitter that needs the rows to know."""
    del step, catalogue, folder
    counted = getattr(splitter, "get_n_splits", None)
    try:
        return {"folds": int(counted()) if callable(counted) else None}
    except (TypeError, ValueError):  # scikit-learn's splitters that count groups or rows want them here
        return {"folds": None}


def _of_transform(transform: Any, step: Step, catalogue: Catalogue, folder: Path) -> Mapping[str, Any]:
    del catalogue, folder
    parts = Called(step, transform).call("telling its parts", component_parts, transform)
    told = [digest_of(step.offer.code, type(part).__qualname__, part.get_params(deep=False)) for part in parts]
    return {"parts": told if len(told) > 1 else []}


def _of_model(model: Any, step: Step, catalogue: Catalogue, folder: Path) -> Mapping[str, Any]:
    del model, folder
    trainer = catalogue.trainer(step.offer)
    if trainer is None:
        return {"free": None}
    free = {group: sorted(names) if isinstance(names, frozenset) else names for group, names in trainer.free.items()}
    return {"free": free}


def _of_metric(metric: Any, step: Step, catalogue: Catalogue, folder: Path) -> Mapping[str, Any]:
    del step, catalogue, folder
    return {"direction": metric.direction}


Question = Callable[[Any, Step, Catalogue, Path], Mapping[str, Any]]

_QUESTIONS: Mapping[str, Question] = {
    "source": _of_source,
    "cleaner": _of_cleaner,
    "splitter": _of_splitter,
    "transform": _of_transform,
    "model": _of_model,
    "metric": _of_metric,
}
