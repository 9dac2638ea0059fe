"""Transforms and their columns -> the steps of a scikit-learn pipeline.

A transform without `columns` works on everything the step before it gives. Neighbouring transforms with
`columns` form one `ColumnTransformer`: those for the same columns follow each other, those for other
columns stand side by side, and columns that nobody names pass by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from runner.columns import chosen_columns
from runner.errors import ConfigError, DataError
from runner.execute.components import Called

Columns = str | tuple[str, ...]


class Choice:
    """Columns that only the table tells: a choice by type or pattern, made when the transform is fitted."""

    def __init__(self, wanted: Mapping[str, Any], where: str) -> None:
        self.wanted = dict(wanted)
        self.where = where

    def __call__(self, table: Any) -> list[str]:
        """Name the columns. Raises DataError where there are none."""
        return chosen_columns(table, self.wanted, self.where)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Choice) and self.wanted == other.wanted

    def __hash__(self) -> int:
        return hash(repr(sorted(self.wanted.items())))


@dataclass(frozen=True)
class Block:
    """One step of the pipeline. members: the transforms in it; estimator: fresh, to be fitted.

    routed: it chooses columns by name. named: it has to hand on names, for the next one does.
    """

    name: str
    members: tuple[Called, ...]
    estimator: Any
    routed: bool = False
    named: bool = False


def blocks(transforms: Sequence[Called]) -> list[Block]:
    """Return the pipeline's steps before the model, unfitted. Raises ConfigError for columns that clash."""
    made: list[Block] = []
    for routed, group in groupby(transforms, key=lambda called: _columns(called) is not None):
        members = tuple(group)
        if routed:
            made.append(_routed(members))
        else:
            made += [Block(called.name, (called,), clone(called.component)) for called in members]
    for place, after in enumerate(made[1:]):
        if after.routed:
            made[place] = replace(made[place], named=True)
            made[place].estimator.set_output(transform="pandas")
    return made


def check_columns(block: Block, features: Any) -> None:
    """Make sure that the columns which transforms are sent to are there. Raises DataError naming the setting."""
    for called in block.members:
        columns = called.step.settings.get("columns")
        where = f"{called.step.path}.columns"
        if columns is not None and hasattr(features, "iloc"):
            chosen_columns(features, columns, where)
        elif columns is not None and block.routed:
            raise DataError(f"{where}: columns are chosen from a table, found {type(features).__name__}.")


def settle(estimator: Any, block: Block) -> None:
    """Put the names of the chosen columns into a fitted block. Raises ConfigError for columns that clash."""
    if not block.routed or not any(isinstance(columns, Choice) for *_, columns in estimator.transformers):
        return
    names = {name: columns for name, _, columns in estimator.transformers_}
    estimator.transformers = [(name, fresh, names[name]) for name, fresh, _ in estimator.transformers]
    owner: dict[str, str] = {}
    for name, _, columns in estimator.transformers:
        for column in [columns] if isinstance(columns, str) else columns:
            if owner.setdefault(column, name) != name:
                raise ConfigError(
                    f"transforms: column {column!r} is chosen by {owner[column]} and by {name}. Neighbouring "
                    "transforms share all their columns or none; leave it out of one by 'except'."
                )


def _columns(called: Called) -> Columns | Choice | None:
    columns = called.step.settings.get("columns")
    if isinstance(columns, Mapping):
        return Choice(columns, f"{called.step.path}.columns")
    return tuple(columns) if isinstance(columns, list | tuple) else columns


def _routed(members: tuple[Called, ...]) -> Block:
    from sklearn.compose import ColumnTransformer  # 60 ms that only routed columns are worth

    chains: dict[Columns | Choice, list[Called]] = {}
    for called in members:
        columns = _columns(called)
        assert columns is not None
        chains.setdefault(columns, []).append(called)
    _check_disjoint(chains)
    routes = [
        (
            "_".join(called.name for called in chain),
            _chained(chain),
            _as_wanted(columns, chain[0].component),
        )
        for columns, chain in chains.items()
    ]
    name = "_".join(called.name for called in members)[:60]
    router = ColumnTransformer(routes, remainder="passthrough", verbose_feature_names_out=False)
    return Block(name, members, router, routed=True)


def _as_wanted(columns: Columns | Choice, first: Any) -> Any:
    """Name one column in a list, which makes it a table of one column, but for transforms that want a bare column."""
    if isinstance(columns, str):
        return [columns] if get_tags(first).input_tags.two_d_array else columns
    return list(columns) if isinstance(columns, tuple) else columns


def _chained(chain: Sequence[Called]) -> Any:
    if len(chain) == 1:
        return clone(chain[0].component)
    return Pipeline([(called.name, clone(called.component)) for called in chain])


def _check_disjoint(chains: Mapping[Columns | Choice, list[Called]]) -> None:
    owner: dict[str, tuple[Columns, str]] = {}
    for columns, chain in chains.items():
        if isinstance(columns, Choice):
            continue  # known when they are fitted
        for column in (columns,) if isinstance(columns, str) else columns:
            other = owner.setdefault(column, (columns, chain[0].name))
            if other[0] != columns:
                raise ConfigError(
                    f"transforms.{chain[0].name}.columns: column {column!r} also goes to transforms.{other[1]} "
                    "with other columns beside it. Neighbouring transforms share all their columns or none."
                )
