"""From a checked declaration to live components, and how a component is called.

Components are built before anything is read or written, so that one that cannot be imported or refuses
its settings costs nothing. Every call into one goes through `Called`: process-wide state is put back, and
an exception says which component of which plugin raised it.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.base import is_classifier

from runner.contracts import KINDS
from runner.errors import ConfigError, PluginError, ResourceError, RunnerError
from runner.isolation import call_isolated
from runner.plan.experiment import Experiment, Step
from runner.plan.nested import absolute, input_files, with_models
from runner.plan.seeds import random_state
from runner.secrets import masked

log = logging.getLogger("runner")

#: A component is not to blame for these.
_STORAGE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES}


class ComponentError(PluginError):
    """A component raised something that is no message to the user; the log holds its traceback."""


@dataclass(frozen=True)
class Called:
    """A live component that knows its place. component: what the plugin's factory returned.

    strict: what it changes in the process is an error and not only a remark.
    """

    step: Step
    component: Any
    strict: bool = False

    @property
    def name(self) -> str:
        """The step's name, unique in its group."""
        return self.step.name

    def __str__(self) -> str:
        return str(self.step.offer)

    def call(self, doing: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call `function(*arguments)`, a method of the component. doing: e.g. "fitting fold 2"."""
        try:
            result, remarks = call_isolated(function, *arguments)
        except RunnerError as error:
            error.args = (masked(str(error)),)
            error.add_note(f"while {doing} with {self}")
            raise
        except Exception as error:
            raise self._failed(doing, error) from error
        meddled = [remark for remark in remarks if not remark.startswith("warned")]
        if self.strict and meddled:
            raise self.broke_contract(f"while {doing}, it {'; it '.join(meddled)}")
        for remark in remarks:
            log.warning("%s, while %s, %s", self, doing, masked(remark))
        return result

    def broke_contract(self, what: str) -> PluginError:
        """Return the error for a component that does not do what its kind promises."""
        return PluginError(f"{self} of {self.step.offer.plugin} breaks the contract of its kind: {what}")

    def _failed(self, doing: str, error: Exception) -> RunnerError:
        if isinstance(error, OSError) and error.errno in _STORAGE:
            return ResourceError(f"{self} could not write while {doing}: {masked(str(error))}")
        if type(error).__name__ == "InvalidParameterError":  # scikit-learn's word for a wrong option
            return ConfigError(f"{self.step.path}: {self}: {error}")
        error.add_note(f"while {doing} with {self} of {self.step.offer.plugin}")
        text = masked(str(error).strip())
        told = f"{text[:1000]} …" if len(text) > 1000 else text
        return ComponentError(
            f"{self} of {self.step.offer.plugin} failed while {doing}: {type(error).__name__}: {told}"
        )


@dataclass(frozen=True)
class Components:
    """Everything an experiment needs, built. groups: group -> live components in order."""

    groups: Mapping[str, tuple[Called, ...]]

    def one(self, group: str) -> Called:
        """Return the component of a group that takes one."""
        return self.groups[group][0]

    @property
    def distributions(self) -> tuple[str, ...]:
        """Name the distributions that its components come from, each once."""
        every = (called.step.offer.plugin.distribution for group in self.groups.values() for called in group)
        return tuple(sorted(set(every)))

    def many(self, group: str) -> Sequence[Called]:
        """Return the components of a group in order."""
        return self.groups[group]

    def without(self, groups: Collection[str]) -> Components:
        """Return all but those of some groups, which hold what cannot be sent away, such as open files."""
        return Components({group: () if group in groups else those for group, those in self.groups.items()})


def build_components(experiment: Experiment, folder: Path, *, without: Collection[str] = ()) -> Components:
    """Import and construct every component. Raises ConfigError, PluginError.

    folder: what relative paths mean. without: groups to leave out.
    """

    def live(step: Step, received: Mapping[str, Any] | None = None) -> Called:
        return Called(step, build_step(step, experiment.seed, folder, received), experiment.strict)

    groups = ("optimizer", "scheduler")
    received = {KINDS[step.kind].name: live(step).component for group in groups for step in experiment.many(group)}
    components = Components(
        {
            group: tuple(live(step, received) for step in steps) if group not in without else ()
            for group, steps in experiment.steps.items()
        }
    )
    for group in ("transforms", "model"):
        for called in components.many(group):
            check_options(called)
    _check_metrics(components)
    return components


def build_step(step: Step, seed: int, folder: Path, received: Mapping[str, Any] | None = None) -> Any:
    """Construct one component. received: components, by kind, for the parameters that the core hands in."""
    settings = dict(step.settings)
    if step.offer.wants_seed(settings):
        settings["random_state"] = random_state(seed, step.path)
    for option, path in input_files(step.offer.signature.options, settings).items():
        settings[option] = str(absolute(path, folder))
    inside = iter(step.inner)
    settings = with_models(
        step.offer.signature.options, settings, lambda *_: build_step(next(inside), seed, folder, received)
    )
    wanted = step.offer.signature.receives
    given = {name: received[kind] for name, kind in wanted.items() if received and kind in received}
    return step.offer.build(settings, given)


def check_options(called: Called) -> None:
    """Let one of scikit-learn's own classes judge its untyped options now instead of in the middle of a run."""
    validate = getattr(called.component, "_validate_params", None)
    if callable(validate) and hasattr(called.component, "_parameter_constraints"):
        called.call("checking its options", validate)


def _check_metrics(components: Components) -> None:
    """Refuse a metric of values for a model of classes, and the other way round."""
    model = components.one("model")
    task = "classification" if is_classifier(model.component) else "regression"
    for called in components.many("metrics"):
        if called.component.task != task:
            raise ConfigError(
                f"metrics.{called.name}: {called} is for {called.component.task}, but {model} is for {task}. "
                "Choose another metric or another model."
            )
        _check_label_sets(called, model)


def _check_label_sets(called: Called, model: Called) -> None:
    """Refuse a metric of one class a row for a model that gives several, and the other way round."""
    reads = getattr(called.component, "label_sets", False)
    gives = bool(getattr(model.component, "label_sets", False))
    if reads is None or reads == gives:
        return
    if gives:
        raise ConfigError(
            f"metrics.{called.name}: {called} is for rows of one class each, and {model} gives each row several. "
            "Choose a metric that reads sets of labels."
        )
    raise ConfigError(
        f"metrics.{called.name}: {called} is set to read sets of labels, and {model} gives each row one class. "
        "Choose a model that gives several, or leave 'label_sets' out."
    )
