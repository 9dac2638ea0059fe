from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from runner.plan.outline import Branch, Outline, StageCount
from runner.report.plan_view import CHILDREN_SHOWN, plan_lines, show_plan

TREE = Branch("load csv", 64, (Branch("tfidf min_df=1 [a]", 40), Branch("tfidf min_df=2", 24)))
OUTLINE = Outline(
    trials=64,
    stages=(
        StageCount("load", of=64, distinct=1, seconds=1.0),
        StageCount("transform/tfidf", of=64, distinct=3, seconds=2.0),
        StageCount("train", of=64, distinct=2, seconds=4.0, seconds_alone=1.0),
    ),
    fused=(32, 32),
    alone=0,
    tree=TREE,
)


def test_the_plan_is_a_line_with_the_work_what_is_fused_the_saving_and_the_time() -> None:
    assert plan_lines(OUTLINE, workers=1) == [
        "64 trials · 1 load, 3 tfidf fits, 2 fused trainings (32 each) · saves 94 % of the work · about 15.0 s"
    ]


def test_without_estimates_the_saving_is_of_stages_and_no_time_is_promised() -> None:
    untimed = replace(OUTLINE, stages=tuple(replace(stage, seconds=None) for stage in OUTLINE.stages))
    (line,) = plan_lines(untimed, workers=1)
    assert line.endswith("saves 97 % of the stages")


def test_what_is_resumed_stored_doubled_or_dropped_is_a_second_line() -> None:
    stages = (StageCount("transform/tfidf", of=64, distinct=3, stored=2), StageCount("train", of=57, distinct=57))
    more = replace(OUTLINE, resumed=7, duplicates=1, dropped=12, stages=stages, fused=(), alone=57)
    assert plan_lines(more, workers=2) == [
        "64 trials · 1 tfidf fit, 57 trainings · saves 52 % of the stages",
        "resumed: 7 done, 57 to go · 2 of 3 tfidf fits in the store · "
        "1 duplicate of another trial, run once · 12 combinations dropped by a filter",
    ]


def test_a_finished_sweep_promises_no_work() -> None:
    done = replace(OUTLINE, resumed=64, stages=(), fused=())
    assert plan_lines(done, workers=2) == ["64 trials", "resumed: 64 done, 0 to go"]


def test_the_tree_shows_labels_as_they_are_and_counts_what_is_too_much() -> None:
    children = tuple(Branch(f"b{n}", 2) for n in range(CHILDREN_SHOWN + 3))
    wide = replace(OUTLINE, tree=replace(TREE, children=(*TREE.children[:1], *children)))
    out = io.StringIO()
    show_plan(wide, 1, Console(file=out, width=60), tree=True)
    shown = out.getvalue()
    assert "load csv  64 trials" in shown
    assert "tfidf min_df=1 [a]  40 trials" in shown
    assert "… 4 more, 8 trials" in shown
    assert "b19" not in shown
