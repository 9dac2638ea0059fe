"""Of every component, whatever its kind: it can be declared, built and, where that is needed, sent elsewhere."""

from __future__ import annotations

import inspect
import pickle

from omegaconf import OmegaConf

from runner.checking import SettingError, check_settings
from runner.conformance.subject import Subject
from runner.declare.nodes import node_of
from runner.signature import UNWRITTEN, Option, load_target

#: The kinds whose components go with a fold to wherever it is carried out.
SENT = frozenset({"cleaner", "augmenter", "transform", "model", "optimizer", "scheduler", "metric"})


def lists_its_options(subject: Subject) -> None:
    """Its constructor's parameters are all named."""
    subject.expect(not subject.offer.signature.open, "it takes **kwargs, so its options cannot be listed; name them")
    parameters = inspect.signature(load_target(subject.offer.target)).parameters.values()
    several = [parameter.name for parameter in parameters if parameter.kind == parameter.VAR_POSITIONAL]
    subject.expect(not several, f"it takes *{''.join(several)}, which no declaration can give; make it an option")


def composes_to_a_config_node(subject: Subject) -> None:
    """A declaration that chooses it gets a node with each option."""
    node = OmegaConf.to_container(node_of(subject.offer, subject.offer.name), resolve=False)
    options = {option.name for option in subject.offer.signature.options if option.default is not UNWRITTEN}
    subject.expect(isinstance(node, dict) and set(node) == {"use", *options}, f"its config node is {node!r}")


def has_defaults_of_the_annotated_types(subject: Subject) -> None:
    """Each default would be accepted if a declaration gave it."""
    for option in subject.offer.signature.options:
        if option.required or option.default is UNWRITTEN:
            continue
        try:
            check_settings(subject.label, (Option(option.name, option.annotation),), {option.name: option.default})
        except SettingError as error:
            subject.expect(False, f"its default breaks its own annotation: it {error.problem}")


def can_be_built(subject: Subject) -> None:
    """The constructor takes the settings and gives what has the methods of its kind."""
    subject.call(subject.build)


def can_be_pickled(subject: Subject) -> None:
    """It survives being sent to another process."""
    component = subject.build()
    try:
        arrived = pickle.loads(pickle.dumps(component))  # noqa: S301 - pickled in the same breath
    except Exception as error:  # noqa: BLE001 - pickle raises whatever the object's methods raise
        subject.expect(False, f"it cannot be pickled, so no worker can get it: {type(error).__name__}: {error}")
    subject.expect(type(arrived) is type(component), f"pickled, it comes back as {type(arrived).__name__}")


EVERY = (lists_its_options, composes_to_a_config_node, has_defaults_of_the_annotated_types, can_be_built)
