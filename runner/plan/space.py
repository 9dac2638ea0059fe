"""The cells of a sweep, enumerated one at a time or chosen one by one; what was dropped and doubled is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from runner.catalogue import NONE
from runner.contracts import KINDS, Axis
from runner.errors import ConfigError, did_you_mean
from runner.plan.axes import identity
from runner.plan.blocks import Block, Cell, Walk
from runner.plan.condition import Condition

_GROUPS = {kind.group: kind for kind in KINDS.values()}
_MISSING = object()


@dataclass(frozen=True)
class Counts:
    """What a walk through all cells found. dropped: by conditions; duplicates: equal to an earlier cell."""

    cells: int
    dropped: int
    duplicates: int


class SweepSpace:
    """The cells of a sweep, made one at a time; see `runner.contracts.Space`."""

    def __init__(self, root: Block, base: Mapping[str, Any]) -> None:
        self._root = root
        self._base = base
        self._may_repeat = root.may_repeat()
        self._plain_size = None if self._may_repeat else root.plain_size()
        self.axes: Sequence[Axis] = tuple(root.axes())
        self._swept = frozenset(axis.key for axis in self.axes)
        root.check_order()
        for condition in root.conditions():
            self._check_names(condition)

    @property
    def keys(self) -> tuple[str, ...]:
        """The swept keys, each once, in order."""
        return tuple(dict.fromkeys(axis.key for axis in self.axes))

    @property
    def interval(self) -> Axis | None:
        """The first interval of real numbers, which makes the cells endless; None where there is none."""
        return next((axis for axis in self.axes if axis.choices is None), None)

    def size(self) -> int | None:
        """Count the different cells; None where they are endless. Walks through them if need be, once."""
        if self.interval is not None:
            return None
        return self._counts.cells if self._plain_size is None else self._plain_size

    @property
    def dropped(self) -> int | None:
        """How many cells the conditions drop; None where the cells are endless."""
        return None if self.interval is not None else self._counts.dropped

    @property
    def duplicates(self) -> int | None:
        """How many cells are left out for being equal to an earlier one; None where the cells are endless."""
        return None if self.interval is not None else self._counts.duplicates

    @cached_property
    def _counts(self) -> Counts:
        if self._plain_size is not None:
            return Counts(self._plain_size, 0, 0)
        tally = _Tally()
        cells = sum(1 for _ in self._different(tally))
        return Counts(cells, tally.dropped, tally.duplicates)

    def cells(self) -> Iterator[Cell]:
        """Give each different cell once, the last axis fastest; see `runner.contracts.Space`."""
        if self.interval is not None:
            raise ConfigError(
                f"sweep: {self.interval.key!r} is an interval of real numbers, so its cells cannot be listed. Give "
                "it values, or steps such as 'range(0, 1, 0.1)', or a search that draws, such as 'search=random'."
            )
        return self._different(_Tally())

    def _different(self, tally: _Tally) -> Iterator[Cell]:
        seen: set[bytes] = set()
        walk = Walk(self._value)
        kept = False
        for cell in self._root.cells({}, walk):
            if self._may_repeat:
                mark = blake2b(identity(cell).encode(), digest_size=16).digest()
                if mark in seen:
                    tally.duplicates += 1
                    continue
                seen.add(mark)
            kept = True
            yield cell
        tally.dropped = walk.dropped
        if not kept:
            raise ConfigError(
                f"sweep.drop: the conditions drop all {walk.dropped} cells, so there is nothing to run. "
                "Loosen them, or give more values."
            )

    def choose(self, pick: Callable[[Axis], Any]) -> Cell | None:
        """Make one cell of the decisions picked; see `runner.contracts.Space`."""
        return self._root.choose(pick, {}, Walk(self._value))

    # --- what the names in conditions mean -------------------------------------------------------------

    def _value(self, name: str, settled: Cell) -> Any:
        if name in settled:
            value = settled[name]
            return None if name in _GROUPS and value == NONE else value
        if self._chooser(name) is None and (value := _declared(self._base, name)) is not _MISSING:
            return value
        raise ConfigError(
            f"sweep: a condition reads {name!r}, which the cell {dict(settled)!r} does not have. Ask first for what "
            f"it hangs on, as in 'model=mlp and {name} > 0'."
        )

    def _chooser(self, name: str) -> str | None:
        """Return the swept key on whose value it depends whether there is such a name, and what it means."""
        parts = name.split(".")
        above = (".".join(parts[:length]) for length in range(1, len(parts)))
        return next((key for key in above if key in self._swept), None)

    def _check_names(self, condition: Condition) -> None:
        for name in sorted(condition.names - self._swept):
            told = f"{condition.where}: {condition.text!r} reads {name!r}"
            chooser = self._chooser(name)
            if chooser is not None:
                raise ConfigError(
                    f"{told}, which depends on the {chooser!r} of each cell and is not swept itself. Sweep "
                    f"{name!r} too, or ask for {chooser!r}."
                )
            if _declared(self._base, name) is _MISSING:
                known = {*self._swept, *_names(self._base)}
                raise ConfigError(
                    f"{told}, which is neither swept nor declared. {did_you_mean(name, known)} A text is put in "
                    f"quotes, as in \"model == 'mlp'\", or follows a single '=', as in 'model=mlp'."
                )


@dataclass
class _Tally:
    dropped: int = 0
    duplicates: int = 0


def _declared(base: Mapping[str, Any], name: str) -> Any:
    """Look a dotted key up: a group gives the choice made in it, one of steps the list of their names."""
    node: Any = base
    for part in name.split("."):
        if not isinstance(node, Mapping) or part not in node:
            return _MISSING
        node = node[part]
    if name in _GROUPS and _GROUPS[name].many:
        return list(node or ())
    return node["use"] if isinstance(node, Mapping) and "use" in node else node


def _names(node: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in node.items():
        yield above + key
        if isinstance(value, Mapping):
            yield from _names(value, f"{above}{key}.")
