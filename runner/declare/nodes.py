"""A component's signature -> the config node that a declaration fills in.

The node is a structured config, so a key it does not have is refused wherever it is written, and `use`,
the component's name, cannot be changed. Values are not converted here: OmegaConf would turn an unquoted
`no` for a text option into "False" without a word. The second check (`runner.checking`) judges them.
"""

from __future__ import annotations

import copy
from dataclasses import field, make_dataclass
from typing import Any

from omegaconf import MISSING, DictConfig, OmegaConf

from runner.catalogue import NONE, Offer
from runner.signature import UNWRITTEN, Option


def node_of(offer: Offer, use: str) -> DictConfig:
    """Return the config node of a component. use: the name it was chosen by."""
    options = [option for option in offer.signature.options if option.default is not UNWRITTEN]
    if offer.signature.open or any(not option.name.isidentifier() for option in options):
        node = OmegaConf.create({"use": use, **{option.name: _default(option) for option in options}})
    else:
        fields = [("use", Any, field(default=use)), *((o.name, Any, _field(o)) for o in options)]
        node = OmegaConf.structured(make_dataclass(_class_name(offer.name), fields))
    return _sealed(node)


def none_node() -> DictConfig:
    """Return the node of the choice "no component"."""
    return _sealed(OmegaConf.structured(make_dataclass("none", [("use", Any, field(default=NONE))])))


def _sealed(node: DictConfig) -> DictConfig:
    node._get_node("use")._set_flag("readonly", True)  # type: ignore[union-attr]
    return node


def _class_name(name: str) -> str:
    """Hydra shows the class's name where a key is wrong, so it is the component's."""
    return name if name.isidentifier() else "component"


def _default(option: Option) -> Any:
    if option.required:
        return MISSING
    return list(option.default) if isinstance(option.default, tuple) else option.default


def _field(option: Option) -> Any:
    default = _default(option)
    if isinstance(default, list | dict):
        return field(default_factory=lambda: copy.deepcopy(default))
    return field(default=default)
