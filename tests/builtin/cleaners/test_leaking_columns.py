import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.leaking_columns import DropLeakingColumns, gives_away, identifies

RNG = np.random.default_rng(0)
TARGET = np.array(["yes", "no", "maybe"] * 10)
FRAME = pd.DataFrame(
    {
        "copy": TARGET,
        "code": np.unique(TARGET, return_inverse=True)[1] * 7,
        "signal": np.where(TARGET == "yes", "a", "b"),
        "number": RNG.normal(size=30),
        "id": np.arange(30) + 1000,
        "token": [f"t{place:04x}" for place in range(30)],
        "text": [f"text number {place}" for place in range(30)],
    }
)


def cleaned(frame=FRAME, target=TARGET, **options):
    dataset = Dataset.of(frame, target)
    return DropLeakingColumns(**options).fit(dataset).clean(dataset)


def test_columns_that_give_the_target_away_are_left_out_and_ids_reported():
    after = cleaned()
    assert list(after.features.columns) == ["signal", "number", "id", "token", "text"]
    assert after.notes == (
        "columns that give the target away: 'copy', 'code'",
        "columns that only number the rows: 'id', 'token'",
        "left out 2 columns: 'copy', 'code'",
    )


def test_leaks_can_be_reported_only_and_ids_left_out_or_ignored():
    assert list(cleaned(leaks="report", ids="keep").features.columns) == list(FRAME.columns)
    assert len(cleaned(leaks="report", ids="keep").notes) == 1
    assert list(cleaned(ids="drop").features.columns) == ["signal", "number", "text"]
    assert list(cleaned(columns=["copy"]).features.columns) == list(FRAME.columns)[1:]


def test_new_rows_lose_the_same_columns_without_a_target():
    fitted = DropLeakingColumns().fit(Dataset.of(FRAME, TARGET))
    assert "copy" not in fitted.clean(Dataset.of(FRAME.head(2).assign(copy=["x", "y"]))).features.columns
    assert fitted.keeps_rows


def test_a_straight_line_of_the_target_gives_it_away():
    values = RNG.normal(size=30)
    assert gives_away(pd.Series(32 + 1.8 * values), values)
    assert gives_away(pd.Series(values), values)
    assert not gives_away(pd.Series(values + RNG.normal(size=30) * 1e-3), values)
    assert not gives_away(pd.Series(np.ones(30)), values)


def test_different_numbers_do_not_give_different_numbers_away():
    assert not gives_away(pd.Series(RNG.normal(size=30)), RNG.normal(size=30))


def test_a_category_of_each_target_gives_it_away_even_where_one_is_missing():
    target = np.array([0, 1] * 10)
    assert gives_away(pd.Series(["x", None] * 10), target)
    assert not gives_away(pd.Series(["x", None] * 9 + ["x", "y"]), target)
    assert not gives_away(pd.Series(["x"] * 20), target)
    assert not gives_away(pd.Series([None] * 20, dtype=object), target)


def test_two_names_for_one_target_are_no_leak():
    assert not gives_away(pd.Series(["a", "b", "c", "d"] * 5), np.array([0, 1] * 10))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (range(100, 120), True),
        (range(19), False),
        ([*range(19), 3], False),
        (np.linspace(0, 1, 20), False),
        ([f"k{place}" for place in range(20)], True),
        ([f"a text {place}" for place in range(20)], False),
        ([*[f"k{place}" for place in range(19)], None], False),
    ],
)
def test_ids_are_all_different_numbers_or_words(values, expected):
    assert identifies(pd.Series(list(values))) is expected


def test_a_table_and_a_target_are_needed():
    for dataset, found in ((Dataset.of(FRAME), "no target"), (Dataset.of(np.eye(2), [0, 1]), "ndarray")):
        with pytest.raises(DataError, match=f"found {found}"):
            DropLeakingColumns().fit(dataset)
