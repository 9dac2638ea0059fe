"""The rows of the trials as this worker has them: computed once, remembered, and kept for the others.

A stage is looked for in this process's memory, then in the store; only what is in neither is computed, from the
last stage that is. What is kept in the store are rows alone: pipelines fitted on the way stay in memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner.execute import cleaning, collecting
from runner.execute.components import Components
from runner.execute.gathering import checked_folds
from runner.execute.observing import Stages
from runner.execute.preparing import FoldStage, Prepared, fold_stages, parted_rows, wants_rows
from runner.execute.surroundings import Surroundings
from runner.plan.experiment import Experiment
from runner.plan.lineage import Lineage, Node
from runner.record.records import StepRecord
from runner.store.keeping import worth_keeping
from runner.store.store import Store
from runner.trials.survey import SURVEYED_SEED


class InputChanged(DataError):
    """The data are not those that the sweep was planned for."""


@dataclass(frozen=True)
class Held:
    """What a stage gave: a Dataset, the folds, or `Prepared`. steps: of all stages so far. shared: the store has it.

    seconds: how long it takes to have it again, from the last stage before that the store has.
    """

    value: Any
    steps: tuple[StepRecord, ...]
    seconds: float = 0.0
    shared: bool = False


@dataclass(frozen=True)
class Descent:
    """Whose rows are wanted. n_reads: how many tasks will read what is kept."""

    experiment: Experiment
    components: Components
    lineage: Lineage
    surroundings: Surroundings
    fingerprint: str | None = None


class Larder:
    """What this process remembers. limit: bytes; the longest unused goes first."""

    def __init__(self, store: Store | None, limit: int) -> None:
        self.store = store
        self._limit = limit
        self._held: OrderedDict[str, tuple[Held, int]] = OrderedDict()

    def rows(
        self, descent: Descent, fold: int, keep: Collection[str], *, upto: int | None = None, whole: bool = False
    ) -> Held:
        """Return a fold's rows as the model will see them. keep: keys of stages that other tasks will want too.

        upto: so many stages instead of all. whole: with the fitted pipeline, which what comes from the store has not.
        """
        nodes = descent.lineage.fold(fold)[:upto]
        position, held = self._latest(nodes, whole=whole, trained=whole and wants_rows(descent.components))
        for place in range(position + 1, len(nodes)):
            made = self._computed(descent, fold, place, held, whole=whole)
            if made is None:
                continue
            held = self._share(nodes[place], made) if nodes[place].key in keep else made
            self._remember(nodes[place].key, held)
        assert held is not None
        return held

    def stored(self, keys: Collection[str]) -> list[str]:
        """Name those of these stages that the store has."""
        return [] if self.store is None else [key for key in keys if self.store.has(key)]

    def _latest(self, nodes: Sequence[Node], *, whole: bool, trained: bool) -> tuple[int, Held | None]:
        """Find the last stage that is there. trained: with the rows that its first transform learned from."""
        for place in range(len(nodes) - 1, -1, -1):
            held = self._recalled(nodes[place].key)
            if held is not None and not _lacks(held.value, whole=whole, trained=trained):
                return place, held
        return -1, None

    def _recalled(self, key: str) -> Held | None:
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key][0]
        stored = self.store.get(key) if self.store is not None else None
        if stored is None:
            return None
        held = _from_store(stored)
        self._remember(key, held)
        return held

    def _computed(self, descent: Descent, fold: int, place: int, before: Held | None, *, whole: bool) -> Held | None:
        """Carry out the stage at a place; None for a part that is done with the parts after it."""
        experiment, components = descent.experiment, descent.components
        gathered = descent.lineage.gathered
        stages = Stages(fold=fold if place > len(gathered) else None)
        if place == 0:
            value: Any = collecting.load(components, descent.surroundings.context(experiment.seed), stages)
            check_unchanged(descent, value.fingerprint)
        elif place < len(gathered) - 1:
            assert before is not None
            called = cleaning.parted(components.many("cleaners"))[0][place - 1]
            value = collecting.clean(called, before.value, stages)
        elif place == len(gathered) - 1:
            assert before is not None
            value = _Split(before.value, checked_folds(components, before.value, stages))
        elif place == len(gathered):
            assert before is not None
            value = parted_rows(components, before.value.rows, before.value.folds[fold])
        else:
            assert before is not None
            stage = _stage_at(components, place - len(gathered), whole=whole)
            if stage is None:
                return None
            value = stage.run(before.value, experiment.seed, fold, stages)
        done = stages.done
        again = 0.0 if before is None or before.shared else before.seconds
        return Held(value, (*(before.steps if before else ()), *done), again + sum(step.seconds for step in done))

    def _remember(self, key: str, held: Held) -> None:
        self._held[key] = (held, _bytes(held.value))
        self._held.move_to_end(key)
        total = sum(size for _, size in self._held.values())
        while total > self._limit and len(self._held) > 1:
            _, (_, size) = self._held.popitem(last=False)
            total -= size

    def _share(self, node: Node, held: Held) -> Held:
        """Put it into the store where that pays."""
        if self.store is None:
            return held
        if not self.store.has(node.key) and worth_keeping(held.seconds, _bytes(held.value), 2, self.store.speeds):
            about = {"stage": node.name, "seconds": held.seconds}
            self.store.put(node.key, _to_store(held), about)
        return replace(held, shared=self.store.has(node.key))


@dataclass(frozen=True)
class _Split:
    """The cleaned rows, and how they are parted."""

    rows: Dataset
    folds: list[collecting.Fold]


def _lacks(value: Any, *, whole: bool, trained: bool) -> bool:
    """Say whether rows lack what they are asked for: their fitted pipeline, or the rows that it learned from."""
    if not isinstance(value, Prepared):
        return False
    return (whole and not value.complete) or (trained and bool(value.blocks) and value.learned_from is None)


def _stage_at(components: Components, place: int, *, whole: bool) -> FoldStage | None:
    """Return the stage that ends at a place after the folds, from 1; None where that is amid a stage."""
    reached = 0
    for stage in fold_stages(components, in_parts=not whole):
        reached += stage.parts
        if reached >= place:
            return stage if reached == place else None
    raise LookupError(f"a fold has {reached} stages, and stage {place} of it was planned")


def check_unchanged(descent: Descent, found: str) -> None:
    """Refuse other data than those planned for, where the seed plays no part in them. Raises InputChanged."""
    planned, source = descent.fingerprint, descent.components.one("source").component
    if descent.experiment.seed != SURVEYED_SEED and getattr(source, "draws", True):
        return
    if planned is not None and found != planned:
        raise InputChanged(
            f"the data changed while the sweep ran: fingerprint {planned[:12]}… when it was planned, now "
            f"{found[:12]}…. Run the command again; finished trials belong to the old data."
        )


def _to_store(held: Held) -> dict[str, Any]:
    steps = [asdict(step) for step in held.steps]
    match held.value:
        case Prepared() as rows:
            parts: dict[str, Any] = {"train": rows.train, "test": rows.test, "validation": rows.n_validation}
        case _Split() as split:
            parts = {"rows": split.rows, "folds": [list(fold) for fold in split.folds]}
        case _:
            parts = {"dataset": held.value}
    return {**parts, "steps": steps, "seconds": held.seconds}


def _from_store(stored: dict[str, Any]) -> Held:
    steps = tuple(StepRecord.of(step) for step in stored["steps"])
    if "dataset" in stored:
        value: Any = stored["dataset"]
    elif "folds" in stored:
        value = _Split(stored["rows"], [collecting.Fold(*fold) for fold in stored["folds"]])
    else:
        value = Prepared(stored["train"], stored["test"], None, complete=False, n_validation=stored["validation"])
    told = tuple(replace(step, note=_with(step.note, "from the store")) for step in steps)
    return Held(value, told, stored["seconds"], shared=True)


def _with(note: str | None, more: str) -> str:
    return more if not note else note if more in note else f"{note}; {more}"


def _bytes(value: Any) -> int:
    match value:
        case Dataset():
            ids = value.row_ids.nbytes + (0 if value.target is None else value.target.nbytes)
            return ids + _feature_bytes(value.features)
        case Prepared():
            return sum(_bytes(rows) for rows in (value.train, value.test) if rows is not None)
        case _Split():
            return _bytes(value.rows) + sum(f.train.nbytes + f.held_out.nbytes for f in value.folds)
    return 0


def _feature_bytes(features: Any) -> int:
    if hasattr(features, "iloc"):
        return int(features.memory_usage(index=False, deep=features.shape[0] < 10_000).sum())
    if hasattr(features, "indptr"):
        return int(features.data.nbytes + features.indices.nbytes + features.indptr.nbytes)
    return int(np.asarray(features).nbytes)
