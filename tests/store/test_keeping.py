from __future__ import annotations

import numpy as np
import pytest

from runner.store.keeping import FLOOR_SECONDS, Speeds, worth_keeping
from runner.store.store import Store

SPEEDS = Speeds(writing=100e6, reading=200e6)


def test_a_result_is_kept_where_computing_costs_more_than_writing_and_reading_back() -> None:
    assert worth_keeping(1.6, n_bytes=100_000_000, reads=1, speeds=SPEEDS)
    assert not worth_keeping(1.4, n_bytes=100_000_000, reads=1, speeds=SPEEDS)


def test_every_further_reader_makes_keeping_more_worthwhile() -> None:
    assert not worth_keeping(0.8, n_bytes=100_000_000, reads=1, speeds=SPEEDS)
    assert worth_keeping(0.8, n_bytes=100_000_000, reads=4, speeds=SPEEDS)


def test_what_nobody_asks_for_again_is_not_kept() -> None:
    assert not worth_keeping(1000.0, n_bytes=1, reads=0)


def test_what_takes_no_time_is_not_kept_however_small() -> None:
    assert not worth_keeping(FLOOR_SECONDS * 0.99, n_bytes=1, reads=1000)
    assert worth_keeping(FLOOR_SECONDS, n_bytes=1, reads=1)


def test_speeds_follow_what_was_transferred_but_not_small_transfers() -> None:
    slow = Speeds()
    for _ in range(30):
        slow = slow.wrote(10_000_000, seconds=1.0).read(10_000_000, seconds=0.5)
    assert slow.writing == pytest.approx(10e6, rel=0.01)
    assert slow.reading == pytest.approx(20e6, rel=0.01)
    assert Speeds().wrote(10, seconds=5.0).read(10, seconds=5.0) == Speeds()


def test_a_store_learns_its_own_speeds(store: Store, key: str) -> None:
    store.put(key, np.zeros(500_000), {})
    assert store.speeds.writing != Speeds().writing
    assert store.speeds.reading == Speeds().reading
    store.get(key)
    learned = store.speeds.reading
    assert learned != Speeds().reading
    store.get(key)
    assert store.speeds.reading == learned, "a second look hashes nothing and says nothing of speed"
