import typing

import numpy as np
import pytest
from sklearn import datasets

from runner.contracts import SourceContext
from runner.errors import ConfigError
from runner_builtin.sources.generated_source import GeneratedSource

NAMES = typing.get_args(typing.get_type_hints(GeneratedSource)["make"])


@pytest.fixture
def context(tmp_path):
    return SourceContext(tmp_path, 7)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "multilabel_classification"])
def test_rows_are_those_of_scikit_learn(context, name):
    dataset = GeneratedSource(make=name, n_samples=40, random_state=3).load(context)
    features, target = getattr(datasets, f"make_{name}")(n_samples=40, random_state=3)
    np.testing.assert_array_equal(dataset.features, features)
    np.testing.assert_array_equal(dataset.target, target)
    assert dataset.features.ndim == 2


def test_several_labels_a_row_become_one_text(context):
    dataset = GeneratedSource(
        make="multilabel_classification", n_samples=40, options={"n_classes": 12}, random_state=3
    ).load(context)
    features, table = datasets.make_multilabel_classification(40, n_classes=12, random_state=3)
    np.testing.assert_array_equal(dataset.features, features)
    expected = [";".join(sorted(str(place) for place in np.flatnonzero(row))) for row in table]
    assert dataset.target.tolist() == expected


def test_options_go_to_the_generator(context):
    options = {"n_features": 12, "n_informative": 5, "n_classes": 3}
    dataset = GeneratedSource(make="classification", n_samples=90, options=options).load(context)
    assert dataset.features.shape == (90, 12)
    assert set(dataset.target) == {0, 1, 2}


def test_the_seed_decides_and_a_random_state_of_its_own_goes_before(context, tmp_path):
    def fingerprint(seed, **options):
        return (
            GeneratedSource(make="moons", options={"noise": 0.1}, **options)
            .load(SourceContext(tmp_path, seed))
            .fingerprint
        )

    assert fingerprint(7) == fingerprint(7)
    assert fingerprint(7) != fingerprint(8)
    assert fingerprint(7, random_state=1) == fingerprint(8, random_state=1)
    assert GeneratedSource.draws


@pytest.mark.parametrize(
    ("make", "options", "told"),
    [
        ("moons", {"noize": 0.1}, "make_moons takes no 'noize' here. Did you mean 'noise'?"),
        ("moons", {"random_state": 1}, "takes no 'random_state' here. Offered: noise, shuffle."),
        ("regression", {"coef": True}, "takes no 'coef' here"),
        ("regression", {"n_targets": 2}, "gives 2 targets per row; a dataset has one"),
        ("circles", {"factor": 2}, "make_circles with {'factor': 2}: The 'factor' parameter"),
        ("classification", {"n_features": 2}, "make_classification with {'n_features': 2}: Number of informative"),
    ],
)
def test_options_that_cannot_be_fulfilled_are_explained(context, make, options, told):
    with pytest.raises(ConfigError) as caught:
        GeneratedSource(make=make, options=options).load(context)
    assert told in str(caught.value)


def test_every_generator_that_gives_a_target_per_row_is_offered():
    made = {name.removeprefix("make_") for name in dir(datasets) if name.startswith("make_")}
    others = {
        "biclusters", "checkerboard", "low_rank_matrix", "sparse_coded_signal", "sparse_spd_matrix", "spd_matrix",
    }  # fmt: skip
    assert made - others == set(NAMES)
