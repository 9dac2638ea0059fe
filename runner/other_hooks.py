"""The hooks that are no kind's, such as `runner_conf_dirs`: asked of one plugin at a time, and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runner.conf_places import package_folder
from runner.discovery import Plugin, Problem
from runner.errors import ConfigError


def given(plugin: Plugin, hook: str) -> tuple[Any, Problem | None]:
    """Return what a plugin's hook gives, nothing where it has none or gives what it must not, and then why."""
    call = plugin.hooks.get(hook)
    if call is None:
        return (), None
    try:
        value = call()
        wrong = OTHERS[hook](value)
    except Exception as error:  # noqa: BLE001 - a stranger's hook may raise anything
        return (), Problem(f"{hook}() failed: {type(error).__name__}: {error}")
    return ((), Problem(f"{hook}() gives {value!r:.80}, {wrong}")) if wrong else (value, None)


def _names(value: Any) -> str:
    well = isinstance(value, list | tuple | set | frozenset) and all(isinstance(name, str) for name in value)
    return "" if well else "and a list of names is due"


def _config_packages(value: Any) -> str:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        return "and a list of import packages is due, such as ['acme_runner.conf']"
    for name in value:
        try:
            package_folder(name)
        except ConfigError as error:
            return f"but {error}: it has to be a folder with an __init__.py that is installed, YAML files included"
    return ""


def _by_class(value: Any) -> str:
    well = isinstance(value, Mapping) and all(isinstance(name, str) and ":" in name for name in value)
    return "" if well else "and a mapping from 'package.module:Class' is due"


#: Hook -> what is wrong with a value that it gives, "" if nothing is.
OTHERS: Mapping[str, Callable[[Any], str]] = {
    "runner_conf_dirs": _config_packages,
    "runner_trainers": _by_class,
    "runner_trusted_types": _names,
    "runner_onnx_converters": _by_class,
}
