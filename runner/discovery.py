"""Entry points -> plugins, guarded: one broken package never takes the command down.

We walk `entry_points(group="runner.plugins")` ourselves, because pluggy's own loader stops at the first
entry point that raises and silently skips the second of two that share a name. Each plugin becomes a
record, healthy or with the reason why it is not, and nothing depends on the order of `sys.path`.
"""

from __future__ import annotations

import contextlib
import inspect
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import pluggy

from runner import hookspecs
from runner.contracts import API_VERSION
from runner.deprecated import RunnerDeprecation
from runner.errors import did_you_mean
from runner.isolation import FILTERS_CHANGED, restored_globals
from runner.lacking import mended_by
from runner.local_plugin import NAME, local_point

GROUP = "runner.plugins"
#: What the name of every hook begins with.
_PREFIX = "runner_"

HookCall = Callable[[], Any]


class EntryPointLike(Protocol):
    """What discovery reads of an entry point; tests hand in plain records."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> str: ...  # noqa: D102
    @property
    def dist(self) -> Any: ...  # noqa: D102

    def load(self) -> Any: ...  # noqa: D102


@dataclass(frozen=True)
class Problem:
    """Why a plugin, or one of its hooks, cannot be used.

    summary: one line; details: the traceback, if any; mend: the command that mends it, if one is known.
    """

    summary: str
    details: str = ""
    mend: str = ""

    def __str__(self) -> str:
        return self.summary


@dataclass(frozen=True)
class Plugin:
    """One entry point of one distribution.

    name: the entry point's. module: where it points to. hooks: hook name -> the plugin's own function for
    it. problem: None if healthy. contested: another distribution claims the same entry-point name, so bare
    names would depend on luck. remarks: what it changed in the process while loading.
    """

    name: str
    distribution: str
    version: str
    module: str = ""
    hooks: Mapping[str, HookCall] = field(default_factory=dict)
    problem: Problem | None = None
    contested: bool = False
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"

    @property
    def called(self) -> frozenset[str]:
        """The names by which it may be hidden."""
        return _names(self.name, self.distribution)

    @property
    def is_local(self) -> bool:
        """Whether it is the `runner_plugins.py` of the folder one stands in."""
        return self.distribution == self.module == NAME


def discover(
    points: Iterable[EntryPointLike] | None = None, *, disabled: Collection[str] = (), folder: Path | None = None
) -> tuple[Plugin, ...]:
    """Load every plugin offered to us, the sound and the broken, ordered by distribution and name.

    disabled: entry-point names, distribution names or "distribution:name" to leave out. folder: its
    `runner_plugins.py`, if it has one, is a plugin, too.
    """
    found: list[EntryPointLike] = list(entry_points(group=GROUP) if points is None else points)
    local = None if folder is None else local_point(folder)
    found += [] if local is None else [local]
    owned = [(point, *_owner(point)) for point in found]
    manager = _manager()
    plugins = [
        _load(point, distribution, version, manager)
        for point, distribution, version in owned
        if not _names(point.name, distribution) & set(disabled)
    ]
    claims = Counter(plugin.name for plugin in plugins)
    return tuple(
        replace(plugin, contested=claims[plugin.name] > 1)
        for plugin in sorted(plugins, key=lambda plugin: (plugin.distribution, plugin.name))
    )


def plugin_of(module: Any, *, name: str = "local", distribution: str = "local", version: str = "0") -> Plugin:
    """Make a plugin of an object already at hand: a test's class, a notebook's module."""
    point = SimpleNamespace(
        name=name, value="", dist=SimpleNamespace(name=distribution, version=version), load=lambda: module
    )
    return _load(point, distribution, version, _manager())


def hidden_by(environment: Mapping[str, str]) -> list[str]:
    """Return the plugins that the variable `RUNNER_DISABLE` hides, e.g. "acme,other-dist:thing"."""
    return [name.strip() for name in environment.get("RUNNER_DISABLE", "").split(",") if name.strip()]


def _names(point: str, distribution: str) -> frozenset[str]:
    return frozenset({point, distribution, f"{distribution}:{point}"})


def _owner(point: EntryPointLike) -> tuple[str, str]:
    """Return the distribution's name and version."""
    if not point.dist:
        return "unknown", "?"
    # Asked for its name and its version, it would parse its whole description twice: 1 ms for each plugin.
    read = getattr(point.dist, "read_text", None)
    head = (read("METADATA") or "" if read else "").partition("\n\n")[0]
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    if "Name" in fields and "Version" in fields:
        return fields["Name"], fields["Version"]
    return point.dist.name, point.dist.version


class _Manager(pluggy.PluginManager):
    """Looks at what may be a hook only: every other name of a module costs pluggy 20 µs."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        return super().parse_hookimpl_opts(plugin, name) if name.startswith(_PREFIX) else None


def _manager() -> pluggy.PluginManager:
    """Return a manager that knows the specifications and no plugin."""
    manager = _Manager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def _load(point: EntryPointLike | Any, distribution: str, version: str, manager: pluggy.PluginManager) -> Plugin:
    plugin = Plugin(point.name, distribution, version, point.value.partition(":")[0])
    changes: list[str] = []
    try:
        with _noting_deprecations(changes), restored_globals(changes):
            module = point.load()
            hooks = _hooks_of(module, manager)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's import may raise anything
        summary = " ".join(f"{type(error).__name__}: {error}".strip().rstrip(":").split())
        mend = mended_by(error, distribution)
        return replace(plugin, problem=Problem(summary, traceback.format_exc(), mend))
    problem = _unfit(getattr(module, "api_version", API_VERSION), distribution)
    if problem is not None:
        return replace(plugin, problem=problem)
    if plugin.is_local:  # a file that holds its components imports their libraries, which set filters of their own
        changes = [change for change in changes if change != FILTERS_CHANGED]
    return replace(plugin, hooks=hooks, remarks=tuple(f"while loading, it {change}" for change in changes))


@contextlib.contextmanager
def _noting_deprecations(changes: list[str]) -> Iterator[None]:
    """Add to `changes` what of runner's is used and will go; other warnings are given as they would have been."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RunnerDeprecation)
        yield
    for warning in caught:
        if issubclass(warning.category, RunnerDeprecation):
            changes.append(f"used what will go: {warning.message}")
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def _unfit(wanted: Any, distribution: str) -> Problem | None:
    """Say why a plugin written for API `wanted` does not run here: another major, or a newer minor."""
    try:
        major, minor = (int(part) for part in wanted.split("."))
    except (AttributeError, ValueError):
        return Problem(f"says api_version = {wanted!r}, which is not of the form {API_VERSION!r}")
    own = tuple(int(part) for part in API_VERSION.split("."))
    if major == own[0] and minor <= own[1]:
        return None
    mend = f"pip install --upgrade {'runner-ml' if (major, minor) > own else distribution}"
    return Problem(f"needs runner's plugin API {wanted}, this runner offers {API_VERSION}: {mend}", mend=mend)


def _hooks_of(module: Any, manager: pluggy.PluginManager) -> dict[str, HookCall]:
    """Let pluggy check the plugin's hooks against the specifications; return them by name, and forget the plugin.

    Raises pluggy.PluginValidationError for a wrong signature, AttributeError for a name that is no hook.
    """
    offered = {name for name in vars(hookspecs) if name.startswith(_PREFIX)}
    _check_names(module, offered)
    try:
        manager.register(module)
        return {
            caller.name: impl.function
            for caller in manager.get_hookcallers(module) or ()
            for impl in caller.get_hookimpls()
        }
    finally:
        if manager.is_registered(module):
            manager.unregister(module)


def _check_names(module: Any, offered: Collection[str]) -> None:
    """Refuse what pluggy would overlook: a misspelt hook, or a hook without its marker."""
    for name in dir(module):
        if not name.startswith(_PREFIX):
            continue
        function = getattr(module, name)
        marked = hasattr(function, f"{hookspecs.PROJECT}_impl")
        if marked and name not in offered and not _is_optional(function):
            raise AttributeError(f"hook {name!r} does not exist. {did_you_mean(name, offered)}")
        if name in offered and callable(function) and not marked:
            raise AttributeError(f"function {name!r} is a hook's name but lacks '@runner.hookimpl'")
        if name in offered and marked:
            _check_arguments(name, function)


def _check_arguments(name: str, function: Callable[..., Any]) -> None:
    code = getattr(function, "__code__", None)
    if code is not None and not code.co_argcount and not code.co_kwonlyargcount:
        return  # as nearly always, and told in no time
    due = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
    wanted = [one.name for one in due if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    if wanted:
        raise TypeError(f"hook {name!r} is called without arguments, and this one needs {', '.join(wanted)}")


def _is_optional(function: Any) -> bool:
    return bool(getattr(function, f"{hookspecs.PROJECT}_impl").get("optionalhook"))
