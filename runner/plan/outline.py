"""What a sweep is going to do, in numbers: known before anything runs, and what it saves.

>>> load = StageCount("load", of=64, distinct=1, seconds=2.0)
>>> train = StageCount("train", of=64, distinct=2, seconds=8.0, seconds_alone=1.0)
>>> outline = Outline(trials=64, stages=(load, train), fused=(32, 32), alone=0, tree=Branch("csv", 64))
>>> outline.saving(), outline.seconds(workers=2)
(0.90625, 10.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

TRAIN = "train"


@dataclass(frozen=True)
class StageCount:
    """How often one stage is carried out.

    name: "load", "clean", "split", "transform/<step>" or "train". of: how often if each trial did it alone.
    distinct: how often after merging; a fused training counts once. stored: how many of these are in the store
    already. seconds: estimated, of one of the distinct ones; None while nobody has timed it. seconds_alone: of
    one as a trial alone would do it, where that differs, as it does for a fused training.
    """

    name: str
    of: int
    distinct: int
    stored: int = 0
    seconds: float | None = None
    seconds_alone: float | None = None

    @property
    def to_do(self) -> int:
        """How many are neither shared with another trial nor in the store."""
        return self.distinct - self.stored

    @property
    def estimated(self) -> bool:
        """Whether the time of what is left to do is known."""
        return self.seconds is not None or not self.to_do


@dataclass(frozen=True)
class Branch:
    """A stage of the merged plan and what follows it. trials: how many pass through."""

    label: str
    trials: int
    children: Sequence[Branch] = ()


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A sweep before it runs.

    trials: in all, with the resumed ones, which are done already. duplicates: cells equal to an earlier one,
    which run once. dropped: cells that a filter left out. stages: in the order of the flow, of what is left to
    run. fused: sizes of the trainings that train several trials together. alone: trainings of one trial.
    """

    trials: int
    resumed: int = 0
    duplicates: int = 0
    dropped: int = 0
    stages: Sequence[StageCount]
    fused: Sequence[int]
    alone: int
    tree: Branch

    @property
    def to_do(self) -> int:
        """How many trials are left to run."""
        return self.trials - self.resumed

    @property
    def timed(self) -> bool:
        """Whether every stage that is left has an estimate in seconds."""
        return all(stage.seconds is not None for stage in self.stages)

    def saving(self) -> float:
        """Return the share of the work that merging, fusing and the store save, between 0 and 1.

        Work is seconds where all stages have estimates, else the number of stages carried out.
        """
        planned, alone = 0.0, 0.0
        for stage in self.stages:
            each = (stage.seconds or 0.0) if self.timed else 1.0
            each_alone = stage.seconds_alone if self.timed and stage.seconds_alone is not None else each
            planned += stage.to_do * each
            alone += stage.of * each_alone
        return max(0.0, 1 - planned / alone) if alone else 0.0

    def seconds(self, workers: int) -> float | None:
        """Return the estimated time on so many workers, None where a stage that is left was never timed.

        One stage after the other, each spread over the workers: a worker that idles at a stage's end is counted.
        """
        if not all(stage.estimated for stage in self.stages):
            return None
        return sum(ceil(stage.to_do / workers) * (stage.seconds or 0.0) for stage in self.stages)
