"""Which changes of an experiment make other stages of it, and which leave them as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from runner.catalogue import Catalogue
from runner.plan.experiment import Experiment, Step, resolve
from runner.plan.lineage import Lineage, Traits, lineage, parted, repeated, transform_blocks
from runner.testing import make_catalogue

LIBRARIES = {"numpy": "2.0", "runner-ml": "0.1.0 aaaaaaaaaaaa"}
BASE: dict[str, Any] = {
    "source": {"use": "csv", "path": "a.csv", "target": "y"},
    "cleaners": {"drop_missing": {"use": "drop_missing"}, "drop_duplicates": {"use": "drop_duplicates"}},
    "splitter": {"use": "kfold"},
    "augmenters": {"noise": {"use": "gaussian_noise"}},
    "transforms": {"standard_scale": {"use": "standard_scale"}, "PCA": {"use": "PCA"}},
    "model": "softmax",
    "executor": "inline",
}
STAGES = ["load", "clean", "clean", "split", "fold", "augment", "transform", "transform"]


@dataclass
class Drawing:
    """A transform that draws."""

    random_state: int | None = None

    def fit(self, X: Any, y: Any = None) -> Drawing:
        return self

    def transform(self, X: Any) -> Any:
        return X


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue({"transform": {"drawing": Drawing}})


@pytest.fixture(scope="module")
def declare(catalogue: Catalogue) -> Callable[..., Experiment]:
    def declare(**changed: Any) -> Experiment:
        return resolve({**BASE, **changed}, catalogue)

    return declare


Declare = Callable[..., Experiment]


def step(experiment: Experiment, group: str) -> Step:
    found = experiment.one(group)
    assert found is not None
    return found


def seedless(experiment: Experiment, **more: Any) -> Traits:
    return Traits(seedless=frozenset({step(experiment, "source").key}), **more)


def descent(experiment: Experiment, traits: Traits | None = None, n_folds: int = 2) -> Lineage:
    return lineage(experiment, traits or seedless(experiment), LIBRARIES, n_folds)


def shared(one: Lineage, other: Lineage, fold: int = 0) -> list[str]:
    """Name the stages of one that the other has too."""
    keys = {node.key for node in other.fold(fold)}
    return [node.name for node in one.fold(fold) if node.key in keys]


def test_the_stages_stand_in_the_order_in_which_rows_pass_them(declare: Declare) -> None:
    own = descent(declare())
    assert [node.name.partition("/")[0] for node in own.fold(1)] == STAGES
    assert [node.name for node in own.gathered] == [
        "load/csv",
        "clean/drop_missing",
        "clean/drop_duplicates",
        "split/kfold",
    ]
    assert len({node.key for node in (*own.gathered, *own.folds[0], *own.folds[1])}) == 4 + 2 * 4


def test_what_comes_after_the_rows_plays_no_part(declare: Declare) -> None:
    other = declare(model={"use": "mlp"}, optimizer="adam", metrics=["accuracy"], name="other", refit="never")
    assert descent(declare()) == descent(other)


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ({"source": {"use": "csv", "path": "b.csv", "target": "y"}}, 0),
        (
            {"cleaners": {"drop_missing": {"use": "drop_missing", "subset": ["a"]}, "b": {"use": "drop_duplicates"}}},
            1,
        ),
        ({"cleaners": {"b": {"use": "drop_duplicates"}, "a": {"use": "drop_missing"}}}, 1),
        ({"splitter": {"use": "kfold", "folds": 7}}, 3),
        ({"augmenters": {"noise": {"use": "gaussian_noise", "times": 3}}}, 5),
        ({"transforms": {"standard_scale": {"use": "standard_scale", "columns": ["a"]}, "PCA": {"use": "PCA"}}}, 6),
        ({"transforms": {"standard_scale": {"use": "standard_scale"}, "PCA": {"use": "PCA", "n_components": 2}}}, 7),
    ],
)
def test_a_change_makes_that_stage_and_all_after_it_others(
    declare: Declare, changed: dict[str, Any], first: int
) -> None:
    base, other = descent(declare()), descent(declare(**changed))
    same = [one.key == two.key for one, two in zip(base.fold(0), other.fold(0), strict=True)]
    assert same == [True] * first + [False] * (len(STAGES) - first)


def test_a_default_written_out_and_a_steps_name_change_nothing(declare: Declare) -> None:
    splitter = {"use": "kfold", "folds": 5, "shuffle": True, "random_state": None}
    cleaners = {
        "first": {"use": "drop_missing", "rows": "all"},
        "drop_duplicates": {"use": "runner-ml:drop_duplicates"},
    }
    base, other = declare(), declare(splitter=splitter, cleaners=cleaners)
    assert [node.key for node in descent(base).fold(0)] == [node.key for node in descent(other).fold(0)]


def test_each_fold_has_rows_of_its_own_from_the_same_split(declare: Declare) -> None:
    own = descent(declare(), n_folds=3)
    assert len({fold[-1].key for fold in own.folds}) == 3
    assert [fold[0].name for fold in own.folds] == ["fold/1", "fold/2", "fold/3"]
    assert own.folds[0] == descent(declare(), n_folds=1).folds[0]


def test_the_seed_counts_from_the_first_stage_that_draws(declare: Declare) -> None:
    base, other = descent(declare()), descent(declare(seed=1))
    assert shared(base, other) == ["load/csv", "clean/drop_missing", "clean/drop_duplicates"]
    unshuffled = {"splitter": {"use": "kfold", "shuffle": False}}
    base, other = descent(declare(**unshuffled)), descent(declare(**unshuffled, seed=1))
    assert shared(base, other)[3:] == ["split/kfold", "fold/1"]  # an augmenter draws
    fixed = {"splitter": {"use": "kfold", "random_state": 4}, "augmenters": None}
    base, other = descent(declare(**fixed)), descent(declare(**fixed, seed=1))
    assert base.folds[0][-1].name == "transform/PCA"
    assert len(shared(base, other)) == 6  # PCA may draw


def test_a_source_that_may_draw_is_loaded_for_each_seed(declare: Declare) -> None:
    base, other = declare(), declare(seed=1)
    assert shared(descent(base, Traits()), descent(other, Traits())) == []
    assert shared(descent(base, seedless(base)), descent(other, seedless(base)))[0] == "load/csv"


def test_other_data_or_libraries_change_every_stage(declare: Declare) -> None:
    experiment = declare()
    source = step(experiment, "source").key
    one, other = (descent(experiment, seedless(experiment, data={source: data})) for data in ("1f", "2f"))
    assert shared(one, other) == []
    newer = lineage(experiment, seedless(experiment), {**LIBRARIES, "numpy": "2.1"}, 1)
    assert shared(descent(experiment), newer) == []


def test_other_code_of_a_component_changes_its_stage_and_those_after_it(declare: Declare) -> None:
    experiment = declare()
    scale, pca = experiment.many("transforms")
    offer = replace(scale.offer)
    vars(offer)["code"] = "standard_scale of runner-ml 0.1.0 ffffffffffff"
    changed = replace(experiment, steps={**experiment.steps, "transforms": (replace(scale, offer=offer), pca)})
    same = shared(descent(experiment), descent(changed))
    assert [name.partition("/")[0] for name in same] == STAGES[:6]


def test_a_cleaner_that_learns_and_all_after_it_wait_for_the_split(declare: Declare) -> None:
    experiment = declare()
    missing, duplicates = experiment.many("cleaners")
    own = descent(experiment, seedless(experiment, learns=frozenset({duplicates.key})))
    assert [node.name for node in own.gathered] == ["load/csv", "clean/drop_missing", "split/kfold"]
    assert own.folds[0][1].name == "clean/drop_duplicates"
    assert parted((missing, duplicates), Traits(learns=frozenset({missing.key}))) == ((), (missing, duplicates))
    training = declare(cleaners=[{"use": "drop_missing", "rows": "training"}, "drop_duplicates"])
    assert parted(training.many("cleaners"), Traits())[0] == ()


def test_neighbours_that_choose_columns_are_one_stage(declare: Declare) -> None:
    transforms = [
        {"use": "standard_scale", "columns": ["a"]},
        {"use": "one_hot", "columns": ["b"]},
        "PCA",
        {"use": "tfidf", "columns": "c"},
    ]
    experiment = declare(transforms=transforms)
    blocks = transform_blocks(experiment.many("transforms"))
    assert [[one.name for one in block] for block in blocks] == [["standard_scale", "one_hot"], ["PCA"], ["tfidf"]]
    names = [node.name for node in descent(experiment).folds[0]]
    assert names[2:] == ["transform/standard_scale_one_hot", "transform/PCA", "transform/tfidf"]


def test_a_stage_before_a_choice_of_columns_gives_a_frame_and_is_another(declare: Declare) -> None:
    plain = descent(declare(transforms=["standard_scale", "PCA"]))
    named = descent(declare(transforms=["standard_scale", {"use": "PCA", "columns": ["a", "b"]}]))
    assert plain.folds[0][2].name == named.folds[0][2].name == "transform/standard_scale"
    assert plain.folds[0][2].key != named.folds[0][2].key


def test_those_who_differ_in_a_later_part_share_the_earlier_ones(declare: Declare) -> None:
    found = []
    for weights in ("w1", "w2"):
        experiment = declare(transforms=[{"use": "tfidf", "columns": "text", "min_df": len(found) + 1}])
        tfidf = experiment.many("transforms")[0]
        found.append(descent(experiment, seedless(experiment, parts={tfidf.key: ["counts", weights]})))
    assert [node.name for node in found[0].folds[0][2:]] == ["transform/tfidf.1", "transform/tfidf.2"]
    assert shared(*found)[-1] == "transform/tfidf.1"
    elsewhere = declare(transforms=[{"use": "tfidf", "columns": "title"}])
    tfidf = elsewhere.many("transforms")[0]
    parts = seedless(elsewhere, parts={tfidf.key: ["counts", "w1"]})
    assert "transform/tfidf.1" not in shared(found[0], descent(elsewhere, parts))


def test_parts_of_a_transform_that_draws_are_others_with_another_seed(declare: Declare) -> None:
    fixed = {"splitter": {"use": "kfold", "shuffle": False}, "augmenters": None, "transforms": ["drawing"]}
    one, other = declare(**fixed), declare(**fixed, seed=1)
    parts = {one.many("transforms")[0].key: ["first", "second"]}
    lines = [descent(each, seedless(each, parts=parts)) for each in (one, other)]
    assert shared(*lines)[-1] == "fold/1"


def test_the_first_repetition_has_the_experiments_seed_and_the_others_have_their_own(declare: Declare) -> None:
    experiment = declare(seed=5)
    seeds = [repeated(experiment, repetition).seed for repetition in range(4)]
    assert seeds[0] == 5
    assert len(set(seeds)) == 4
    assert seeds == [repeated(experiment, repetition).seed for repetition in range(4)]
    assert repeated(declare(seed=6), 1).seed != seeds[1]
