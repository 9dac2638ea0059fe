"""Why a trial ran: the difference of two trials, in words.

>>> text = "tfidf of runner-ml {} 3fa2c1d09b7e"
>>> before = Ran({"transforms.tfidf.min_df": 2}, {"transforms.tfidf": text.format("0.3")}, "3fa2c1d09b7e")
>>> now = Ran({"transforms.tfidf.min_df": 3}, {"transforms.tfidf": text.format("0.4")}, "3fa2c1d09b7e")
>>> differences(before, now)
['transforms.tfidf.min_df 2 -> 3', 'plugin runner-ml 0.3 -> 0.4']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

#: So many digits of a hash tell two apart for a person.
DIGITS = 7

_ABSENT = object()


@dataclass(frozen=True)
class Ran:
    """What decides a trial's result.

    declared: dotted key -> value, everything in which trials may differ. components: path -> "<name> of
    <distribution> <version> <12 hex of its source>". data: the source's fingerprint, None if it never loaded.
    """

    declared: Mapping[str, Any]
    components: Mapping[str, str]
    data: str | None


class Component(NamedTuple):
    """A component as a record tells it, or a library that components compute with, which has no digest."""

    name: str
    distribution: str
    version: str
    digest: str

    @classmethod
    def of(cls, text: str) -> Component:
        """Read the record's text.

        >>> Component.of("tfidf of runner-ml 0.1.0 3fa2c1d09b7e").version
        '0.1.0'
        >>> Component.of("numpy 2.3.5").distribution
        'numpy'
        """
        name, of, offer = text.partition(" of ")
        if not of:
            library, _, version = text.partition(" ")
            return cls(library, library, version, "")
        distribution, version, digest = offer.rsplit(" ", 2)
        return cls(name, distribution, version, digest)


def differences(before: Ran, now: Ran) -> list[str]:
    """Tell in words what differs: settings first, then plugins, sources of components, data. Empty: nothing."""
    old = {path: Component.of(text) for path, text in before.components.items()}
    new = {path: Component.of(text) for path, text in now.components.items()}
    return [
        *_settings(before.declared, now.declared),
        *_plugins(old.values(), new.values()),
        *_sources(old, new),
        *_data(before.data, now.data, new.get("source")),
    ]


def ending(state: str, message: str | None) -> str:
    """Tell how the attempt before ended. message: of its error.

    >>> ending("killed", "the worker was killed by signal 9 (SIGKILL)"), ending("timeout", None)
    ('the attempt before was killed (signal 9)', 'the attempt before ran out of time')
    """
    told = f"the attempt before {_ENDINGS.get(state, f'ended as {state!r}')}"
    signal = re.search(r"signal \d+", message or "")
    if signal:
        return f"{told} ({signal[0]})"
    return f"{told} ({message.splitlines()[0]})" if state in ("failed", "killed") and message else told


def nearest(settings: Mapping[str, Any], others: Mapping[int, Mapping[str, Any]]) -> int | None:
    """Return the number of the trial that differs in the fewest settings, the lowest of equals; None of none.

    >>> nearest({"a": 1, "b": 2}, {4: {"a": 1, "b": 3}, 2: {"a": 5, "b": 5}, 9: {"a": 1, "b": 7}})
    4
    """
    return min(others, key=lambda number: (_distance(settings, others[number]), number), default=None)


def flat(declared: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a nested declaration by dotted keys; lists and empty mappings are values.

    >>> flat({"model": {"use": "ridge", "alpha": 1.0}, "seed": 0})
    {'model.use': 'ridge', 'model.alpha': 1.0, 'seed': 0}
    """
    found: dict[str, Any] = {}
    for key, value in declared.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def merged(base: Mapping[str, Any], changes: Mapping[str, Any], removed: Sequence[str]) -> dict[str, Any]:
    """Return a declaration by dotted keys, from what many share and how one differs.

    >>> merged({"model": {"use": "mlp", "hidden": 3}, "seed": 0}, {"model.use": "ridge"}, ["model.hidden"])
    {'model.use': 'ridge', 'seed': 0}
    """
    gone = tuple(f"{key}." for key in removed)
    kept = {key: value for key, value in flat(base).items() if not f"{key}.".startswith(gone)}
    return kept | flat(changes)


_ENDINGS = {
    "done": "was done",
    "failed": "failed",
    "diverged": "diverged",
    "timeout": "ran out of time",
    "oom": "ran out of memory",
    "killed": "was killed",
    "pruned": "was stopped early by the search",
    "interrupted": "was interrupted",
}


def _settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    for key in dict.fromkeys((*now, *before)):
        old, new = before.get(key, _ABSENT), now.get(key, _ABSENT)
        if _same(old, new):
            continue
        if old is _ABSENT:
            yield f"{key} added ({_value(new)})"
        elif new is _ABSENT:
            yield f"{key} removed (was {_value(old)})"
        else:
            yield f"{key} {_value(old)} -> {_value(new)}"


def _plugins(before: Iterable[Component], now: Iterable[Component]) -> list[str]:
    """Tell each distribution whose version changed, once."""
    old = {component.distribution: component.version for component in before}
    new = {component.distribution: component.version for component in now}
    return [
        f"plugin {name} {old[name]} -> {version}"
        for name, version in new.items()
        if name in old and old[name] != version
    ]


def _sources(before: Mapping[str, Component], now: Mapping[str, Component]) -> list[str]:
    """Tell each component whose code changed though its version did not; a new version tells it already."""
    changed = (
        new.name
        for path, new in now.items()
        if path in before and before[path][:3] == new[:3] and before[path].digest != new.digest
    )
    return [f"source of {name} changed" for name in dict.fromkeys(changed)]


def _data(before: str | None, now: str | None, source: Component | None) -> list[str]:
    if before == now or before is None or now is None:
        return []
    name = "" if source is None else f"{source.name} "
    return [f"data changed ({name}{_short(before)} -> {_short(now)})"]


def _same(old: Any, new: Any) -> bool:
    """1 and True are equal to Python, not to a declaration."""
    return type(old) is type(new) and bool(old == new)


def _distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    return sum(not _same(one.get(key, _ABSENT), other.get(key, _ABSENT)) for key in {**one, **other})


def _value(value: Any) -> str:
    """Write a value as a person would on the command line.

    >>> _value("adam"), _value(True), _value(None), _value([1, 2])
    ('adam', 'true', 'null', '[1, 2]')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return value if isinstance(value, str) and value and value.isprintable() else repr(value)


def _short(fingerprint: str) -> str:
    return f"{fingerprint[:DIGITS]}…" if len(fingerprint) > DIGITS else fingerprint
