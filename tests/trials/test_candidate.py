from __future__ import annotations

from typing import Any

import pytest

from runner.plan.experiment import Experiment
from runner.plan.lineage import Traits
from runner.trials.candidate import components_of, differences, key_of

LIBRARIES = {"numpy": "2.0"}


def key(experiment: Experiment, **more: Any) -> str:
    return key_of(experiment, Traits(**more), LIBRARIES)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "other"},
        {"refit": "never"},
        {"strict": True},
        {"exporters": ["pickle"]},
        {"trackers": ["jsonl"]},
        {"search": "random"},
        {"outputs": "elsewhere"},
        {"sweep": {"grid": {}}},
        {"splitter": {"use": "stratified_kfold", "folds": 3, "shuffle": True}},
    ],
)
def test_what_is_done_with_a_result_does_not_make_it_another(make_desk: Any, changed: dict[str, Any]) -> None:
    desk = make_desk()
    assert key(desk.experiment(**changed)) == key(desk.experiment())


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 1},
        {"score_by": "accuracy"},
        {"repeat": {"seeds": 3}},
        {"model": {"use": "softmax", "epochs": 4}},
        {"metrics": ["accuracy", "f1"]},
        {"compressors": ["truncated_svd"]},
        {"scheduler": "cosine"},
        {"cleaners": ["drop_missing"]},
    ],
)
def test_what_may_change_a_result_makes_another_key(make_desk: Any, changed: dict[str, Any]) -> None:
    desk = make_desk()
    assert key(desk.experiment(**changed)) != key(desk.experiment())


def test_the_order_of_steps_and_the_data_and_the_libraries_count(make_desk: Any) -> None:
    desk = make_desk()
    orders = (["drop_missing", "drop_duplicates"], ["drop_duplicates", "drop_missing"])
    assert len({key(desk.experiment(cleaners=list(order))) for order in orders}) == 2
    experiment = desk.experiment()
    source = experiment.one("source").key
    assert key(experiment, data={source: "1f"}) != key(experiment, data={source: "2f"})
    assert key(experiment) != key_of(experiment, Traits(), {"numpy": "2.1"})


def test_components_are_told_with_their_code_and_the_libraries(make_desk: Any) -> None:
    told = components_of(make_desk().experiment(exporters=["pickle"]), LIBRARIES)
    assert told["model"].startswith("softmax of runner-ml ")
    assert len(told["model"].rpartition(" ")[2]) == 12
    assert told["transforms.standard_scale"].startswith("standard_scale of ")
    assert told["numpy"] == "numpy 2.0"
    assert not any(where.startswith(("exporters", "executor")) for where in told)


def test_differences_are_dotted_and_name_what_is_gone() -> None:
    base = {
        "model": {"use": "softmax", "l2": 1, "loss": "a"},
        "cleaners": {"a": {"use": "x"}},
        "seed": 0,
        "empty": {},
    }
    own = {"model": {"use": "softmax", "l2": 2, "depth": None}, "cleaners": {}, "seed": 0, "empty": {}}
    changes, removed = differences(base, own)
    assert changes == {"model.l2": 2, "model.depth": None, "cleaners": {}}
    assert removed == ["model.loss", "cleaners.a.use"]
    assert differences(base, base) == ({}, [])
