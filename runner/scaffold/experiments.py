"""Experiments to start from: one that uses what a new plugin offers, or a copy of one that is there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from runner.conf_places import ConfPlace
from runner.contracts import KINDS
from runner.errors import ConfigError, did_you_mean
from runner.scaffold.component import NewComponent
from runner.scaffold.templates import text_of

#: They work on a model that learns by gradients and has coefficients, as the usual one is; a new one may be neither.
_NEED_THE_USUAL_MODEL = {"optimizer", "scheduler", "compressor"}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


def experiments(plugin: str, components: Sequence[NewComponent]) -> Mapping[str, str]:
    """Return name -> text of the experiments that use these components, the first one named like the plugin."""
    kinds = {component.kind for component in components}
    if "model" not in kinds or not kinds & _NEED_THE_USUAL_MODEL:
        return {plugin: _declared(plugin, components)}
    models = [component for component in components if component.kind == "model"]
    others = [component for component in components if component.kind != "model"]
    return {plugin: _declared(plugin, others), f"{plugin}_model": _declared(plugin, models)}


def _declared(plugin: str, components: Sequence[NewComponent]) -> str:
    usual = dict(line.split(": ") for line in text_of("experiment_defaults").splitlines())
    own = {kind: [one.name for one in components if one.kind == kind] for kind in KINDS}
    if own["model"]:
        usual.pop("optimizer")  # it belongs to the usual model
    lines = []
    for kind in KINDS.values():
        if kind.many:
            names = [*([usual[kind.group]] if kind.group in usual else []), *own[kind.name]]
            chosen = f"[{', '.join(names)}]" if names else None
        else:
            chosen = own[kind.name][0] if own[kind.name] else usual.get(kind.group)
        lines += [f"  - override /{kind.group}: {chosen}"] if chosen else []
    settings = "" if own["source"] else "\nsource: {name: breast_cancer}\n"
    title = f"# @package _global_\n# What the plugin {plugin} offers, at work.\ndefaults:\n"
    return title + "\n".join(lines) + "\n" + settings


def copied(name: str, begun_from: str, places: Sequence[ConfPlace]) -> str:
    """Return the text of the experiment that a new one begins from, comments included.

    places: where experiments are, the first wins. Raises ConfigError for a name that cannot be, that is taken, or
    that there is none to begin from.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot be the name of an experiment: it takes letters, digits, '_' and '-', as in 'my_digits'."
        )
    found = _found(places)
    if name in found:
        place, path = found[name]
        raise ConfigError(
            f"there is an experiment {name!r} already, of {place.provider} ('{path}'), which a new one would hide. "
            "Choose another name."
        )
    if begun_from not in found:
        raise ConfigError(f"there is no experiment {begun_from!r} to begin from. {did_you_mean(begun_from, found)}")
    return found[begun_from][1].read_text(encoding="utf-8")


def _found(places: Sequence[ConfPlace]) -> dict[str, tuple[ConfPlace, Path]]:
    found: dict[str, tuple[ConfPlace, Path]] = {}
    for place in places:
        root = place.folder / "experiment"
        for path in sorted(root.rglob("*.yaml")):
            found.setdefault(path.relative_to(root).with_suffix("").as_posix(), (place, path))
    return found
