"""A config put together by Hydra, into which many jobs set their values.

Hydra sets a job's values after the defaults list is merged and before it fills its own node. Here they are
set last. The two differ only where values and Hydra's node read each other, so such a config makes no tree.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hydra._internal import config_loader_impl
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from omegaconf import DictConfig, OmegaConf

from runner.declare.words import Job

_NESTED = re.compile(r"\$\{[^}]*\$\{")
#: Hydra 1.4 leaves the name to a resolver.
_dirname = getattr(config_loader_impl, "get_overrides_dirname", None)


@dataclass(frozen=True)
class Tree:
    """The config of a job's base words."""

    config: DictConfig

    def filled(self, job: Job) -> DictConfig:
        """Return the config of a job with these base words. Raises what Hydra or OmegaConf raise for its values."""
        config = copy.deepcopy(self.config)
        if not job.values:
            return config
        ConfigLoaderImpl._apply_overrides_to_config([word.override for word in job.values], config)
        own = [word.override for word in job.words if not word.override.is_hydra_override()]
        lines = config.hydra.overrides.task
        lines.clear()
        lines.extend([override.input_line for override in own])
        if _dirname is not None:
            config.hydra.job.override_dirname = _dirname(overrides=own, **config.hydra.job.config.override_dirname)
        return config


def tree_of(config: DictConfig) -> Tree | None:
    """Return the tree of a composed config, or None where values and Hydra's node read each other."""
    if any("${" in text and ("hydra" in text or _NESTED.search(text)) for text in own_texts(config)):
        return None
    job: Any = config.hydra._get_node("job")
    read = [job._get_node(key) for key in ("name", "env_copy", "config")]
    if job._get_node("env_copy"):
        return None  # Hydra looks at the environment for each job anew
    if any("${" in text for node in read for text in _texts(_raw(node))):
        return None
    return Tree(config)


def own_texts(config: DictConfig) -> Iterator[str]:
    """Give all texts of a config that are not in Hydra's node, unresolved."""
    for key in config:
        if key != "hydra":
            yield from _texts(_raw(config._get_node(key)))


def _raw(node: Any) -> Any:
    is_tree = OmegaConf.is_config(node) and not node._is_none() and not node._is_missing()
    return OmegaConf.to_container(node, resolve=False) if is_tree else node._value()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for deeper in value.values():
            yield from _texts(deeper)
    elif isinstance(value, list | tuple):
        for deeper in value:
            yield from _texts(deeper)
