"""Transforms that meet their rows in batches: those that learn nothing at once, the others one pass after the other.

A transform that learns does so by `partial_fit`, in a pass of its own once all before it have learned; transforms
for other columns of the same block learn in the same pass. One that learns nothing (scikit-learn's tag
`requires_fit` is False) is fitted on the first rows, which only tell it the names of the columns. So is what a
`ColumnTransformer` settles by looking at rows: which columns are of a type, and whether its result is sparse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from runner.data import Dataset
from runner.execute.components import Called
from runner.execute.pipeline import Block, blocks, settle
from runner.execute.preparing import check_features, shape_told, watched
from runner.execute.streamed_rows import Stream
from runner.execute.streamed_turns import Turns

#: So many rows are looked at by what learns nothing from them.
_ENOUGH = 5_000


def learns_nothing(transform: Any) -> bool:
    """Say whether a transform gives the same for a row whatever it was fitted on."""
    return hasattr(transform, "__sklearn_tags__") and not get_tags(transform).requires_fit


def learns_in_batches(transform: Any) -> bool:
    """Say whether a transform that learns can do so batch by batch."""
    return callable(getattr(transform, "partial_fit", None))


def learned(stream: Stream) -> list[BatchBlock]:
    """Return the blocks of transforms, those that learn having learned from all training rows of the stream."""
    made = [BatchBlock(block) for block in blocks(stream.components.many("transforms"))]
    for place, block in enumerate(made):
        for number in range(block.n_lessons):
            for rows in stream.batches(augmented=True):
                if rows.train.n_rows:
                    before = transformed(made[:place], rows.train, stream.preparing)
                    block.learn(number, before, stream.preparing)
    return made


def transformed(made: Sequence[BatchBlock], rows: Dataset, turns: Turns) -> Dataset:
    """Return training rows as the blocks give them; a block that was not begun yet begins."""
    for block in made:
        with turns.stage(f"transform/{block.name}", rows.n_rows) as stage:
            rows = rows.with_features(block.advance(rows))
            stage.rows_out, stage.note = rows.n_rows, shape_told(rows.features.shape[1:])
    return rows


@dataclass
class _Link:
    """A transform in a chain, and the fitted one, or the one that learns."""

    called: Called
    estimator: Any

    @property
    def learns(self) -> bool:
        return not learns_nothing(self.estimator)


@dataclass
class _Chain:
    """Transforms that follow each other. columns: which they are for; None for all."""

    columns: str | list[str] | None
    links: list[_Link]

    def learn(self, number: int, features: Any, target: Any) -> None:
        """Let the link that learns in this lesson see some rows, as those before it give them."""
        part = features if self.columns is None else features[self.columns]
        learners = [link for link in self.links if link.learns]
        for link in self.links if number < len(learners) else ():
            if link is learners[number]:
                watched(link.called, "learning from a batch", link.estimator.partial_fit, part, target)
                return
            part = link.called.call("transforming a batch", link.estimator.transform, part)


class BatchBlock:
    """A block of transforms on its way to being fitted. estimator: as it goes into the pipeline."""

    def __init__(self, block: Block) -> None:
        self.name = block.name
        self.estimator = clone(block.estimator)
        self._block = block
        self._chains: list[_Chain] = []

    @property
    def n_lessons(self) -> int:
        """How many passes over the training rows it takes."""
        if not self._block.routed:
            return int(not learns_nothing(self._block.estimator))
        members = [_members(fresh) for _, fresh, _ in self._block.estimator.transformers]
        return max(sum(not learns_nothing(one) for _, one in chain) for chain in members)

    def learn(self, number: int, rows: Dataset, turns: Turns) -> None:
        """Learn from some rows. number: of the lesson, from 0."""
        with turns.stage(f"transform/{self.name}", rows.n_rows):
            self._begin(rows)
            for chain in self._chains:
                chain.learn(number, rows.features, rows.target)

    def advance(self, rows: Dataset) -> Any:
        """Return the new features of training rows."""
        self._begin(rows)
        return self.transform(rows)

    def transform(self, rows: Dataset) -> Any:
        """Return the new features of any rows."""
        called = self._block.members[0]
        features = called.call("transforming a batch", self.estimator.transform, rows.features)
        check_features(called, features, rows.n_rows)
        return features

    def _begin(self, rows: Dataset) -> None:
        """Fit what the first rows are enough for."""
        if self._chains:
            return
        rows = rows.take(np.arange(min(_ENOUGH, rows.n_rows)))
        called = self._block.members[0]
        if not self._block.routed:
            if learns_nothing(self.estimator):
                watched(called, "fitting", self.estimator.fit, rows.features, rows.target)
            self._chains = [_Chain(None, [_Link(called, self.estimator)])]
            return
        watched(called, "fitting", self.estimator.fit, rows.features, rows.target)
        settle(self.estimator, self._block)
        by_name = {one.name: one for one in self._block.members}
        fresh = {name: unfitted for name, unfitted, _ in self.estimator.transformers}
        parts = []
        for name, fitted, columns in self.estimator.transformers_:
            if name in fresh:
                # The router fitted its learners on these rows alone; they begin anew, and learn from every batch.
                pairs = zip(_members(fitted), _members(fresh[name]), strict=True)
                steps = [(step, one if learns_nothing(one) else clone(new)) for (step, one), (_, new) in pairs]
                self._chains.append(_Chain(columns, [_Link(by_name[step or name], one) for step, one in steps]))
                fitted = Pipeline(steps) if isinstance(fitted, Pipeline) else steps[0][1]
            parts.append((name, fitted, columns))
        self.estimator.transformers_ = parts


def _members(transform: Any) -> list[tuple[str, Any]]:
    """List the transforms of a chain with their names; one alone goes by that of its block."""
    return list(transform.steps) if isinstance(transform, Pipeline) else [("", transform)]
