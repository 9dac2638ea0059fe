"""From a sweep's words and its experiment's file to what the engine is asked to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser

from runner.contracts import Axis
from runner.declare.axes import Words, parsed, taken_apart
from runner.declare.composing import CONFIG_NAME, Setup
from runner.declare.fast import Composer
from runner.errors import ConfigError
from runner.plan.space import SweepSpace
from runner.plan.space_section import space_of
from runner.record.environment import code_state, packages
from runner.sweep.options import split_section
from runner.sweep.sweeping import Wanted

#: A sweep of more trials than this must be asked for with `--yes`.
MANY_TRIALS = 10_000


@dataclass(frozen=True)
class Asked:
    """What the command line says of a sweep beside its words. command: as it was given."""

    command: Sequence[str]
    yes: bool = False
    plan_only: bool = False
    drift: str = "refuse"
    keep_going: bool = False
    disabled: tuple[str, ...] = ()


class Declaring:
    """Declares the trials of one sweep, one cell at a time."""

    def __init__(self, words: Words, loader: ConfigLoader) -> None:
        self._words = words
        self._composer = Composer(ConfigLoaderImpl(loader.get_search_path()), CONFIG_NAME)
        self.names: dict[str, str | None] = {}

    def base(self) -> dict[str, Any]:
        """Return what all trials share, sections of the sweep included."""
        plain, choices = self._composer.declared(self._words.fixed)
        self.names["experiment"] = choices.get("experiment")
        return dict(plain)

    def __call__(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the whole declaration of a cell."""
        plain, choices = self._composer.declared(self._words.of(settings))
        declared = {key: value for key, value in plain.items() if key not in ("sweep", "outputs")}
        if declared.get("name") is None:
            declared["name"] = choices.get("experiment")
        return declared


def wanted(words: Sequence[str], loader: ConfigLoader, setup: Setup, asked: Asked, root: str) -> Wanted:
    """Make out what a sweep is asked to do. Raises ConfigError, or what Hydra raises."""
    parser = OverridesParser.create(config_loader=loader)
    own = [word for word in words if not word.startswith("hydra.")]
    apart = taken_apart(own, parser)
    declaring = Declaring(apart, loader)
    base = declaring.base()
    section, options = split_section(base.pop("sweep", None))

    def parse(key: str, text: str) -> Axis:
        return parsed(key, text, parser, "sweep")

    space = space_of(section, apart.axes, parse, base)
    search = base.pop("search", None) or {}
    chosen = None if search.get("use", "none") == "none" else search
    if chosen is None:
        _check_size(space, asked)
    code = code_state(setup.folder)
    return Wanted(
        name=str(base.get("name") or declaring.names["experiment"] or "unnamed"),
        space=space,
        declare=declaring,
        fixed=[sorted(apart.fixed), None if chosen is None else chosen["use"]],
        options=options,
        search=chosen,
        root=root,
        folder=str(setup.folder),
        command=asked.command,
        code=None if code is None else asdict(code),
        packages=packages(),
        drift=asked.drift,
        disabled=asked.disabled,
        keep_going=asked.keep_going,
        plan_only=asked.plan_only,
    )


def _check_size(space: SweepSpace, asked: Asked) -> None:
    """Refuse a sweep that is larger than anyone means without saying so."""
    if space.interval is not None or asked.yes:
        return
    if sum(1 for _ in islice(space.cells(), MANY_TRIALS + 1)) > MANY_TRIALS:
        raise ConfigError(f"the sweep has {space.size():,} trials; add '--yes' if that is meant")
