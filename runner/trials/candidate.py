"""One trial of a sweep before it runs: its declaration, checked, and the key that says what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.plan.experiment import Experiment
from runner.plan.keys import digest_of
from runner.plan.lineage import Traits

#: Groups that decide what is done with a result, and not what it is.
_BESIDE = frozenset({"executor", "trackers", "exporters", "deployers", "search"})


@dataclass(frozen=True)
class Candidate:
    """number: in the sweep. settings: what was chosen on each axis. share: of its epochs, that are asked for now."""

    number: int
    key: str
    settings: Mapping[str, Any]
    experiment: Experiment
    share: float = 1.0


def of_trial(experiment: Experiment) -> dict[str, Any]:
    """Return the declaration as a worker needs it: without what is done with results, and by whom."""
    return {group: node for group, node in experiment.declared.items() if group not in _BESIDE}


def key_of(experiment: Experiment, traits: Traits, libraries: Mapping[str, str]) -> str:
    """Return the trial's key: components, their code and settings, seeds, data, libraries; not its name."""
    steps = [
        (step.path, traits.identity(step))
        for group, chosen in experiment.steps.items()
        for step in chosen
        if group not in _BESIDE
    ]
    source = experiment.one("source")
    data = None if source is None else traits.data.get(source.key)
    repeat = [experiment.repeat.seeds, experiment.repeat.race]
    return digest_of("trial", steps, experiment.seed, experiment.score_by, repeat, data, dict(libraries))


def components_of(experiment: Experiment, libraries: Mapping[str, str]) -> dict[str, str]:
    """Return where -> which code: of each component, and of the libraries underneath."""
    own = {
        step.path: step.offer.code
        for group, chosen in experiment.steps.items()
        for step in chosen
        if group not in _BESIDE
    }
    return own | {name: f"{name} {version}" for name, version in libraries.items()}


def differences(base: Mapping[str, Any], declared: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return what a declaration changes of a base, and the keys that it has not, both dotted."""
    before, now = dict(_leaves(base)), dict(_leaves(declared))
    changes = {key: value for key, value in now.items() if key not in before or before[key] != value}
    return changes, [key for key in before if key not in now]


def _leaves(node: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in node.items():
        name = f"{above}{key}"
        found += _leaves(value, f"{name}.") if isinstance(value, Mapping) and value else [(name, value)]
    return found
