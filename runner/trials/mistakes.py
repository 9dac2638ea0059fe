"""What a mistake is called, so that a driver can tell those that all trials share from those of one."""

from __future__ import annotations

from collections.abc import Mapping

from runner.errors import ConfigError, DataError, IntegrityError, PluginError, ResourceError, RunnerError

#: By class; where a class is not here, the nearest it descends from counts.
_KINDS: Mapping[str, str] = {
    "ComponentError": "component",
    "InputChanged": "input_changed",
    ConfigError.__name__: "config",
    DataError.__name__: "data",
    PluginError.__name__: "plugin",
    ResourceError.__name__: "resources",
    IntegrityError.__name__: "storage",
}


def kind_of(error: RunnerError) -> str:
    """Name a mistake by its class."""
    kinds = (_KINDS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in _KINDS)
    return next(kinds, type(error).__name__.lower())
