"""Hydra, set up for us: where configs are looked for, and a check of everything that was composed.

This is the one place that builds a Hydra object. Each composed job passes `_Loader`, so a declaration that
cannot run is refused before Hydra makes a folder, in single runs and in every job of a sweep alike.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

import hydra
import hydra.version
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.hydra import Hydra
from hydra._internal.sources_registry import SourcesRegistry
from hydra._internal.utils import create_config_search_path
from hydra.core.config_search_path import ConfigSearchPath, SearchPathQuery
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from runner.catalogue import Catalogue
from runner.checking import SettingError
from runner.conf_places import SHIPPED, ConfPlace, conf_places
from runner.declare.plain import declared as declared
from runner.declare.provenance import Origin, followed
from runner.declare.rules import check_places, check_references
from runner.declare.sources import COMPONENTS, FOLDERS, component_source, folders_source, limited_file_source
from runner.errors import ConfigError
from runner.plan.experiment import Experiment, resolve

CONFIG_NAME = "runner"


@dataclass(frozen=True)
class Setup:
    """What composing depends on. folder: where the command stands; config_dir: one more config folder.

    runs: whether what is composed will be run, and so must be whole; a config can be looked at half filled in.
    """

    catalogue: Catalogue
    folder: Path
    words: Sequence[str] = ()
    config_dir: Path | None = None
    allow_outside: bool = False
    runs: bool = True


@contextlib.contextmanager
def opened_hydra(setup: Setup) -> Iterator[Hydra]:
    """Give a Hydra that composes our configs; its global state is cleared afterwards."""
    if hydra.__version__.startswith("1.3"):
        hydra.version.setbase("1.3")  # 1.4 deprecates the argument
    plugins = Plugins.instance()  # its first scan must come before our sources: it registers Hydra's own
    _register_ours(plugins)
    _keep_secrets_unread()
    sources = SourcesRegistry.instance()
    original = sources.types["file"]
    sources.types["file"] = limited_file_source(original)
    places = _places(setup)
    sources.types[FOLDERS] = folders_source([place for place in places if place.of_plugin])
    sources.types[COMPONENTS] = component_source(setup.catalogue)
    GlobalHydra.instance().clear()
    loader = _Loader(_search_path(places))
    loader.setup = setup
    made = Hydra(task_name="runner", config_loader=loader)
    GlobalHydra.instance().initialize(made)
    try:
        yield made
    finally:
        GlobalHydra.instance().clear()
        sources.types["file"] = original


def _register_ours(plugins: Plugins) -> None:
    """Register our launcher and sweeper, which Hydra 1.3 does not find by itself in an editable install."""
    from hydra_plugins.runner.launcher import RunnerLauncher  # these make Hydra's config store entries
    from hydra_plugins.runner.sweeper import RunnerSweeper

    for plugin in (RunnerLauncher, RunnerSweeper):
        plugins.register(plugin)


def _keep_secrets_unread() -> None:
    """Let `${secret:env:NAME}` stand for itself in configs: only the component that needs it reads it."""
    # OmegaConf 2.4.1 calls `register_resolver` what was `register_new_resolver`; until then it was another function.
    renamed = "replace" in signature(OmegaConf.register_resolver).parameters
    register: Any = OmegaConf.register_resolver if renamed else OmegaConf.register_new_resolver
    register("secret", lambda reference: f"${{secret:{reference}}}", replace=True)


def _search_path(places: Sequence[ConfPlace]) -> ConfigSearchPath:
    """Put our places around Hydra's own: folders first, the shipped configs, the plugins', the catalogue."""
    path = create_config_search_path(f"pkg://{SHIPPED}")
    for place in places:
        if place.package is None:
            path.prepend(place.provider, f"file://{place.folder}", SearchPathQuery(provider="hydra"))
    schema = SearchPathQuery(provider="schema")
    packages = [place.package for place in places if place.package and place.of_plugin]
    if packages:
        path.prepend("plugins' conf", f"{FOLDERS}://{','.join(packages)}", schema)
    path.prepend("components", f"{COMPONENTS}://", schema)
    return path


def _places(setup: Setup) -> list[ConfPlace]:
    return conf_places(setup.folder, setup.catalogue.conf_dirs(), setup.config_dir)


class _Loader(ConfigLoaderImpl):
    """Hydra's loader, with the second check behind every job it composes."""

    setup: Setup

    def _load_configuration_impl(self, *arguments: Any, **named: Any) -> DictConfig:
        # The one method through which Hydra 1.3 and 1.4 both compose every job.
        config = super()._load_configuration_impl(*arguments, **named)
        if not self.setup.runs:
            return config
        mode = named.get("run_mode", arguments[2] if len(arguments) > 2 else RunMode.RUN)
        check_places(config, self.setup.folder, self.setup.words, allow_outside=self.setup.allow_outside)
        check_references(config)
        if mode == RunMode.RUN and config.hydra.mode != RunMode.MULTIRUN:
            experiment_of(config, self.setup)
        return config


def experiment_of(config: DictConfig, setup: Setup) -> Experiment:
    """Check a composed job; a wrong setting is told with the place where it was written."""
    try:
        return resolve(declared(config), setup.catalogue, name=config.hydra.runtime.choices.get("experiment"))
    except SettingError as error:
        where = origin_of(config, setup).of(error.key)
        raise ConfigError(f"{error}\n  set by {where}" if where else str(error)) from error


def origin_of(config: DictConfig | None, setup: Setup) -> Origin:
    """Return where a job's values were written: its words, and its files in the order of merging.

    config: the composed job; without one, what its words and its files choose is followed.
    """
    if config is None:
        chosen = [word.lstrip("+").partition("=")[::2] for word in setup.words]
        chosen.sort(key=lambda choice: choice[0] == "experiment")  # whose settings overlay all others
    else:
        chosen = [(str(group), str(option)) for group, option in config.hydra.runtime.choices.items()]
    return Origin(list(setup.words), followed(CONFIG_NAME, chosen, partial(_file, _places(setup))))


def _file(places: Sequence[ConfPlace], name: str) -> Path | None:
    paths = (place.folder / f"{name}.yaml" for place in places)
    return next((path for path in paths if path.is_file()), None)
