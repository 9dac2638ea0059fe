import numpy as np
import pytest

from runner.data import Dataset
from runner_builtin.splitters.hashed_splitter import HashedHoldout, shares

ROWS = Dataset.of(np.zeros((10_000, 1)), np.arange(10_000) % 2, fingerprint="f")


def drawn_by(dataset: Dataset, **options) -> set[int]:
    ((train, test),) = HashedHoldout(**options).split(dataset)
    assert sorted([*train, *test]) == list(range(dataset.n_rows))
    return set(dataset.row_ids[test].tolist())


def test_a_row_keeps_its_part_when_rows_are_added_dropped_or_moved():
    some = ROWS.take(np.random.default_rng(0).permutation(10_000)[:3000])
    assert drawn_by(some) == drawn_by(ROWS) & set(some.row_ids.tolist())


def test_rows_in_batches_go_where_they_go_at_once():
    assert HashedHoldout.row_by_row
    batches = [ROWS.take(np.arange(start, start + 1000)) for start in range(0, 10_000, 1000)]
    assert set().union(*map(drawn_by, batches)) == drawn_by(ROWS)


@pytest.mark.parametrize("size", [0.05, 0.25, 0.6])
def test_the_share_is_met_by_chance(size):
    assert len(drawn_by(ROWS, test_size=size)) / 10_000 == pytest.approx(size, abs=0.015)


def test_another_salt_draws_other_rows_independently():
    both = drawn_by(ROWS, salt="a") & drawn_by(ROWS, salt="b")
    assert len(both) == pytest.approx(10_000 / 16, rel=0.15)


def test_a_larger_test_part_holds_the_smaller():
    assert drawn_by(ROWS, test_size=0.1) < drawn_by(ROWS, test_size=0.2)


def test_ids_are_spread_evenly_and_the_same_for_ever():
    drawn = shares(np.arange(100_000), "")
    counts, _ = np.histogram(drawn, bins=20, range=(0, 1))
    assert counts.min() > 4700
    assert counts.max() < 5300
    assert shares(np.array([0, 1, -1]), "salt") == pytest.approx(FIXED, abs=1e-12)


#: A change of these parts the rows of everyone anew.
FIXED = [0.085938604317856, 0.028097944625565, 0.762338721381067]
