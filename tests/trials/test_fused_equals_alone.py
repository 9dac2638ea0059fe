"""The promise of a sweep: trials trained together score as each does alone, through planning, rows and training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

CLASSES = {"source": {"use": "sklearn_dataset", "name": "wine"}, "metrics": ["accuracy", "f1"]}
VALUES = {
    "source": {"use": "sklearn_dataset", "name": "diabetes"},
    "splitter": {"use": "kfold", "folds": 3},
    "metrics": ["rmse", "mae"],
}
MODELS: Mapping[str, Mapping[str, Any]] = {
    "softmax": {**CLASSES, "model": {"use": "softmax", "class_weight": "balanced"}},
    "linear_svm": {**CLASSES, "model": {"use": "linear_svm", "loss": "squared_hinge"}},
    "mlp": {**CLASSES, "model": {"use": "mlp", "hidden": [8], "dropout": 0.1}},
    "linear_regression": {**VALUES, "model": {"use": "linear_regression", "loss": "huber"}},
}
RATES = {
    "float32": {"adam": 0.02, "momentum": 0.01, "rmsprop": 0.01, "sgd": 0.05},
    "float64": {"adamw": 0.02, "lion": 0.005, "nesterov": 0.01},
}
SCHEDULES = [
    {"use": "none"},
    {"use": "cosine", "warmup": 0.25},
    {"use": "reduce_on_plateau", "patience": 1},
    {"use": "one_cycle"},
]
#: How far scores and curves of trainings in one dtype may be apart: sums are added in another order.
CLOSE = {"float32": 2e-3, "float64": 1e-8}


def trials(name: str, dtype: str) -> Iterator[dict[str, Any]]:
    """Differ in the optimizer, its numbers, the schedule and the model's penalties."""
    base = MODELS[name]
    for place, (optimizer, rate) in enumerate(RATES[dtype].items()):
        for step, schedule in enumerate(SCHEDULES[:2] if place % 2 else SCHEDULES[2:]):
            own = {"l2": 10.0 ** -(1 + place % 4), "clip_norm": [None, 1.0][step], "averaging": [0.0, 0.5][step]}
            yield {
                **base,
                "optimizer": {"use": optimizer, "learning_rate": rate * (0.5 + step)},
                "scheduler": schedule,
                "model": {**base["model"], "epochs": 4, "batch_size": 32, "dtype": dtype, **own},
            }


def both(make_desk: Any, declared: Any) -> tuple[Any, Any]:
    """Carry trials out together, and one by one. Returns both as number -> fold -> answer."""
    desk, lonely = make_desk(), make_desk()
    candidates = desk.candidates(list(declared))
    together = desk.carry_out(desk.planner(candidates).jobs(candidates, 0))
    planner = lonely.planner(candidates)
    alone = {}
    for candidate in candidates:
        jobs = planner.jobs([candidate], 0)
        assert [job.do for job in jobs] == ["trial"]
        alone |= lonely.carry_out(jobs)
    assert together.keys() == alone.keys() == set(range(len(candidates)))
    return together, alone


def assert_same(one: Mapping[str, Any], other: Mapping[str, Any], tolerance: float) -> None:
    assert one["diverged"] == pytest.approx(other["diverged"]), (one, other)
    assert one["scores"].keys() == other["scores"].keys()
    for name, score in one["scores"].items():
        # of some sixty rows one may change sides in float32
        slack = 0.03 if name in ("accuracy", "f1") and tolerance > 1e-6 else tolerance
        np.testing.assert_allclose(score, other["scores"][name], rtol=slack, atol=slack)
    assert one["curves"].keys() == other["curves"].keys()
    for name, curve in one["curves"].items():
        np.testing.assert_allclose(curve, other["curves"][name], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("name", MODELS)
def test_a_fused_sweep_scores_as_its_trials_do_one_by_one(make_desk: Any, name: str, dtype: str) -> None:
    together, alone = both(make_desk, trials(name, dtype))
    for number, folds in alone.items():
        assert folds.keys() == together[number].keys() == {0, 1, 2}
        for fold, answer in folds.items():
            assert (together[number][fold]["fused"], answer["fused"]) == (2, 1)
            assert_same(together[number][fold], answer, CLOSE[dtype])


def test_trials_that_stop_early_stop_where_they_would_alone(make_desk: Any) -> None:
    model = {"use": "softmax", "epochs": 40, "validation_share": 0.2, "patience": 2, "dtype": "float64"}
    rates = [0.001, 0.03, 0.3, 1.0]
    declared = [{"model": model, "optimizer": {"use": "adam", "learning_rate": rate}} for rate in rates]
    together, alone = both(make_desk, declared)
    lengths = {len(one["curves"]["loss"]) for folds in alone.values() for one in folds.values()}
    assert len(lengths) > 2
    for number, folds in alone.items():
        for fold, answer in folds.items():
            assert together[number][fold]["fused"] == 4
            assert_same(together[number][fold], answer, CLOSE["float64"])


@pytest.mark.parametrize("name", ["softmax", "linear_regression"])
def test_a_trial_that_diverges_does_so_in_both_and_harms_no_other(make_desk: Any, name: str) -> None:
    base = {**MODELS[name], "transforms": []}
    rates = [1e30, 1e-4, 1e-5]
    declared = [{**base, "optimizer": {"use": "gd", "learning_rate": rate}} for rate in rates]
    declared = [{**one, "model": {**one["model"], "epochs": 30, "dtype": "float64", "l2": 0.1}} for one in declared]
    together, alone = both(make_desk, declared)
    assert all(answer["diverged"] and not answer["scores"] for answer in together[0].values())
    assert not any(answer["diverged"] for number in (1, 2) for answer in together[number].values())
    for number, folds in alone.items():
        for fold, answer in folds.items():
            assert_same(together[number][fold], answer, 1e-6)


def test_a_training_continued_share_by_share_ends_where_one_in_one_go_does(make_desk: Any) -> None:
    declared = [
        {"optimizer": {"use": "adam", "learning_rate": rate}, "model": {"use": "softmax", "epochs": 8}}
        for rate in (0.01, 0.03, 0.1)
    ]
    desk = make_desk()
    candidates = desk.candidates(declared)
    planner = desk.planner(candidates)
    whole = desk.carry_out(planner.jobs(candidates, 0))
    found: dict[int, Any] = {}
    for share, numbers in [(0.25, (0, 1, 2)), (0.5, (1, 2)), (1.0, (2,))]:
        asked = [one for one in desk.candidates(declared, share=share) if one.number in numbers]
        answers = desk.carry_out(planner.jobs(asked, 0))
        for number, fold in ((number, fold) for number in numbers for fold in range(3)):
            curve = answers[number][fold]["curves"]["loss"]
            assert curve == pytest.approx(whole[number][fold]["curves"]["loss"][: len(curve)], rel=1e-5)
        found |= answers
    assert [len(found[number][0]["curves"]["loss"]) for number in range(3)] == [2, 4, 8]
    for fold, answer in found[2].items():
        assert_same(answer, whole[2][fold], 1e-5)
    assert desk.bench.courses == {}


def test_a_trial_that_shares_its_course_with_nobody_is_trained_share_by_share_too(make_desk: Any) -> None:
    desk = make_desk()
    planner = desk.planner(desk.candidates([{}]))
    lengths = []
    for share in (0.4, 1.0):
        asked = desk.candidates([{"model": {"use": "softmax", "epochs": 5}}], share=share)
        answers = desk.carry_out(planner.jobs(asked, 0))
        lengths.append({len(answer["curves"]["loss"]) for answer in answers[0].values()})
    assert lengths == [{2}, {5}]
