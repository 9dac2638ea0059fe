"""The tree of a sweep's space: what is chosen first, and what depends on it.

A block multiplies its parts: each part takes the settings made so far and extends them in every way it knows
(`cells`), or in one way that somebody picks (`choose`). A condition sees what was settled before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Protocol

from runner.contracts import Axis
from runner.errors import ConfigError
from runner.plan.axes import identity
from runner.plan.condition import Condition

Cell = Mapping[str, Any]
Pick = Callable[[Axis], Any]


@dataclass
class Walk:
    """One way through the tree. value_of: (key, settings so far) -> value; dropped: how many cells were, so far."""

    value_of: Callable[[str, Cell], Any]
    dropped: int = 0

    def holds(self, condition: Condition, settled: Cell) -> bool:
        """Judge the settings made so far."""
        return condition.holds(lambda name: self.value_of(name, settled))


class Part(Protocol):
    """A piece of the tree."""

    def axes(self) -> Iterator[Axis]:
        """Give its axes, nested ones included, in order."""
        ...

    def cells(self, settled: Cell, walk: Walk) -> Iterator[Cell]:
        """Extend the settings in every way."""
        ...

    def choose(self, pick: Pick, settled: Cell, walk: Walk) -> Cell | None:
        """Extend the settings as picked; None where a condition drops them."""
        ...


@dataclass(frozen=True)
class Free:
    """One axis by itself. where: the section it stands in."""

    axis: Axis
    where: str

    def axes(self) -> Iterator[Axis]:
        """Give the axis."""
        yield self.axis

    def cells(self, settled: Cell, walk: Walk) -> Iterator[Cell]:
        """Extend by each of its values."""
        key = self.axis.key
        _check_new(key, settled, self.where)
        for value in self.axis.choices or ():
            yield {**settled, key: value}

    def choose(self, pick: Pick, settled: Cell, walk: Walk) -> Cell | None:
        """Extend by the value picked."""
        _check_new(self.axis.key, settled, self.where)
        return {**settled, self.axis.key: pick(self.axis)}


@dataclass(frozen=True)
class Paired:
    """Axes that advance together. columns: of equal lengths; picking one of their rows is one decision."""

    columns: tuple[Axis, ...]
    where: str

    def axes(self) -> Iterator[Axis]:
        """Give the columns."""
        yield from self.columns

    @cached_property
    def rows(self) -> Axis:
        """The decision: an axis whose values are the rows."""
        values = zip(*(axis.choices or () for axis in self.columns), strict=True)
        return Axis(", ".join(axis.key for axis in self.columns), tuple(values))

    def cells(self, settled: Cell, walk: Walk) -> Iterator[Cell]:
        """Extend by each row."""
        for row in self.rows.choices or ():
            yield self._extended(settled, row)

    def choose(self, pick: Pick, settled: Cell, walk: Walk) -> Cell | None:
        """Extend by the row picked."""
        return self._extended(settled, pick(self.rows))

    def _extended(self, settled: Cell, row: Sequence[Any]) -> Cell:
        for axis in self.columns:
            _check_new(axis.key, settled, self.where)
        return {**settled, **{axis.key: value for axis, value in zip(self.columns, row, strict=True)}}


@dataclass(frozen=True)
class Concatenated:
    """Blocks one after the other; which of them is one decision, picked by its number."""

    blocks: tuple[Block, ...]
    where: str

    def axes(self) -> Iterator[Axis]:
        """Give the axes of all blocks."""
        return chain.from_iterable(block.axes() for block in self.blocks)

    def cells(self, settled: Cell, walk: Walk) -> Iterator[Cell]:
        """Extend by the cells of the first block, then of the second, …"""
        return chain.from_iterable(block.cells(settled, walk) for block in self.blocks)

    def choose(self, pick: Pick, settled: Cell, walk: Walk) -> Cell | None:
        """Extend by a cell of the block picked."""
        number = pick(Axis(self.where, tuple(range(len(self.blocks)))))
        return self.blocks[number].choose(pick, settled, walk)


@dataclass(frozen=True)
class Conditional:
    """A block for those cells only in which a condition holds; the others pass as they are."""

    condition: Condition
    block: Block

    def axes(self) -> Iterator[Axis]:
        """Give the axes of the block."""
        return self.block.axes()

    def cells(self, settled: Cell, walk: Walk) -> Iterator[Cell]:
        """Extend where the condition holds."""
        return self.block.cells(settled, walk) if walk.holds(self.condition, settled) else iter((settled,))

    def choose(self, pick: Pick, settled: Cell, walk: Walk) -> Cell | None:
        """Extend where the condition holds."""
        return self.block.choose(pick, settled, walk) if walk.holds(self.condition, settled) else settled


@dataclass(frozen=True)
class Block:
    """Parts that multiply, the last one fastest, and conditions that drop what comes of them."""

    parts: tuple[Part, ...]
    drops: tuple[Condition, ...] = ()

    def axes(self) -> Iterator[Axis]:
        """Give the axes of all parts."""
        return chain.from_iterable(part.axes() for part in self.parts)

    def conditions(self) -> Iterator[Condition]:
        """Give all conditions, nested ones included."""
        yield from self.drops
        for part in self.parts:
            if isinstance(part, Conditional):
                yield part.condition
            for block in _blocks_of(part):
                yield from block.conditions()

    def cells(self, settled: Cell, walk: Walk) -> Iterator[Cell]:
        """Extend in every way that no condition drops."""
        stream: Iterable[Cell] = (settled,)
        for part in self.parts:
            stream = _extended(stream, part, walk)
        return self._kept(stream, walk) if self.drops else iter(stream)

    def choose(self, pick: Pick, settled: Cell, walk: Walk) -> Cell | None:
        """Extend part by part; None where a condition drops the outcome."""
        for part in self.parts:
            extended = part.choose(pick, settled, walk)
            if extended is None:
                return None
            settled = extended
        return next(self._kept((settled,), walk), None)

    def _kept(self, stream: Iterable[Cell], walk: Walk) -> Iterator[Cell]:
        for cell in stream:
            if any(walk.holds(condition, cell) for condition in self.drops):
                walk.dropped += 1
            else:
                yield cell

    def may_repeat(self) -> bool:
        """Say whether two cells could be equal: a value is listed twice, or blocks follow each other."""
        if any(isinstance(part, Concatenated) for part in self.parts):
            return True
        listed = [part.rows.values for part in self.parts if isinstance(part, Paired)]
        listed += [part.axis.values for part in self.parts if isinstance(part, Free)]
        if any(len({identity({"": value}) for value in values}) < len(values) for values in listed if values):
            return True
        return any(block.may_repeat() for part in self.parts for block in _blocks_of(part))

    def plain_size(self) -> int | None:
        """Multiply the lengths; None where conditions or following blocks make counting necessary."""
        if self.drops or any(_blocks_of(part) for part in self.parts):
            return None
        decisions = (part.rows if isinstance(part, Paired) else next(part.axes()) for part in self.parts)
        return math.prod(len(decision.choices or ()) for decision in decisions)

    def check_order(self, later: frozenset[str] = frozenset(), earlier: frozenset[str] = frozenset()) -> None:
        """Raise ConfigError for a condition on what is settled only after it."""
        own = [frozenset(axis.key for axis in part.axes()) for part in self.parts]
        for index, part in enumerate(self.parts):
            before, after = earlier.union(*own[:index]), later.union(*own[index + 1 :])
            if isinstance(part, Conditional):
                _check_settled(part.condition, (after | own[index]) - before)
            for block in _blocks_of(part):
                block.check_order(after, before)
        for condition in self.drops:
            _check_settled(condition, later - earlier.union(*own))


def _blocks_of(part: Part) -> tuple[Block, ...]:
    if isinstance(part, Concatenated):
        return part.blocks
    return (part.block,) if isinstance(part, Conditional) else ()


def _extended(stream: Iterable[Cell], part: Part, walk: Walk) -> Iterator[Cell]:
    for settled in stream:
        yield from part.cells(settled, walk)


def _check_new(key: str, settled: Cell, where: str) -> None:
    if key in settled:
        raise ConfigError(
            f"{where}: {key!r} is set twice in one cell; it has the value {settled[key]!r} already. Sweep it in one "
            "place, or in blocks whose conditions exclude each other."
        )


def _check_settled(condition: Condition, later: frozenset[str]) -> None:
    for name in sorted(condition.names & later):
        raise ConfigError(
            f"{condition.where}: {condition.text!r} reads {name!r}, which is chosen only afterwards. The order is "
            "grid, zip, concat, when, drop, and outer blocks before inner ones."
        )
