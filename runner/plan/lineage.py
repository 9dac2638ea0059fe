"""Which stages a trial's rows go through before the model sees them, each under a key of its whole descent.

key(stage) = digest(component, its code and settings, key of the stage before); the data are known by their
fingerprint, once, at the source. Two trials share a stage if and only if its keys are equal, so nothing that
has been computed needs to be hashed, and a fold is part of the key like anything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from runner.plan.experiment import Experiment, Step
from runner.plan.keys import digest_of
from runner.plan.seeds import random_state
from runner.plan.streamed import streams


@dataclass(frozen=True)
class Traits:
    """What only a component itself can tell, asked once for a sweep.

    data: key of a source's step -> fingerprint of what it will load. learns: keys of the steps of cleaners that
    learn from rows. seedless: keys of the steps of sources that draw nothing. folds: key of a splitter's step ->
    how many folds it makes, None where only the data tell. parts: key of a transform's step -> what identifies
    each of the parts it can be computed in; absent for one that is computed as a whole. free: key of a model's
    step -> see `runner.contracts.Trainer`; absent for a model that nobody trains together. files: key of a
    step -> digest of the files that it reads beside the data; absent for one that reads none.
    """

    data: Mapping[str, str] = field(default_factory=dict)
    learns: frozenset[str] = frozenset()
    seedless: frozenset[str] = frozenset()
    folds: Mapping[str, int | None] = field(default_factory=dict)
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    free: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def identity(self, step: Step) -> str:
        """Say what a step is: its key, and what the files hold that it reads beside the data."""
        return digest_of(step.key, self.files[step.key]) if step.key in self.files else step.key


@dataclass(frozen=True)
class Node:
    """One stage. name: "<stage>/<component>"."""

    key: str
    name: str


@dataclass(frozen=True)
class Lineage:
    """The stages of a trial for one seed, in order. gathered: up to the split; folds: then for each fold."""

    gathered: tuple[Node, ...]
    folds: tuple[tuple[Node, ...], ...]

    def fold(self, number: int) -> tuple[Node, ...]:
        """All stages of a fold, from the source on."""
        return (*self.gathered, *self.folds[number])


def lineage(experiment: Experiment, traits: Traits, libraries: Mapping[str, str], n_folds: int) -> Lineage:
    """Return the descent of the rows that the model will see. libraries: versions underneath.

    Rows that come in batches are never there for others: the trial is one stage of its own.
    """
    source = experiment.one("source")
    splitter = experiment.one("splitter")
    assert source is not None
    assert splitter is not None
    seed = None if source.key in traits.seedless else experiment.seed
    key = digest_of("load", traits.identity(source), seed, traits.data.get(source.key), dict(libraries))
    if streams(experiment):
        return _whole(experiment, traits, key)
    gathered = [Node(key, f"load/{source.name}")]
    before, waiting = parted(experiment.many("cleaners"), traits)
    for step in before:
        gathered.append(_after(gathered[-1], f"clean/{step.name}", _drawn(experiment, traits, step)))
    gathered.append(_after(gathered[-1], f"split/{splitter.name}", _drawn(experiment, traits, splitter)))
    tails = tuple(_tail(experiment, traits, gathered[-1], waiting, fold) for fold in range(n_folds))
    return Lineage(tuple(gathered), tails)


def _whole(experiment: Experiment, traits: Traits, data: str) -> Lineage:
    """Return the one stage, and the one fold, of a trial whose rows come in batches."""
    steps = [(step.path, traits.identity(step)) for step in experiment]
    source = experiment.one("source")
    assert source is not None
    stream = Node(digest_of("stream", data, steps, experiment.seed), f"stream/{source.name}")
    return Lineage((stream,), ((_after(stream, "fold/1", "0"),),))


def parted(cleaners: Sequence[Step], traits: Traits) -> tuple[Sequence[Step], Sequence[Step]]:
    """Part the cleaners into those before the split and those that must wait for it."""
    for position, step in enumerate(cleaners):
        if step.key in traits.learns or step.settings.get("rows") == "training":
            return cleaners[:position], cleaners[position:]
    return cleaners, ()


def repeated(experiment: Experiment, repetition: int) -> Experiment:
    """Return the experiment with the seed of a repetition; the first has the experiment's own."""
    if repetition == 0:
        return experiment
    return replace(experiment, seed=random_state(experiment.seed, "repeat", repetition))


def _tail(
    experiment: Experiment, traits: Traits, split: Node, waiting: Sequence[Step], fold: int
) -> tuple[Node, ...]:
    nodes = [_after(split, f"fold/{fold + 1}", str(fold))]
    for step in waiting:
        nodes.append(_after(nodes[-1], f"clean/{step.name}", _drawn(experiment, traits, step)))
    for step in experiment.many("augmenters"):
        nodes.append(
            _after(nodes[-1], f"augment/{step.name}", digest_of(step.path, traits.identity(step), experiment.seed))
        )
    blocks = transform_blocks(experiment.many("transforms"))
    for block, after in zip(blocks, [*blocks[1:], None], strict=False):
        # before a choice of columns by name a block gives a frame
        named = after is not None and after[0].settings.get("columns") is not None
        name = "_".join(step.name for step in block)[:60]
        parts = traits.parts.get(block[0].key, ()) if len(block) == 1 else ()
        if parts:
            placed = (block[0].settings.get("columns"), _seed_of(experiment, block[0]), named)
            for number, part in enumerate(parts, start=1):
                nodes.append(_after(nodes[-1], f"transform/{name}.{number}", digest_of(part, placed)))
        else:
            whole = digest_of(named, *(_drawn(experiment, traits, step) for step in block))
            nodes.append(_after(nodes[-1], f"transform/{name}", whole))
    return tuple(nodes)


def transform_blocks(transforms: Sequence[Step]) -> list[tuple[Step, ...]]:
    """Group neighbours that choose columns: they stand side by side and are computed as one."""
    blocks: list[tuple[Step, ...]] = []
    for step in transforms:
        routed = step.settings.get("columns") is not None
        if routed and blocks and blocks[-1][0].settings.get("columns") is not None:
            blocks[-1] = (*blocks[-1], step)
        else:
            blocks.append((step,))
    return blocks


def _after(before: Node, name: str, what: str) -> Node:
    return Node(digest_of(before.key, name.partition("/")[0], what), name)


def _drawn(experiment: Experiment, traits: Traits, step: Step) -> str:
    """What a step is, with the seed it receives if it draws."""
    seed = _seed_of(experiment, step)
    return traits.identity(step) if seed is None else digest_of(traits.identity(step), seed)


def _seed_of(experiment: Experiment, step: Step) -> int | None:
    return random_state(experiment.seed, step.path) if step.offer.wants_seed(step.settings) else None
