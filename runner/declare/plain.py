"""A composed config as plain values: what everything behind Hydra works with."""

from __future__ import annotations

from typing import Any

from omegaconf import DictConfig, OmegaConf


def declared(config: DictConfig) -> dict[str, Any]:
    """Return the declaration as plain, resolved values, without Hydra's own node."""
    with_hydra = OmegaConf.to_container(config, resolve=False)
    assert isinstance(with_hydra, dict)
    plain: dict[str, Any] = {}
    for key in with_hydra:
        if key != "hydra":
            node = config._get_node(key)
            is_node = isinstance(node, DictConfig) or OmegaConf.is_list(node)
            plain[str(key)] = OmegaConf.to_container(node, resolve=True) if is_node else config[key]
    return plain


def choices(config: DictConfig) -> dict[str, Any]:
    """Return which option was chosen of each group, Hydra's own groups included."""
    chosen: dict[str, Any] = OmegaConf.to_container(config.hydra.runtime.choices)  # type: ignore[assignment]
    return chosen
