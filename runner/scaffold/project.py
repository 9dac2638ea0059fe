"""An existing plugin package, as far as one more component needs to know it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from runner.discovery import GROUP
from runner.errors import ConfigError


@dataclass(frozen=True)
class PluginProject:
    """folder: with the pyproject.toml. package: to import; root: the folder it stands in. hooks: the hook module."""

    folder: Path
    package: str
    root: Path
    hooks: Path

    @classmethod
    def at(cls, folder: Path) -> PluginProject:
        """Read the project of a folder. Raises ConfigError where it is no plugin's, or has no hook module."""
        path = folder / "pyproject.toml"
        if not path.is_file():
            raise ConfigError(
                f"'{folder}' has no pyproject.toml, so it is no plugin's project. Go to the folder of one, or make "
                "one: 'runner new plugin NAME --kind KIND'."
            )
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"'{path}' cannot be read: {error}") from error
        points = told.get("project", {}).get("entry-points", {}).get(GROUP, {})
        if len(points) != 1:
            raise ConfigError(
                f"'{path}' names {len(points)} entry points of the group {GROUP!r}, and one is due: "
                f'[project.entry-points."{GROUP}"] with a line such as acme = "runner_acme.hooks".'
            )
        return cls._of(folder, next(iter(points.values())))

    @classmethod
    def _of(cls, folder: Path, module: str) -> PluginProject:
        package = module.rpartition(".")[0]
        for root in (folder, folder / "src"):
            hooks = root / Path(*module.split(".")).with_suffix(".py")
            if package and hooks.is_file():
                return cls(folder, package, root, hooks)
        raise ConfigError(
            f"the hook module {module!r} that 'pyproject.toml' names is not below '{folder}' nor its 'src', or "
            "stands in no package, so there is no telling where a component of this plugin goes."
        )
