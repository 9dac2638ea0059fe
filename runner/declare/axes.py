"""Hydra's grammar of sweeps and a sweep's axes, into each other.

`a=1,2`, `range`, `interval`, `glob` and lists of choices become axes; what a cell chooses on them becomes
override words again, from which Hydra composes the trial.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import (
    IntervalSweep,
    Override,
    OverrideType,
    QuotedString,
    RangeSweep,
    Transformer,
)

from runner.contracts import Axis
from runner.errors import ConfigError
from runner.plan.axes import interval, listed

_WHERE = "the command line"


@dataclass(frozen=True)
class Words:
    """A command line, taken apart. fixed: words that all trials share. axes: by key. signs: by key, such as "+"."""

    fixed: tuple[str, ...]
    axes: Mapping[str, Axis]
    signs: Mapping[str, str]

    def of(self, settings: Mapping[str, Any]) -> list[str]:
        """Return the words of one trial."""
        return [*self.fixed, *(f"{self.signs.get(key, '')}{key}={written(value)}" for key, value in settings.items())]


def taken_apart(words: Sequence[str], parser: OverridesParser) -> Words:
    """Part a sweep's words into what is fixed and what is swept. Raises ConfigError, or what Hydra raises."""
    fixed: list[str] = []
    axes: dict[str, Axis] = {}
    signs: dict[str, str] = {}
    for override in parser.parse_overrides(list(words)):
        if not override.is_sweep_override():
            fixed.append(str(override.input_line))
            continue
        key = override.get_key_element().lstrip("+~")
        if key.split(".")[0] in ("hydra", "outputs", "report", "interpret", "sweep", "search", "repeat"):
            raise ConfigError(f"{override.input_line}: {key.partition('.')[0]!r} is the sweep's and not its trials'.")
        axes[key] = axis(key, override, parser, _WHERE)
        signs[key] = {OverrideType.ADD: "+", OverrideType.FORCE_ADD: "++"}.get(override.type, "")
    return Words(tuple(fixed), axes, signs)


def counted(words: Sequence[str], parser: OverridesParser) -> int:
    """Count the combinations of listed values and ranges, without listing a range; there may be too many for that."""
    count = 1
    for override in parser.parse_overrides(list(words)):
        value = override.value() if override.is_sweep_override() else None
        if isinstance(value, RangeSweep) and value.start is not None and value.stop is not None:
            count *= max(0, math.ceil((value.stop - value.start) / value.step))
        elif value is not None and not isinstance(value, IntervalSweep):
            count *= sum(1 for _ in override.sweep_iterator(Transformer.identity))
    return count


def axis(key: str, override: Override, parser: OverridesParser, where: str) -> Axis:
    """Read an axis off a sweep override."""
    value = override.value()
    if isinstance(value, IntervalSweep):
        assert value.start is not None
        assert value.end is not None
        whole = isinstance(value.start, int) and isinstance(value.end, int)  # only after a cast by int(…)
        log = "log" in value.tags
        return interval(key, value.start, value.end, where, log=log, integer=whole)
    return listed(key, [plain_value(one) for one in override.sweep_iterator(Transformer.identity)], where)


def parsed(key: str, text: str, parser: OverridesParser, where: str) -> Axis:
    """Read an axis off a text in a file, such as "range(1, 5)"; one value is an axis of one."""
    override = parser.parse_override(f"{key}={text}")
    if override.is_sweep_override():
        return axis(key, override, parser, where)
    return listed(key, [plain_value(override.value())], where)


def of_text(key: str, text: str) -> Axis:
    """Read an axis off a text where no configs are at hand, so that there is nothing for a glob to match."""
    return parsed(key, text, OverridesParser.create(), "sweep")


def plain_value(value: Any) -> Any:
    """Return a parsed value without the parser's own types."""
    if isinstance(value, QuotedString):
        return value.text
    if isinstance(value, list):
        return [plain_value(item) for item in value]
    if isinstance(value, dict):
        return {plain_value(name): plain_value(item) for name, item in value.items()}
    return value


def written(value: Any) -> str:
    """Write a value as a word of Hydra's grammar that is read back as the same value.

    >>> written(0.1), written(None), written("a b"), written(["tfidf", 2]), written("tfidf")
    ('0.1', 'null', '"a b"', '[tfidf,2]', 'tfidf')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return value if _is_bare(value) else _quoted(value)
        case Mapping():
            return "{" + ",".join(f"{written(name)}:{written(item)}" for name, item in value.items()) + "}"
        case Sequence():
            return "[" + ",".join(map(written, value)) + "]"
    raise ConfigError(f"{value!r} cannot be written as a word of the command line")


def _is_bare(text: str) -> bool:
    """Say whether a text needs no quotes: it is a name, and none that stands for another kind of value."""
    words = ("null", "true", "false", "nan", "inf")
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text) is not None and text.lower() not in words


def _quoted(text: str) -> str:
    """Quote a text; backslashes count only before a quote and at the end, and are doubled there."""
    escaped = re.sub(r'(\\*)("|\Z)', lambda found: found[1] * 2 + ('\\"' if found[2] else ""), text)
    return f'"{escaped}"'
