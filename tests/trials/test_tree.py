from __future__ import annotations

from typing import Any

from runner.plan.outline import Branch, Outline
from runner.trials.tree import Known, Tree, outline

BAYES = {"model": "GaussianNB", "optimizer": None}
DECLARED = [
    *({"optimizer": {"use": "adam", "learning_rate": rate}} for rate in (0.01, 0.1)),
    {**BAYES, "transforms": ["standard_scale", "PCA"]},
    BAYES,
]


def told(desk: Any, declared: Any, known: Known | None = None, *, repetitions: int = 1) -> Outline:
    candidates = desk.candidates(declared)
    planner = desk.planner(candidates)
    jobs = planner.jobs(candidates, 0)
    return outline(candidates, jobs, repetitions, planner.stored, known or Known())


def counts(plan: Outline) -> dict[str, tuple[int, int, int]]:
    return {stage.name: (stage.of, stage.distinct, stage.stored) for stage in plan.stages}


def labels(branch: Branch) -> list[str]:
    return [branch.label, *(label for child in branch.children for label in labels(child))]


def test_a_stage_is_shared_where_ways_part_or_where_several_end(make_desk: Any) -> None:
    desk = make_desk()
    candidates = desk.candidates(DECLARED)
    jobs = [job for job in desk.planner(candidates).jobs(candidates, 0) if job.do != "prepare"]
    tree = Tree.of(jobs)
    shared = [node.name for node in tree.nodes.values() if tree.is_shared(node.key)]
    assert sorted(shared) == ["split/stratified_kfold", *["transform/standard_scale"] * 3]
    assert [tree.nodes[root].name for root in tree.roots()] == ["load/sklearn_dataset"]


def test_stages_are_counted_as_wanted_and_as_carried_out(make_desk: Any) -> None:
    plan = told(make_desk(), DECLARED)
    assert counts(plan) == {
        "load": (4, 1, 0),
        "split": (4, 1, 0),
        "transform/standard_scale": (12, 3, 0),
        "transform/PCA": (3, 3, 0),
        "train": (12, 9, 0),
    }
    assert (plan.trials, list(plan.fused), plan.alone) == (4, [2, 2, 2], 6)


def test_what_the_store_has_is_told(make_desk: Any) -> None:
    desk = make_desk()
    candidates = desk.candidates(DECLARED)
    planner = desk.planner(candidates)
    jobs = planner.jobs(candidates, 0)
    split = planner.descent(candidates[0].experiment, 0).gathered[-1].key
    assert counts(outline(candidates, jobs, 1, {split}.__contains__, Known()))["split"] == (4, 1, 1)


def test_repetitions_multiply(make_desk: Any) -> None:
    plan = told(make_desk(), DECLARED, repetitions=3)
    assert counts(plan)["train"] == (36, 27, 0)
    assert (len(plan.fused), plan.alone) == (9, 18)


def test_what_came_before_is_told_along(make_desk: Any) -> None:
    known = Known(seconds={"transform/PCA": 2.0, "train": 0.5}, resumed=3, duplicates=2, dropped=1)
    plan = told(make_desk(), DECLARED, known)
    assert (plan.trials, plan.resumed, plan.duplicates, plan.dropped) == (7, 3, 2, 1)
    assert {stage.name: stage.seconds for stage in plan.stages if stage.seconds} == {
        "transform/PCA": 2.0,
        "train": 0.5,
    }


def test_stages_without_a_fork_are_drawn_as_one_and_trainings_are_leaves(make_desk: Any) -> None:
    (root,) = [told(make_desk(), DECLARED).tree]
    assert root is not None
    assert (root.label, root.trials) == ("load/sklearn_dataset → split/stratified_kfold", 4)
    assert [child.label for child in root.children] == [f"fold/{n} → transform/standard_scale" for n in (1, 2, 3)]
    assert sorted(labels(root.children[0])[1:]) == [
        "train/GaussianNB",
        "train/GaussianNB",
        "train/softmax, together",
        "transform/PCA",
    ]


def test_trials_on_different_data_stand_below_the_sweep(make_desk: Any) -> None:
    sources = [{"source": {"use": "sklearn_dataset", "name": name}} for name in ("wine", "iris")]
    plan = told(make_desk(), sources)
    assert plan.tree is not None
    assert (plan.tree.label, len(plan.tree.children)) == ("sweep", 2)
