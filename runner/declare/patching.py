"""A job's plain declaration made from another's that differs only in scalars, without composing anything.

That is right where nothing else depends on these scalars: each is a value that was there already, no two
words touch the same place, and no interpolation reads any of them. A shape is where all this was looked at.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from omegaconf import DictConfig, ValueNode

from runner.declare.trees import own_texts
from runner.declare.words import Job, Word

#: References from the root, and variables of the environment: what is known to read nothing else.
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}")
_VARIABLE = re.compile(r"\$\{oc\.env:[A-Za-z_][A-Za-z0-9_]*(?:,[^${}]*)?\}")

Path = tuple[str, ...]


@dataclass(frozen=True)
class Leaf:
    """One scalar that differs from job to job. number: of its word among the values; node: judges values."""

    number: int
    steps: Path
    node: ValueNode


@dataclass(frozen=True)
class Shape:
    """What all jobs have in common that differ only in scalars."""

    plain: Mapping[str, Any]
    choices: Mapping[str, Any]
    leaves: Sequence[Leaf]

    def patched(self, values: Sequence[Word]) -> dict[str, Any]:
        """Return the plain declaration of a job of this shape; what does not differ is shared, not copied.

        Raises OmegaConf's ValidationError for a value that does not fit its place.
        """
        plain = dict(self.plain)
        own: dict[Path, dict[str, Any]] = {(): plain}
        for leaf in self.leaves:
            value = leaf.node.validate_and_convert(values[leaf.number].override.value())
            for depth in range(1, len(leaf.steps)):
                path = leaf.steps[:depth]
                if path not in own:
                    parent = own[path[:-1]]
                    own[path] = parent[path[-1]] = dict(parent[path[-1]])
            own[leaf.steps[:-1]][leaf.steps[-1]] = value
        return plain


def shape_of(job: Job, tree: DictConfig, config: DictConfig, plain: Mapping[str, Any], choices: Any) -> Shape | None:
    """Return the shape of a job, or None where its scalars cannot be exchanged alone.

    tree: the config before the job's values were set; config: after; plain: the same, resolved.
    """
    if any(_related(one.path, other.path) for one, other in combinations(job.values, 2)):
        return None
    read = _references([*own_texts(tree), *own_texts(config), *(w.slot for w in job.values if w.steps is None)])
    if read is None:
        return None
    leaves = []
    for number, word in enumerate(job.values):
        if word.steps is not None:
            node = _scalar_at(tree, word.steps)
            if node is None or any(_related(word.steps, path) for path in read):
                return None
            leaves.append(Leaf(number, word.steps, node))
    return Shape(plain, choices, leaves)


def _related(one: Path, other: Path) -> bool:
    """Say whether one path leads to the other, or both to the same place."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _references(texts: Iterable[str]) -> list[Path] | None:
    """Return the paths that interpolations read, or None where one of them cannot be told."""
    paths: list[Path] = []
    for text in texts:
        if "${" in text:
            paths += [tuple(name.split(".")) for name in _REFERENCE.findall(text)]
            if "${" in _VARIABLE.sub("", _REFERENCE.sub("", text)):
                return None
    return paths


def _scalar_at(tree: DictConfig, steps: Path) -> ValueNode | None:
    """Return a copy of the writable scalar at a path, or None where there is something else, or nothing."""
    node: Any = tree
    for step in steps:
        if not isinstance(node, DictConfig) or node._is_none() or node._is_missing() or node._is_interpolation():
            return None
        node = node._get_node(step)
    if not isinstance(node, ValueNode) or node._is_interpolation() or node._get_flag("readonly"):
        return None
    convert = node._get_flag("convert")
    alone = copy.deepcopy(node)
    alone._set_parent(None)
    alone._set_flag("convert", convert)
    return alone
