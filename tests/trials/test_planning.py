from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from runner.plan.lineage import Node
from runner.trials import planning
from runner.trials.planning import Job, Planner


def rates(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"optimizer": {"use": "adam", "learning_rate": 0.01 * (place + 1)}, **more} for place in range(count)]


def told(jobs: Sequence[Job]) -> list[tuple[str, int, tuple[int, ...]]]:
    return [(job.do, len(job.candidates), job.folds) for job in jobs]


def prepared_by(job: Job) -> Node:
    assert job.upto is not None
    return job.descent.fold(job.folds[0])[job.upto - 1]


def assert_in_order(jobs: Sequence[Job]) -> None:
    """Whatever a job needs comes before it and is prepared."""
    before: dict[str, Job] = {}
    for job in jobs:
        assert all(before[need].do == "prepare" for need in job.needs)
        before[job.id] = job
    assert len(before) == len(jobs)


def test_one_trial_alone_is_one_job_of_all_its_folds(make_desk: Any) -> None:
    desk = make_desk()
    candidates = desk.candidates([{}])
    (job,) = desk.planner(candidates).jobs(candidates, 0)
    assert (job.do, job.folds, job.needs, job.upto) == ("trial", (0, 1, 2), (), None)
    assert set(job.keep) == {tail[-1].key for tail in job.descent.folds}


def test_trials_that_differ_in_numbers_are_one_training_a_fold_after_their_split(make_desk: Any) -> None:
    desk = make_desk()
    candidates = desk.candidates(rates(4))
    jobs = desk.planner(candidates).jobs(candidates, 0)
    assert told(jobs) == [("prepare", 1, (0,)), *(("together", 4, (fold,)) for fold in range(3))]
    assert prepared_by(jobs[0]).name == "split/stratified_kfold"
    assert {job.needs for job in jobs[1:]} == {(jobs[0].id,)}
    assert_in_order(jobs)


def test_what_a_trainer_may_not_mix_makes_groups_of_their_own(make_desk: Any) -> None:
    desk = make_desk()
    declared = [
        *rates(2),
        *rates(2, model={"use": "softmax", "epochs": 3, "batch_size": 16}),
        *rates(2, model={"use": "linear_svm", "epochs": 3}),
        *rates(2, transforms=["standard_scale", "PCA"]),
        *rates(2, model="GaussianNB", optimizer=None),
    ]
    candidates = desk.candidates(declared)
    jobs = desk.planner(candidates).jobs(candidates, 0)
    groups = [{one.number for one in job.candidates} for job in jobs if job.do != "prepare" and 0 in job.folds]
    assert groups == [{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8}, {9}]
    assert [job.do for job in jobs if job.candidates[0].number > 7] == ["trial", "trial"]
    assert_in_order(jobs)


def test_a_default_written_out_does_not_part_a_group(make_desk: Any) -> None:
    desk = make_desk()
    model = {"use": "softmax", "epochs": 3}
    candidates = desk.candidates([{}, {"model": {**model, "fit_intercept": True}}, {"model": {**model, "l2": 0.1}}])
    planner = desk.planner(candidates)
    assert len({planner.likeness(one.experiment) for one in candidates}) == 1
    words = desk.candidates([{"optimizer": {"use": "adam", "learning_rate": rate}} for rate in ("auto", 0.1, 0.2)])
    signs = [planner.likeness(one.experiment) for one in words]
    assert signs[0] != signs[1] == signs[2]


def test_trials_with_compressors_are_trained_alone(make_desk: Any) -> None:
    desk = make_desk()
    candidates = desk.candidates(rates(2, compressors=["truncated_svd"]))
    jobs = desk.planner(candidates).jobs(candidates, 0)
    assert [job.do for job in jobs if job.do != "prepare"] == ["trial", "trial"]


def test_rows_that_many_want_are_prepared_once_branch_by_branch(make_desk: Any) -> None:
    desk = make_desk()
    forests = [{"model": {"use": "GaussianNB", "var_smoothing": one}, "optimizer": None} for one in (1e-9, 1e-8)]
    pcas = [{**one, "transforms": ["standard_scale", "PCA"]} for one in forests]
    candidates = desk.candidates([*forests, *pcas])
    jobs = desk.planner(candidates).jobs(candidates, 0)
    prepared = [prepared_by(job) for job in jobs if job.do == "prepare"]
    assert len({node.key for node in prepared}) == len(prepared)
    names = [node.name for node in prepared]
    assert names.count("split/stratified_kfold") == 1
    assert names.count("transform/standard_scale") == 3
    assert names.count("transform/PCA") == 3
    assert len(names) == 7
    last = jobs[-1]
    assert len(last.needs) == 3
    assert {prepared_by(job).name for job in jobs if job.id in last.needs} == {"transform/PCA"}
    assert {node.key for node in prepared} >= set(last.keep)
    assert_in_order(jobs)


def test_a_stage_in_the_store_and_what_led_to_it_are_notprepared_by(make_desk: Any) -> None:
    desk = make_desk()
    candidates = desk.candidates(rates(2))
    planner = desk.planner(candidates)
    descent = planner.descent(candidates[0].experiment, 0)

    def jobs(*stored: Node) -> list[Job]:
        keys = {node.key for node in stored}
        return Planner(planner.traits, planner.libraries, keys.__contains__).jobs(candidates, 0)

    assert [job.do for job in jobs(descent.gathered[-1])] == ["together"] * 3
    ends = jobs(*(tail[-1] for tail in descent.folds))
    assert [(job.do, job.needs) for job in ends] == [("together", ())] * 3
    assert all(job.descent.folds[job.folds[0]][-1].key in job.keep for job in ends)
    assert [job.do for job in jobs(descent.gathered[0])] == ["prepare", *["together"] * 3]


def test_what_an_earlier_plan_prepares_is_waited_for_and_not_prepared_again(make_desk: Any) -> None:
    desk = make_desk()
    candidates = desk.candidates(rates(4))
    planner = desk.planner(candidates)
    first, later = planner.jobs(candidates[:2], 0), planner.jobs(candidates[2:], 0)
    assert [job.do for job in later] == ["together"] * 3
    assert {need for job in later for need in job.needs} == {first[0].id}
    assert len({job.id for job in (*first, *later)}) == 7


def test_no_more_than_so_many_are_trained_in_one(make_desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MOST_TOGETHER", 3)
    desk = make_desk()
    candidates = desk.candidates(rates(7))
    jobs = desk.planner(candidates).jobs(candidates, 0)
    assert [len(job.candidates) for job in jobs if job.do == "together"] == [3, 3, 3, 3, 3, 3]
    assert [job.folds for job in jobs if job.do == "trial"] == [(0, 1, 2)]
    assert_in_order(jobs)


def test_another_seed_shares_only_what_draws_nothing(make_desk: Any) -> None:
    desk = make_desk()
    candidates = desk.candidates(rates(2))
    planner = desk.planner(candidates)
    first, second = (planner.jobs(candidates, repetition) for repetition in (0, 1))
    assert [job.do for job in second] == [job.do for job in first]
    one, other = first[-1].descent, second[-1].descent
    assert one.gathered[0] == other.gathered[0]
    assert one.gathered[-1] != other.gathered[-1]
    assert {job.repetition for job in second} == {1}


def test_a_training_in_shares_keeps_its_name_and_its_company(make_desk: Any) -> None:
    desk = make_desk()
    planner = desk.planner(desk.candidates(rates(3)))
    begun = planner.jobs(desk.candidates(rates(3), share=0.25), 0)
    names = {job.course for job in begun if job.do == "together"}
    assert len(names) == 1
    (survivor,) = [one for one in desk.candidates(rates(3)) if one.number == 2]
    later = planner.jobs([survivor], 0)
    assert [(job.do, job.share, len(job.candidates)) for job in later] == [("together", 1.0, 1)] * 3
    assert {job.course for job in later} == names
    assert {job.course for job in planner.jobs([survivor], 1)} == {None}


def test_how_many_folds_there_are_may_be_known_from_the_rows_only(make_desk: Any) -> None:
    desk = make_desk()
    candidates = desk.candidates([{}])
    planner = desk.planner(candidates)
    splitter = candidates[0].experiment.one("splitter")
    unknown = Planner(replace(planner.traits, folds={splitter.key: None}), planner.libraries, planner.stored)
    split = unknown.split_of(candidates[0].experiment)
    assert split == planner.descent(candidates[0].experiment, 0).gathered[-1]
    unknown.counted[split.key] = 5
    assert [job.folds for job in unknown.jobs(candidates, 0)] == [(0, 1, 2, 3, 4)]


def test_trials_asked_for_to_different_shares_are_trained_apart(make_desk: Any) -> None:
    desk = make_desk()
    planner = desk.planner(desk.candidates(rates(4)))
    asked = [replace(one, share=0.5 if one.number % 2 else 1.0) for one in desk.candidates(rates(4))]
    jobs = [job for job in planner.jobs(asked, 0) if job.folds == (0,) and job.do == "together"]
    assert [({one.number for one in job.candidates}, job.share) for job in jobs] == [({0, 2}, 1.0), ({1, 3}, 0.5)]
    assert [job.course is None for job in jobs] == [True, False]
