"""Where configs come from: the catalogue as a config source, and files that are not trusted to be small.

`runner://` answers Hydra's listings from the catalogue's names, without importing anything, and reads the
signature of the one component that is chosen. `file://` is Hydra's own, behind limits.
"""

from __future__ import annotations

import os
from pathlib import Path

from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource

from runner.catalogue import NONE, Catalogue
from runner.contracts import KINDS, Kind
from runner.declare.nodes import node_of, none_node
from runner.declare.yaml_limits import check_yaml

SCHEME = "runner"
_GROUPS = {kind.group: kind for kind in KINDS.values()}


def component_source(catalogue: Catalogue) -> type[ConfigSource]:
    """Return a config source that offers this catalogue's components as config groups."""

    class ComponentSource(ConfigSource):
        @staticmethod
        def scheme() -> str:
            return SCHEME

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
            return ConfigResult(provider, f"{SCHEME}://{self.path}", node, {"package": package})

    return ComponentSource


def _parted(config_path: str) -> tuple[Kind | None, str]:
    group, _, name = config_path.removesuffix(".yaml").partition("/")
    return _GROUPS.get(group), name


def limited_file_source(original: type[ConfigSource]) -> type[ConfigSource]:
    """Return Hydra's file source, refusing files that are too large, too deep or explode by aliases."""

    class FileConfigSource(original):  # type: ignore[misc, valid-type]
        def load_config(self, config_path: str) -> ConfigResult:
            name = self._normalize_file_name(config_path)
            path = Path(os.path.realpath(os.path.join(self.path, name)))
            if path.is_file():
                check_yaml(path)
            result: ConfigResult = super().load_config(config_path)
            return result

    return FileConfigSource
