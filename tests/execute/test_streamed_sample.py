"""A sample of rows that keep coming."""

from __future__ import annotations

import numpy as np

from runner.data import Dataset
from runner.execute.streamed_sample import SAMPLE, EvenSample


def batches(rows: int, batch: int) -> list[Dataset]:
    whole = Dataset.of(np.arange(rows, dtype=float)[:, None], np.arange(rows) % 2, fingerprint="x")
    return [whole.take(np.arange(start, min(start + batch, rows))) for start in range(0, rows, batch)]


def test_few_rows_are_all_kept() -> None:
    sample = EvenSample()
    for rows in batches(950, 100):
        sample.add(rows)
    assert sample.every == 1
    assert sample.dataset.row_ids.tolist() == list(range(950))


def test_many_rows_are_kept_evenly_whatever_the_batches() -> None:
    for batch in (999, 4_096, 70_000):
        sample = EvenSample()
        for rows in batches(130_001, batch):
            sample.add(rows, (rows.row_ids % 3).astype(np.int8))
        kept = sample.dataset
        assert SAMPLE <= kept.n_rows <= 2 * SAMPLE
        assert kept.row_ids.tolist() == list(range(0, 130_001, sample.every))
        assert kept.features[:, 0].tolist() == kept.row_ids.tolist()
        assert kept.row_ids[sample.marked(2)].tolist() == [row for row in kept.row_ids.tolist() if row % 3 == 2]


def test_what_is_told_beside_the_rows_is_kept_of_all() -> None:
    sample = EvenSample()
    for number, rows in enumerate(batches(300, 100)):
        told = rows.noting("numbers were read as numbers", f"batch {number}")
        sample.add(told.drop(told.row_ids % 100 == 0, "round"))
    assert sample.dataset.notes == ("numbers were read as numbers", "batch 0", "batch 1", "batch 2")
    assert sample.dataset.dropped == {"round": 3}
