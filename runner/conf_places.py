"""Where configs are looked for: the folder one stands in, the shipped ones, then each plugin's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from runner.errors import ConfigError

SHIPPED = "runner.conf"


@dataclass(frozen=True)
class ConfPlace:
    """One config folder. provider: how messages call it; package: its import name, None for a plain folder."""

    provider: str
    folder: Path
    package: str | None = None

    @property
    def of_plugin(self) -> bool:
        """Whether a plugin brings it."""
        return self.package not in (None, SHIPPED)


def conf_places(folder: Path, packages: Sequence[str], config_dir: Path | None = None) -> list[ConfPlace]:
    """List the config folders, the first wins. folder: where the command stands; packages: the plugins'."""
    shipped = package_folder(SHIPPED)
    places = [ConfPlace("--config-dir", config_dir)] if config_dir else []
    local = folder / "conf"
    if local.is_dir() and not local.samefile(shipped):
        places.append(ConfPlace("./conf", local))
    places.append(ConfPlace("runner", shipped, SHIPPED))
    places += [ConfPlace(name.partition(".")[0], package_folder(name), name) for name in packages]
    return places


def package_folder(name: str) -> Path:
    """Return the folder of an import package. Raises ConfigError where there is none."""
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(f"the config package {name!r} cannot be found")
    return Path(next(iter(spec.submodule_search_locations)))
