from __future__ import annotations

import pytest

from runner.plan.outline import Branch, Outline, StageCount


def outline(*stages: StageCount, **more) -> Outline:
    return Outline(**{"trials": 64, "stages": stages, "fused": (), "alone": 0, "tree": Branch("csv", 64), **more})


def test_the_saving_is_by_seconds_where_all_stages_have_estimates() -> None:
    stages = StageCount("load", of=4, distinct=1, seconds=10.0), StageCount("train", of=4, distinct=4, seconds=10.0)
    assert outline(*stages).saving() == pytest.approx(1 - 50 / 80)


def test_the_saving_is_by_counts_while_one_stage_was_never_timed() -> None:
    stages = StageCount("load", of=4, distinct=1, seconds=1000.0), StageCount("train", of=4, distinct=4)
    assert outline(*stages).saving() == pytest.approx(1 - 5 / 8)
    assert outline(*stages).seconds(workers=2) is None


def test_a_fused_training_is_compared_with_the_trainings_it_stands_for() -> None:
    fused = StageCount("train", of=64, distinct=2, seconds=8.0, seconds_alone=1.0)
    assert outline(fused, fused=(32, 32)).saving() == pytest.approx(1 - 16 / 64)


def test_a_fused_training_that_is_slower_than_its_parts_saves_nothing_rather_than_less() -> None:
    assert outline(StageCount("train", of=2, distinct=1, seconds=8.0, seconds_alone=1.0)).saving() == 0.0


def test_what_is_in_the_store_takes_no_time_and_needs_no_estimate() -> None:
    stages = StageCount("load", of=4, distinct=1, stored=1), StageCount("train", of=4, distinct=3, seconds=2.0)
    assert outline(*stages).seconds(workers=2) == 4.0, "three trainings on two workers take two turns"
    assert outline(*stages).seconds(workers=3) == 2.0


def test_nothing_to_do_saves_nothing_and_takes_no_time() -> None:
    empty = outline(resumed=64)
    assert (empty.saving(), empty.seconds(workers=2), empty.to_do) == (0.0, 0, 0)
