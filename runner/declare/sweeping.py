"""From a sweep's words and its experiment's file to what the engine is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser

from runner.contracts import Axis
from runner.declare.axes import Words, counted, parsed, plain_value, taken_apart
from runner.declare.composing import CONFIG_NAME, Setup
from runner.declare.fast import Composer
from runner.declare.flags import Flags
from runner.errors import ConfigError
from runner.plan.keys import digest_of
from runner.plan.space import SweepSpace
from runner.plan.space_section import space_of
from runner.record.environment import code_state, packages
from runner.report.pages import PAGE
from runner.trials.options import split_section
from runner.trials.sweeping import Wanted

#: Words that do not change which sweep it is: where it is written, whether it is given a page, what its winner is
#: asked, how long it may take, how many it draws.
_BESIDE = ("outputs=", "report=", "interpret.", "sweep.", "search.")
#: A sweep of more trials than this must be asked for with `--yes`.
MANY_TRIALS = 10_000


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


def wanted(
    words: Sequence[str], loader: ConfigLoader, setup: Setup, asked: Flags, command: Sequence[str], root: str
) -> Wanted:
    """Make out what a sweep is asked to do. Raises ConfigError, or what Hydra raises."""
    parser = OverridesParser.create(config_loader=loader)
    own = _ours(words)
    if not asked.yes:
        _check_count(counted(own, parser))
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
        fixed=[sorted(word for word in apart.fixed if not word.startswith(_BESIDE)), chosen and chosen["use"]],
        options=options,
        search=chosen,
        root=root,
        folder=str(setup.folder),
        command=command,
        code=None if code is None else asdict(code),
        packages=packages(),
        drift=asked.drift,
        disabled=asked.disabled,
        keep_going=asked.keep_going,
        plan_only=asked.plan_only,
        continues=asked.continues,
        page=PAGE,
    )


class Given:
    """A space whose cells somebody else has chosen."""

    def __init__(self, cells: Sequence[Mapping[str, Any]]) -> None:
        self._cells = cells
        self.axes = [Axis(key, ()) for key in dict.fromkeys(key for cell in cells for key in cell)]

    def size(self) -> int:
        """Count them."""
        return len(self._cells)

    def cells(self) -> Iterator[Mapping[str, Any]]:
        """Give them in their order."""
        return iter(self._cells)

    def choose(self, pick: Callable[[Axis], Any]) -> Mapping[str, Any]:
        """There is nothing to choose; never asked."""
        raise NotImplementedError


def of_jobs(
    jobs: Sequence[Sequence[str]],
    loader: ConfigLoader,
    asked: Flags,
    command: Sequence[str],
    root: str,
    folder: str,
) -> Wanted:
    """Make a sweep of jobs that another sweeper has chosen. jobs: the words of each. Raises what Hydra raises."""
    parser = OverridesParser.create(config_loader=loader)
    taken = [taken_apart(_ours(words), parser).fixed for words in jobs]
    # what a person wrote and did not sweep is the same in every batch, whatever the sweeper chooses
    fixed = taken_apart([word for word in _ours(command[1:]) if not word.startswith("-")], parser).fixed
    declaring = Declaring(Words(tuple(fixed), {}, {}), loader)
    cells = [{_key(word): _value(word, parser) for word in words if word not in fixed} for words in taken]
    base = declaring.base()
    _, options = split_section(base.pop("sweep", None))
    code = code_state(Path(folder))
    return Wanted(
        name=str(base.get("name") or declaring.names["experiment"] or "unnamed"),
        space=Given(cells),
        declare=declaring,
        fixed=list(command),
        options=options,
        search=None,
        root=root,
        folder=folder,
        command=command,
        code=None if code is None else asdict(code),
        packages=packages(),
        drift=asked.drift,
        disabled=asked.disabled,
        keep_going=asked.keep_going,
        continues=digest_of(list(command)),
        page=PAGE,
    )


def _ours(words: Sequence[str]) -> list[str]:
    """Leave Hydra's own settings out."""
    return [word for word in words if not word.lstrip("+~").startswith(("hydra.", "hydra/"))]


def _key(word: str) -> str:
    return word.partition("=")[0]


def _value(word: str, parser: OverridesParser) -> Any:
    return plain_value(parser.parse_override(word).value())


def _check_size(space: SweepSpace, asked: Flags) -> None:
    """Refuse a sweep that is larger than anyone means without saying so."""
    if space.interval is not None or asked.yes:
        return
    if sum(1 for _ in islice(space.cells(), MANY_TRIALS + 1)) > MANY_TRIALS:
        _check_count(space.size() or 0)


def _check_count(count: int) -> None:
    if count > MANY_TRIALS:
        raise ConfigError(f"the sweep has {count:,} trials; add '--yes' if that is meant")
