"""The section `sweep:` of an experiment, which says what its cells are.

    grid: {model.l2: [1e-5, 1e-4], optimizer.learning_rate: "interval(0.001, 1)"}   # every combination
    zip: {model.hidden_sizes: [[32], [64]], model.epochs: [10, 20]}                 # paired, row by row
    concat: [{grid: {…}}, {zip: {…}}]                                               # one block after the other
    when: {"model=mlp": {grid: {model.dropout: [0, 0.1]}}}                          # only where it holds
    drop: ["model.l2 > 0.01 and optimizer.learning_rate < 0.01"]                    # cells to leave out

All that is given is multiplied; nested blocks have the same form. See `runner.plan.condition` for the conditions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from runner.contracts import Axis
from runner.errors import ConfigError, did_you_mean
from runner.plan.axes import Parse, axis_of
from runner.plan.blocks import Block, Concatenated, Conditional, Free, Paired, Part
from runner.plan.condition import Condition, read_condition
from runner.plan.space import SweepSpace

#: What a block may hold, in the order in which it is settled.
PARTS = ("grid", "zip", "concat", "when", "drop")


def space_of(
    section: Mapping[str, Any] | None,
    words: Mapping[str, Axis],
    parse: Parse,
    base: Mapping[str, Any] | None = None,
) -> SweepSpace:
    """Read a space. Raises ConfigError with the place in the section.

    section: as in the module's text. words: axes of the command line; each takes the place of its key in the
    section, everywhere, or else is multiplied. parse: reads a text such as "range(1, 5)". base: the declaration
    that all cells share, for conditions on keys that are not swept.
    """
    reading = _Reading(words, parse)
    root = reading.block(section or {}, "sweep")
    added = tuple(Free(axis, "the command line") for key, axis in words.items() if key not in reading.used)
    # before what is conditional, so that conditions see them
    last = len((section or {}).get("grid") or ())
    root = replace(root, parts=(*root.parts[:last], *added, *root.parts[last:]))
    return SweepSpace(root, base or {})


@dataclass(frozen=True)
class _Reading:
    """Reads blocks. used: gathers the keys for which the command line's axis was taken."""

    words: Mapping[str, Axis]
    parse: Parse
    used: set[str] = field(default_factory=set)

    def block(self, section: Any, where: str) -> Block:
        _check_mapping(section, where, "a block with " + ", ".join(PARTS))
        for key in section:
            if key not in PARTS:
                raise ConfigError(f"{where}: a block has no part {key!r}. {did_you_mean(str(key), PARTS)}")
        parts: list[Part] = [Free(axis, f"{where}.grid") for axis in self._axes(section.get("grid"), f"{where}.grid")]
        parts += self._zip(section.get("zip"), f"{where}.zip")
        parts += self._concat(section.get("concat"), f"{where}.concat")
        parts += self._when(section.get("when"), f"{where}.when")
        return Block(tuple(parts), self._drops(section.get("drop"), f"{where}.drop"))

    def _axes(self, given: Any, where: str) -> list[Axis]:
        if given is None:
            return []
        _check_mapping(given, where, "keys with their values")
        return [self._axis(key, values, where) for key, values in given.items()]

    def _axis(self, key: str, values: Any, where: str) -> Axis:
        if key in self.words:
            self.used.add(key)
            return self.words[key]
        return axis_of(key, values, where, self.parse)

    def _zip(self, given: Any, where: str) -> list[Part]:
        columns = self._axes(given, where)
        for axis in columns:
            if axis.choices is None:
                raise ConfigError(f"{where}: {axis.key!r} is an interval, which has no rows to pair. Give it values.")
        lengths = {axis.key: len(axis.choices or ()) for axis in columns}
        if len(set(lengths.values())) > 1:
            told = ", ".join(
                f"{key!r} has {length}{' (from the command line)' if key in self.words else ''}"
                for key, length in lengths.items()
            )
            raise ConfigError(
                f"{where}: paired keys have equally many values, but {told}. Even them out, or use grid."
            )
        return [Paired(tuple(columns), where)] if columns else []

    def _concat(self, given: Any, where: str) -> list[Part]:
        if given is None:
            return []
        if not isinstance(given, Sequence) or isinstance(given, str) or not given:
            raise ConfigError(f"{where}: {given!r} is not a list of blocks. Write [{{grid: …}}, {{zip: …}}].")
        return [Concatenated(tuple(self.block(block, f"{where}[{n}]") for n, block in enumerate(given)), where)]

    def _when(self, given: Any, where: str) -> list[Part]:
        if given is None:
            return []
        _check_mapping(given, where, "conditions with their blocks")
        return [
            Conditional(read_condition(text, where), self.block(block, f"{where}[{text!r}]"))
            for text, block in given.items()
        ]

    def _drops(self, given: Any, where: str) -> tuple[Condition, ...]:
        if given is None:
            return ()
        if not isinstance(given, Sequence) or isinstance(given, str):
            raise ConfigError(f"{where}: {given!r} is not a list of conditions. Write ['model.l2 > 0.01'].")
        return tuple(read_condition(text, where) for text in given)


def _check_mapping(given: Any, where: str, due: str) -> None:
    if not isinstance(given, Mapping):
        raise ConfigError(f"{where}: {given!r} is a {type(given).__name__}; {due} are due here.")
