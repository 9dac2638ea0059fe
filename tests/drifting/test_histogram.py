from __future__ import annotations

import numpy as np
import pytest

from runner.drifting.histogram import FEWEST, Histogram


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).normal(size=3000),
        np.random.default_rng(1).integers(0, 7, 500).astype(float),
        np.r_[np.zeros(900), np.random.default_rng(2).normal(size=100)],
        np.full(50, 3.0),
        np.arange(23.0),
    ],
    ids=["normal", "dice", "mostly 0", "constant", "few"],
)
def test_every_row_is_in_one_bin_and_no_bin_has_a_count_that_tells_of_few(values: np.ndarray) -> None:
    spread = Histogram.of(values)
    assert sum(spread.counts) == len(values)
    assert all(count == 0 or count >= FEWEST for count in spread.counts)
    assert list(spread.edges) == sorted(set(spread.edges))
    assert spread.counted(values).tolist() == list(spread.counts)
    assert Histogram.read(spread.plain()) == spread


def test_other_values_than_the_only_one_are_seen_on_both_sides() -> None:
    spread = Histogram.of(np.full(100, 3.0))
    low, same, high = (spread.counted(np.full(10, value)).argmax() for value in (2.0, 3.0, 4.0))
    assert len({low, same, high}) == 3


def test_bins_are_put_together_into_tenths() -> None:
    spread = Histogram.of(np.arange(1000.0))
    groups = spread.coarse(10)
    assert [sum(spread.counts[group]) for group in groups] == [100] * 10
    assert groups[0].start == 0
    assert groups[-1].stop == len(spread.counts)
