from __future__ import annotations

from typing import Any

import pytest

from runner.catalogue import Catalogue
from runner.errors import ConfigError
from runner.plan.experiment import Experiment, Repeat, resolve

MINIMAL: dict[str, Any] = {
    "source": {"use": "sklearn_dataset", "name": "wine"},
    "splitter": "stratified_holdout",
    "model": {"use": "softmax"},
    "executor": "inline",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.installed()


def resolved(catalogue: Catalogue, **more: Any) -> Experiment:
    return resolve({**MINIMAL, **more}, catalogue)


def test_a_component_may_be_given_by_name_alone(catalogue: Catalogue) -> None:
    step = resolved(catalogue).one("splitter")
    assert step is not None
    assert (step.name, step.path) == ("stratified_holdout", "splitter")


def test_steps_come_by_name_or_as_a_list_in_order(catalogue: Catalogue) -> None:
    by_name = resolved(catalogue, cleaners={"b": {"use": "drop_missing"}, "a": {"use": "drop_duplicates"}})
    assert [step.path for step in by_name.many("cleaners")] == ["cleaners.b", "cleaners.a"]
    listed = resolved(catalogue, cleaners=["drop_missing", {"use": "drop_duplicates"}, "drop_missing"])
    assert [step.name for step in listed.many("cleaners")] == ["drop_missing", "drop_duplicates", "drop_missing_2"]


def test_settings_of_a_step_that_is_not_chosen_are_ignored_with_a_remark(catalogue: Catalogue) -> None:
    experiment = resolved(catalogue, cleaners={"clip": {"lower": 0}})
    assert experiment.many("cleaners") == ()
    assert "cleaners.clip holds settings for a step that is not chosen" in experiment.remarks[0]


@pytest.mark.parametrize("nothing", [None, "none", {"use": "none"}, {}])
def test_nothing_can_be_chosen_in_several_ways(catalogue: Catalogue, nothing: Any) -> None:
    assert resolved(catalogue, scheduler=nothing).one("scheduler") is None


def test_the_declaration_kept_can_be_resolved_again_and_is_the_same(catalogue: Catalogue) -> None:
    first = resolved(catalogue, cleaners=["drop_missing"], name="mine", seed=3)
    again = resolve(first.declared, catalogue)
    assert again.declared == first.declared
    assert first.declared["name"] == "mine"
    assert first.declared["optimizer"] == {"use": "none"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"modle": 1}, "no setting 'modle'. Did you mean 'model'?"),
        ({"model": None}, "no model is chosen"),
        ({"model": {"l2": 1}}, "names no component; choose one with 'model=NAME'"),
        ({"model": {"use": "softmax", "l3": 1}}, "model.l3: model 'softmax' has no option 'l3'"),
        ({"cleaners": ["clip", 3]}, "3 is neither a name nor a mapping with 'use'"),
        ({"cleaners": "clip"}, "expected steps by name or a list of steps"),
        ({"seed": "x"}, "takes a whole number for 'seed'"),
        ({"score_by": "f2", "metrics": ["f1"]}, "'f2' is not among the metrics of this experiment. Offered: f1."),
        (
            {"model": "RandomForestClassifier", "optimizer": "adam"},
            "model 'RandomForestClassifier' takes no optimizer, so optimizer 'adam' would be ignored",
        ),
    ],
)
def test_a_declaration_that_cannot_run_is_refused(catalogue: Catalogue, more: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolved(catalogue, **more)
    assert told in str(caught.value)


def test_a_qualified_name_chooses_a_distribution(catalogue: Catalogue) -> None:
    step = resolved(catalogue, model="runner-ml:softmax").one("model")
    assert step is not None
    assert step.offer.qualified == "runner-ml:softmax"


def test_a_steps_key_is_of_its_component_and_of_what_is_not_at_its_default(catalogue: Catalogue) -> None:
    def key(**settings: Any) -> str:
        step = resolved(catalogue, model={"use": "mlp", **settings}).one("model")
        assert step is not None
        return step.key

    assert (
        key()
        == key(epochs=30, hidden=[100], clip_norm=None)
        == resolved(catalogue, model="mlp").steps["model"][0].key
    )
    assert len({key(), key(epochs=31), key(hidden=[100, 100]), key(clip_norm=1.0), key(dropout=0.5)}) == 5
    own = resolved(catalogue, model={"use": "mlp", "epochs": 30, "hidden": [5]}).steps["model"][0].own
    assert {name: list(value) for name, value in own.items()} == {"hidden": [5]}
    assert resolved(catalogue, model="softmax").steps["model"][0].key != key()


def test_steps_known_from_before_are_not_checked_again(catalogue: Catalogue) -> None:
    known: dict[str, Any] = {}
    first, second = (resolve({**MINIMAL, "seed": seed}, catalogue, known=known) for seed in (0, 1))
    third = resolve({**MINIMAL, "model": {"use": "softmax", "l2": 0.5}}, catalogue, known=known)
    assert first.one("model") is second.one("model")
    assert first.one("source") is third.one("source")
    assert third.one("model") is not first.one("model")
    assert len(known) == 5


def test_repetitions_are_checked_and_kept(catalogue: Catalogue) -> None:
    assert resolved(catalogue).repeat == Repeat(seeds=1, race=True)
    repeated = resolved(catalogue, repeat={"seeds": 3, "race": False})
    assert repeated.repeat == Repeat(3, race=False)
    assert resolve(repeated.declared, catalogue).repeat == repeated.repeat
    with pytest.raises(ConfigError, match=r"repeat"):
        resolved(catalogue, repeat={"seeds": 0})
    with pytest.raises(ConfigError, match=r"sedes"):
        resolved(catalogue, repeat={"sedes": 2})
