"""Names -> components: the one place that knows what every installed plugin offers.

A catalogue is a value made from the discovered plugins; there is no global one. Hooks are asked for a
kind's names when the kind is first touched, one plugin at a time, so a broken one costs only itself. A
name that two plugins offer belongs to neither until the declaration says which: `model=acme-ml:ridge`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from runner.checking import check_settings
from runner.code_digest import code_digest
from runner.contracts import KINDS, Kind
from runner.discovery import Plugin, Problem, discover
from runner.errors import ConfigError, PluginError, did_you_mean
from runner.isolation import call_isolated
from runner.lacking import mended_by
from runner.local_plugin import FILE
from runner.options import Columns, Count
from runner.other_hooks import OTHERS, given
from runner.signature import Option, Signature, load_target, read_signature

#: The choice that stands for "no component of this kind".
NONE = "none"

#: Options the core adds to every component of a kind: not how it works, but what it is given.
PLACEMENT: Mapping[str, tuple[Option, ...]] = {
    "source": (Option("stream", bool, False),),
    "cleaner": (Option("rows", Literal["all", "training"], "all"),),
    "augmenter": (Option("times", Count, 1),),
    "transform": (Option("columns", Columns | None, None),),
}


@dataclass(frozen=True)
class Offer:
    """A component under a name, and who offers it."""

    kind: str
    name: str
    target: Callable[..., Any] | str
    plugin: Plugin

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}"

    @property
    def qualified(self) -> str:
        """The name that no other distribution can claim."""
        return f"{self.plugin.distribution}:{self.name}"

    @cached_property
    def code(self) -> str:
        """Which code it is: name, distribution, version, digest of the source. Raises PluginError."""
        module = _type_target(self.target).partition(":")[0]
        try:
            digest = code_digest(module, self.plugin.module)
        except Exception as error:  # a stranger's module may not be where its name says
            if isinstance(self.target, str):
                raise self._broken(error) from error
            digest = "typed-in"  # a class of a notebook or a prompt has no file
        return f"{self.name} of {self.plugin} {digest}"

    @cached_property
    def signature(self) -> Signature:
        """Its options, with those the core adds. Raises PluginError where the component cannot be read."""
        try:
            signature = read_signature(self.target)
        except Exception as error:  # a stranger's module may raise anything at import
            raise self._broken(error) from error
        own = set(signature.names())
        placement = tuple(option for option in PLACEMENT.get(self.kind, ()) if option.name not in own)
        return Signature(
            (*signature.options, *placement),
            signature.receives,
            signature.summary,
            signature.file,
            signature.line,
            signature.open,
        )

    def placed_by_core(self) -> set[str]:
        """Name the options that go to the core instead of the constructor."""
        own = set(read_signature(self.target).names())
        return {option.name for option in PLACEMENT.get(self.kind, ())} - own

    def wants_seed(self, settings: Mapping[str, Any]) -> bool:
        """Say whether the component draws random numbers and the settings leave its `random_state` open."""
        defaults = {option.name: option.default for option in self.signature.options}
        draws = settings.get("shuffle", defaults.get("shuffle")) is not False  # scikit-learn: no seed for no draw
        return "random_state" in defaults and settings.get("random_state") is None and draws

    def check(self, settings: Mapping[str, Any], *, judged: bool = False, partial: bool = False) -> dict[str, Any]:
        """Check settings (without `use`) against the signature. Raises SettingError.

        judged, partial: see `check_settings`.
        """
        signature = self.signature
        return check_settings(
            str(self), signature.options, settings, is_open=signature.open, judged=judged, partial=partial
        )

    def build(self, checked: Mapping[str, Any], received: Mapping[str, Any] | None = None) -> Any:
        """Construct from checked settings. received: components for the parameters the core hands in."""
        defaults = {option.name: option.default for option in self.signature.options}
        placed = self.placed_by_core()
        given = {
            name: value
            for name, value in checked.items()
            if name not in placed and not _is_default(value, defaults.get(name))
        }
        try:
            component = load_target(self.target)(**given, **(received or {}))
        except Exception as error:
            raise self._broken(error) from error
        missing = [name for name in KINDS[self.kind].methods if not callable(getattr(component, name, None))]
        if missing:
            raise PluginError(
                f"{self} of {self.plugin} breaks the contract of its kind: a {self.kind} has "
                f"{' and '.join(f'{name}()' for name in missing)}, {type(component).__name__} has not."
            )
        return component

    def _broken(self, error: Exception) -> PluginError:
        told = f"{self} of {self.plugin} cannot be loaded from {self.target!r}: {type(error).__name__}: {error}"
        mend = mended_by(error, self.plugin.distribution)
        return PluginError(f"{told}. {mend}" if mend else told)


def _is_default(value: Any, default: Any) -> bool:
    """A setting at its default is not passed on, so that a default nobody can write stays the component's."""
    return type(value) is type(default) and bool(value == default)


class Catalogue:
    """What the installed plugins offer, by kind and name."""

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        self.plugins = tuple(plugins)
        self._tables: dict[str, tuple[dict[str, list[Offer]], dict[str, Problem]]] = {}
        self._ordered: dict[str, tuple[Offer, ...]] = {}
        self._given: dict[str, list[tuple[Plugin, Any, Problem | None]]] = {}

    @classmethod
    def installed(cls, disabled: Sequence[str] = (), folder: Path | None = None) -> Catalogue:
        """Make the catalogue of everything installed beside us, and of the folder's `runner_plugins.py`."""
        return cls(discover(disabled=disabled, folder=folder))

    @property
    def local_code(self) -> dict[str, str]:
        """Return file -> digest of the plugin of the folder one stands in; empty where it has none."""
        return {f"./{FILE}": plugin.version for plugin in self.plugins if plugin.is_local}

    def names(self, kind: str) -> list[str]:
        """List the names a declaration may use for a kind; contested ones appear as "distribution:name"."""
        names = []
        for name, offers in self._offers(kind).items():
            names += [name] if self._is_settled(offers) else [offer.qualified for offer in offers]
        return sorted(names)

    def offers(self, kind: str) -> Sequence[Offer]:
        """List everything offered for a kind, by name and then distribution."""
        if kind not in self._ordered:
            self._ordered[kind] = tuple(offer for _, offers in sorted(self._offers(kind).items()) for offer in offers)
        return self._ordered[kind]

    def has(self, kind: str, name: str) -> bool:
        """Say whether `find` would find it."""
        return name in self.names(kind) or any(name == offer.qualified for offer in self.offers(kind))

    def find(self, kind: str, name: str) -> Offer:
        """Look a component up. Raises ConfigError for an unknown name, PluginError for a contested one."""
        table = self._offers(kind)
        distribution, colon, bare = name.rpartition(":")
        offers = table.get(bare, []) if colon else table.get(name, [])
        if colon:
            offers = [offer for offer in offers if offer.plugin.distribution == distribution]
        if not offers:
            raise self._unknown(kind, name)
        if not colon and not self._is_settled(offers):
            raise _contested(kind, name, offers)
        return offers[0]

    def problems(self, plugin: Plugin) -> list[Problem]:
        """Ask every hook of a plugin, and tell what is broken."""
        found = [plugin.problem] if plugin.problem else []
        for kind in KINDS:
            self._offers(kind)
            problem = self._tables[kind][1].get(_key(plugin))
            found += [problem] if problem else []
        return [*found, *(problem for hook in OTHERS for asked, problem in self.left_out(hook) if asked is plugin)]

    def left_out(self, hook: str) -> list[tuple[Plugin, Problem]]:
        """List the plugins whose hook, one that is no kind's, fails or gives what it must not, and why."""
        return [(plugin, problem) for plugin, _, problem in self._asked(hook) if problem]

    def conf_dirs(self) -> list[str]:
        """List the config packages that plugins bring, in the order of the distributions' names."""
        return [name for _, names, _ in self._asked("runner_conf_dirs") for name in names]

    def trusted_types(self) -> frozenset[str]:
        """Name every type a saved model may hold: what plugins declare, and the components they offer."""
        declared = {name for _, names, _ in self._asked("runner_trusted_types") for name in names}
        kinds = ("cleaner", "transform", "model", "optimizer", "scheduler")
        offered = {_type_name(offer.target) for kind in kinds for offer in self.offers(kind)}
        return frozenset(declared | offered)

    def trainer(self, offer: Offer) -> Any:
        """Return the trainer of many models of an offer's class at once, built; None where nobody offers one."""
        target = _type_target(offer.target)
        for _, table, _ in self._asked("runner_trainers"):
            if target in table:
                return load_target(table[target])()
        return None

    def onnx_converters(self) -> dict[str, Any]:
        """Return what plugins offer to write steps as ONNX, by class. Raises PluginError where two do for one."""
        found: dict[str, tuple[Plugin, Any]] = {}
        for plugin, table, _ in self._asked("runner_onnx_converters"):
            for known, converter in dict(table).items():
                if known in found:
                    raise PluginError(
                        f"both {found[known][0]} and {plugin} offer an ONNX converter for {known!r}. Hide one: "
                        f"RUNNER_DISABLE={plugin.name}."
                    )
                found[known] = (plugin, converter)
        return {known: converter for known, (_, converter) in found.items()}

    def _asked(self, hook: str) -> list[tuple[Plugin, Any, Problem | None]]:
        if hook not in self._given:
            self._given[hook], _ = call_isolated(lambda: [(plugin, *given(plugin, hook)) for plugin in self.plugins])
        return self._given[hook]

    def _is_settled(self, offers: list[Offer]) -> bool:
        return len(offers) == 1 and not offers[0].plugin.contested

    def _offers(self, kind: str) -> dict[str, list[Offer]]:
        if kind not in self._tables:
            self._tables[kind], _ = call_isolated(self._collect, KINDS[kind])
        return self._tables[kind][0]

    def _collect(self, kind: Kind) -> tuple[dict[str, list[Offer]], dict[str, Problem]]:
        offers: dict[str, list[Offer]] = {}
        problems: dict[str, Problem] = {}
        for plugin in self.plugins:
            call = plugin.hooks.get(kind.hook)
            if call is None:
                continue
            try:
                table = call()
                _check_table(table)
                for name, target in table.items():
                    _check_offer(kind.hook, name, target)
                    offers.setdefault(name, []).append(Offer(kind.name, name, target, plugin))
            except Exception as error:  # noqa: BLE001 - a stranger's hook may raise anything
                problems[_key(plugin)] = Problem(f"{kind.hook}() failed: {type(error).__name__}: {error}")
        return offers, problems

    def _unknown(self, kind: str, name: str) -> ConfigError | PluginError:
        offered = self.names(kind)
        hint = did_you_mean(name, offered)
        text = f"{kind} {name!r} is not offered by any plugin. {hint} 'runner plugins' lists all."
        broken = [plugin for plugin in self.plugins if plugin.problem or _key(plugin) in self._tables[kind][1]]
        if not broken:
            return ConfigError(text)
        told = "; ".join(f"{plugin} ({self._reason(plugin, kind)})" for plugin in broken)
        message = f"{text} A broken plugin may offer it: {told}."
        return ConfigError(message) if hint.startswith("Did you mean") else PluginError(message)

    def _reason(self, plugin: Plugin, kind: str) -> str:
        problem = plugin.problem or self._tables[kind][1][_key(plugin)]
        return problem.summary


def _key(plugin: Plugin) -> str:
    return f"{plugin.distribution}:{plugin.name}"


def _type_name(target: Callable[..., Any] | str) -> str:
    if isinstance(target, str):
        return target.replace(":", ".")
    return f"{target.__module__}.{getattr(target, '__qualname__', type(target).__qualname__)}"


def _type_target(target: Callable[..., Any] | str) -> str:
    if isinstance(target, str):
        return target
    return f"{target.__module__}:{getattr(target, '__qualname__', type(target).__qualname__)}"


def _check_table(table: Any) -> None:
    if not isinstance(table, Mapping):
        raise TypeError(f"it gives {table!r:.80}, and a table is due, such as {{'shout': 'acme_runner.shout:Shout'}}")


def _check_offer(hook: str, name: Any, target: Any) -> None:
    if not isinstance(name, str) or not name.replace("_", "a").isidentifier():
        raise TypeError(f"the name {name!r} is not an identifier, such as 'drop_empty'")
    if not callable(target) and not (isinstance(target, str) and ":" in target):
        raise TypeError(f"{name!r} maps to {target!r}, which is neither callable nor 'package.module:Class'")


def _contested(kind: str, name: str, offers: list[Offer]) -> PluginError:
    if len(offers) == 1:
        plugin = offers[0].plugin
        return PluginError(
            f"{kind} {name!r} is offered by {plugin}, whose entry point {plugin.name!r} another installed "
            f"distribution claims as well. Choose by distribution: '{offers[0].qualified}'."
        )
    who = " and ".join(str(offer.plugin) for offer in offers)
    choices = " or ".join(repr(offer.qualified) for offer in offers)
    return PluginError(f"{kind} {name!r} is offered by {who}. Choose one of them: {choices}.")
