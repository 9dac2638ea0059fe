"""Where configs come from: the catalogue, the plugins' config folders, and files that may be too large.

`runner://` answers Hydra's listings from the catalogue's names, without importing anything, and reads the
signature of the one component that is chosen. `plugins://` is the config folders of all plugins as one: Hydra
asks every source about every node, so that twenty sources more would be felt. `file://` is Hydra's own, behind
limits.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import OmegaConf

from runner.catalogue import NONE, Catalogue
from runner.conf_places import ConfPlace
from runner.contracts import KINDS, Kind
from runner.declare.nodes import node_of, none_node
from runner.declare.yaml_limits import check_yaml
from runner.errors import ConfigError

COMPONENTS = "runner"
FOLDERS = "plugins"
_GROUPS = {kind.group: kind for kind in KINDS.values()}


def component_source(catalogue: Catalogue) -> type[ConfigSource]:
    """Return a config source that offers this catalogue's components as config groups."""

    class ComponentSource(ConfigSource):
        @staticmethod
        def scheme() -> str:
            return COMPONENTS

        def available(self) -> bool:
            return True

        def is_group(self, config_path: str) -> bool:
            return config_path in ("", *_GROUPS)

        def is_config(self, config_path: str) -> bool:
            kind, name = _parted(config_path)
            return kind is not None and (name == NONE or catalogue.has(kind.name, name))

        def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
            if not config_path:
                return [] if results_filter == ObjectType.CONFIG else sorted(_GROUPS)
            kind = _GROUPS.get(config_path)
            if kind is None or results_filter == ObjectType.GROUP:
                return []
            return sorted({NONE, *catalogue.names(kind.name)})

        def load_config(self, config_path: str) -> ConfigResult:
            kind, name = _parted(config_path)
            if kind is None:
                raise ConfigLoadError(f"{config_path!r} is no component")
            step = name.rpartition(":")[2]
            package = f"{kind.group}.{step}" if kind.many else None
            if name == NONE:
                node, provider = none_node(), "runner"
            else:
                offer = catalogue.find(kind.name, name)
                node, provider = node_of(offer, name), str(offer.plugin)
            return ConfigResult(provider, f"{COMPONENTS}://{self.path}", node, {"package": package})

    return ComponentSource


def _parted(config_path: str) -> tuple[Kind | None, str]:
    group, _, name = config_path.removesuffix(".yaml").partition("/")
    return _GROUPS.get(group), name


def folders_source(places: Sequence[ConfPlace]) -> type[ConfigSource]:
    """Return one config source for many folders, of which the first that has a config wins."""
    owners: dict[str, ConfPlace] = {}
    groups: set[str] = {""}
    for place in places:
        for group, names in _scanned(str(place.folder)):
            groups.add(group)
            for name in names:
                owners.setdefault(f"{group}/{name}".lstrip("/"), place)

    class FoldersSource(ConfigSource):
        @staticmethod
        def scheme() -> str:
            return FOLDERS

        def available(self) -> bool:
            return True

        def is_group(self, config_path: str) -> bool:
            return config_path in groups

        def is_config(self, config_path: str) -> bool:
            return config_path.removesuffix(".yaml") in owners

        def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
            found: set[str] = set()
            if results_filter != ObjectType.GROUP:
                found |= {os.path.basename(one) for one in owners if os.path.dirname(one) == config_path}
            if results_filter != ObjectType.CONFIG:
                found |= {os.path.basename(one) for one in groups if one and os.path.dirname(one) == config_path}
            return sorted(found)

        def load_config(self, config_path: str) -> ConfigResult:
            place = owners[config_path.removesuffix(".yaml")]
            source = SourcesRegistry.instance().resolve("file")(place.provider, f"file://{place.folder}")
            return source.load_config(config_path)

    return FoldersSource


def _scanned(folder: str, group: str = "") -> Iterator[tuple[str, list[str]]]:
    """List (group, the names of its configs) of a folder and those in it."""
    try:
        entries = list(os.scandir(os.path.join(folder, group)))
    except OSError:  # what cannot be looked into offers nothing
        return
    yield group, [one.name.removesuffix(".yaml") for one in entries if one.name.endswith(".yaml")]
    for one in entries:
        if one.name != "__pycache__" and one.is_dir(follow_symlinks=False):
            yield from _scanned(folder, f"{group}/{one.name}".lstrip("/"))


def limited_file_source(original: type[ConfigSource]) -> type[ConfigSource]:
    """Return Hydra's file source, refusing files that are too large, explode by aliases or have no sound head."""

    class FileConfigSource(original):  # type: ignore[misc, valid-type]
        def load_config(self, config_path: str) -> ConfigResult:
            name = self._normalize_file_name(config_path)
            path = Path(os.path.realpath(os.path.join(self.path, name)))
            if path.is_file():
                check_yaml(path)
            try:
                result: ConfigResult = super().load_config(config_path)
            except ValueError as error:  # what Hydra says of a head that it cannot read
                raise ConfigError(f"{path}: {error}") from error
            _check_defaults(path, OmegaConf.to_container(result.config))
            return result

    return FileConfigSource


def _check_defaults(path: Path, config: Any) -> None:
    """Refuse a defaults list at which Hydra would stop with a traceback. Raises ConfigError."""
    entries = config.get("defaults", []) if isinstance(config, dict) else []
    wrong = [entry for entry in entries if not _is_default(entry)] if isinstance(entries, list) else [entries]
    if wrong:
        raise ConfigError(
            f"{path}: 'defaults' is a list of configs, such as [digits, {{override /model: ridge}}], not {wrong[0]!r}"
        )


def _is_default(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return isinstance(entry, str)
    if len(entry) != 1:
        return False
    [(group, options)] = entry.items()
    names = options if isinstance(options, list) else [options or ""]
    return isinstance(group, str) and all(isinstance(name, str) for name in names)
