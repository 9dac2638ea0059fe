"""The plan of a sweep, before anything runs: how much work it is, and how much of it is saved."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from runner.plan.outline import TRAIN, Branch, Outline, StageCount
from runner.report.tables import seconds

#: More children of one branch than this are counted, not drawn.
CHILDREN_SHOWN = 20


def show_plan(outline: Outline, workers: int, console: Console, *, tree: bool = False) -> None:
    """Print the plan in one line or two; tree: also draw which stages are shared by how many trials."""
    for line in plan_lines(outline, workers):
        console.print(Text(line), soft_wrap=True)
    if tree:
        console.print(_drawn(outline.tree, Tree(_label(outline.tree))))


def plan_lines(outline: Outline, workers: int) -> list[str]:
    """Return what is to be done, and where there is more to say, what is not done again or at all."""
    work = [_stage(stage) for stage in outline.stages if stage.name != TRAIN and stage.to_do]
    estimate = outline.seconds(workers)
    parts = [
        _count(outline.trials, "trial"),
        ", ".join([*work, *_trainings(outline)]),
        _saving(outline),
        f"about {seconds(estimate)}" if estimate else "",
    ]
    return [" · ".join(filter(None, line)) for line in (parts, _left_out(outline)) if any(line)]


def _left_out(outline: Outline) -> list[str]:
    stored = [
        f"{stage.stored:,} of {_stage_count(stage, stage.distinct)} in the store"
        for stage in outline.stages
        if stage.stored
    ]
    return [
        f"resumed: {outline.resumed:,} done, {outline.to_do:,} to go" if outline.resumed else "",
        *stored,
        f"{_count(outline.duplicates, 'duplicate')} of another trial, run once" if outline.duplicates else "",
        f"{_count(outline.dropped, 'combination')} dropped by a filter" if outline.dropped else "",
    ]


def _saving(outline: Outline) -> str:
    """Tell the saving by what it was measured in; a share below half a per cent is not worth a word."""
    share = round(100 * outline.saving())
    return f"saves {share} % of the {'work' if outline.timed else 'stages'}" if share else ""


def _stage(stage: StageCount) -> str:
    return _stage_count(stage, stage.to_do)


def _stage_count(stage: StageCount, count: int) -> str:
    """Count a stage in its own word.

    >>> _stage_count(StageCount("transform/scale", of=9, distinct=3), 3)
    '3 scale fits'
    """
    kind, _, step = stage.name.partition("/")
    return _count(count, " ".join(filter(None, (step, _WORDS.get(kind, kind)))))


_WORDS = {"clean": "cleaning", "transform": "fit", "augment": "augmentation", TRAIN: "training"}


def _trainings(outline: Outline) -> list[str]:
    fused = f"{_count(len(outline.fused), 'fused training')} ({_sizes(outline.fused)})" if outline.fused else ""
    alone = _count(outline.alone, "single training" if outline.fused else "training") if outline.alone else ""
    return [text for text in (fused, alone) if text]


def _sizes(sizes: Sequence[int]) -> str:
    """Tell how many trials are trained together.

    >>> _sizes([32, 32]), _sizes([32, 8]), _sizes([40]), _sizes([1, 2, 3, 4])
    ('32 each', '32 and 8', '40 trials', '1 to 4 each')
    """
    if len(sizes) == 1:
        return _count(sizes[0], "trial")
    if min(sizes) == max(sizes):
        return f"{sizes[0]} each"
    return f"{sizes[0]} and {sizes[1]}" if len(sizes) == 2 else f"{min(sizes)} to {max(sizes)} each"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _label(branch: Branch) -> Text:
    return Text.assemble(branch.label, (f"  {_count(branch.trials, 'trial')}", "dim"))


def _drawn(branch: Branch, tree: Tree) -> Tree:
    for child in branch.children[:CHILDREN_SHOWN]:
        _drawn(child, tree.add(_label(child)))
    more = branch.children[CHILDREN_SHOWN:]
    if more:
        tree.add(Text(f"… {len(more):,} more, {_count(sum(child.trials for child in more), 'trial')}"))
    return tree
