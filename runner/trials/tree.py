"""The stages of many trials, merged: what is shared, and how the plan looks before it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runner.plan.lineage import Node
from runner.plan.outline import Branch, Outline, StageCount

if TYPE_CHECKING:
    from runner.trials.candidate import Candidate
    from runner.trials.planning import Job


@dataclass
class Tree:
    """The stages of some trainings. below: stage -> what follows it; users: -> how many jobs pass through."""

    below: dict[str, dict[str, None]] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    ends: set[str] = field(default_factory=set)
    nodes: dict[str, Node] = field(default_factory=dict)
    trials: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, trainings: Sequence[Job]) -> Tree:
        """Merge them."""
        tree = cls()
        for job in trainings:
            numbers = {one.number for one in job.candidates}
            for key in {key for fold in job.folds for key in tree._add(job.descent.fold(fold))}:
                tree.users[key] = tree.users.get(key, 0) + 1
                tree.trials.setdefault(key, set()).update(numbers)
        return tree

    def _add(self, nodes: Sequence[Node]) -> list[str]:
        for node, after in zip(nodes, [*nodes[1:], None], strict=True):
            follows = self.below.setdefault(node.key, {})
            if after is None:
                self.ends.add(node.key)
            else:
                follows[after.key] = None
            self.nodes[node.key] = node
        return [node.key for node in nodes]

    def is_shared(self, key: str) -> bool:
        """Whether several jobs want it, and it is where their ways part or where they all end."""
        return self.users[key] > 1 and (len(self.below[key]) > 1 or key in self.ends)

    def roots(self) -> list[str]:
        """The first stages."""
        followers = {key for follows in self.below.values() for key in follows}
        return [key for key in self.nodes if key not in followers]

    def branch(self, key: str, leaves: Mapping[str, Sequence[Branch]]) -> Branch:
        """Draw a stage and what follows it; stages without a fork are drawn as one."""
        first, labels = key, [self.nodes[key].name]
        while len(self.below[key]) == 1 and key not in leaves:
            (key,) = self.below[key]
            labels.append(self.nodes[key].name)
        children = [self.branch(after, leaves) for after in self.below[key]]
        return Branch(" → ".join(labels), len(self.trials[first]), (*children, *leaves.get(key, ())))


@dataclass(frozen=True)
class Known:
    """What came before a plan. seconds: of a stage by name, from earlier runs. The rest is as `Outline` has it."""

    seconds: Mapping[str, float] = field(default_factory=dict)
    resumed: int = 0
    duplicates: int = 0
    dropped: int = 0


def outline(
    candidates: Sequence[Candidate],
    jobs: Sequence[Job],
    repetitions: int,
    stored: Callable[[str], bool],
    known: Known,
) -> Outline:
    """Say what a plan comes to. jobs: of the first repetition of all candidates, which the others repeat."""
    trainings = [job for job in jobs if job.do != "prepare"]
    tree = Tree.of(trainings)
    fused = [len(job.candidates) for job in trainings if job.do == "together"]
    alone = sum(len(job.folds) for job in trainings if job.do == "trial")
    of = _counted(trainings)
    stages = [
        StageCount(
            name, of[name] * repetitions, len(keys) * repetitions, sum(map(stored, keys)), known.seconds.get(name)
        )
        for name, keys in _distinct(tree).items()
    ]
    trained = sum(len(job.candidates) * len(job.folds) for job in trainings)
    stages.append(
        StageCount(
            "train", trained * repetitions, (len(fused) + alone) * repetitions, seconds=known.seconds.get("train")
        )
    )
    leaves = _leaves(trainings)
    roots = [tree.branch(root, leaves) for root in tree.roots()]
    return Outline(
        trials=len(candidates) + known.resumed,
        resumed=known.resumed,
        duplicates=known.duplicates,
        dropped=known.dropped,
        stages=stages,
        fused=fused * repetitions,
        alone=alone * repetitions,
        tree=roots[0] if len(roots) == 1 else Branch("sweep", len(candidates), roots),
    )


def _stage_name(node: Node) -> str:
    stage = node.name.partition("/")[0]
    return node.name if stage in ("transform", "augment") else stage


def _distinct(tree: Tree) -> dict[str, list[str]]:
    """Stage -> its different keys. That a fold is chosen is no work."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, node in tree.nodes.items():
        if not node.name.startswith("fold/"):
            found[_stage_name(node)].append(key)
    return found


def _counted(trainings: Sequence[Job]) -> dict[str, int]:
    """Count how often each stage would be carried out if every trial did it for itself."""
    counts: dict[str, int] = defaultdict(int)
    gathered: set[int] = set()
    for job in trainings:
        fresh = {one.number for one in job.candidates} - gathered
        gathered |= fresh
        for node in job.descent.gathered:
            counts[_stage_name(node)] += len(fresh)
        for fold in job.folds:
            for node in job.descent.folds[fold]:
                counts[_stage_name(node)] += len(job.candidates)
    return counts


def _leaves(trainings: Sequence[Job]) -> dict[str, list[Branch]]:
    """Draw the trainings at the ends of their branches."""
    alone: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    leaves: dict[str, list[Branch]] = defaultdict(list)
    for job in trainings:
        model = job.candidates[0].experiment.one("model")
        assert model is not None
        for fold in job.folds:
            end = job.descent.folds[fold][-1].key
            if job.do == "together":
                leaves[end].append(Branch(f"train/{model.name}, together", len(job.candidates)))
            else:
                alone[end][model.name] += 1
    for end, models in alone.items():
        leaves[end] += [Branch(f"train/{name}", count) for name, count in models.items()]
    return leaves
