from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runner.errors import ResourceError
from runner.store import locks
from runner.store.store import Store


@pytest.fixture
def three(store: Store) -> list[str]:
    """Three entries of one size, used in this order."""
    keys = [f"{number:064x}" for number in (3, 1, 2)]
    for when, key in enumerate(keys):
        store.put(key, np.zeros(1000), {})
        os.utime(store.root / key[:2] / key / "manifest.json", (when, when))
    return keys


def kept(store: Store) -> set[str]:
    return {entry.key for entry in store.entries()}


def test_the_least_recently_used_go_first_and_no_more_than_needed(store: Store, three: list[str]) -> None:
    size = store.size() // 3
    assert store.gc(3 * size) == []
    assert [entry.key for entry in store.gc(3 * size - 1)] == three[:1]
    assert kept(store) == set(three[1:])
    assert store.size() == 2 * size


def test_reading_an_entry_saves_it(store: Store, three: list[str]) -> None:
    store.get(three[0])
    store.gc(store.size() - 1)
    assert kept(store) == {three[0], three[2]}


def test_with_no_room_at_all_everything_goes(store: Store, three: list[str]) -> None:
    assert len(store.gc(0)) == 3
    assert [path for path in store.root.rglob("*") if path.is_file()] == []
    assert store.get(three[0]) is None


def test_what_somebody_is_reading_stays(store: Store, three: list[str]) -> None:
    with locks.shared(store.root / three[0][:2] / three[0]) as held:
        assert held is not None
        assert {entry.key for entry in store.gc(0)} == set(three[1:])
    assert kept(store) == {three[0]}


def test_what_another_process_is_reading_stays_until_it_ends(store: Store, three: list[str]) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-c", _READ, str(store.root / three[0][:2] / three[0])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert reader.stdout is not None
    assert reader.stdout.readline() == "held\n"
    store.gc(0)
    assert kept(store) == {three[0]}
    reader.kill()
    reader.communicate(timeout=30)
    store.gc(0)
    assert kept(store) == set()


_READ = """
import sys
from pathlib import Path
from runner.store import locks
with locks.shared(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_value_that_was_read_outlives_its_entry(store: Store, three: list[str]) -> None:
    value = store.get(three[0])
    store.gc(0)
    assert value.sum() == 0.0
    assert len(value) == 1000


def test_what_was_put_aside_counts_and_goes_before_any_sound_entry(store: Store, three: list[str]) -> None:
    size = store.size() // 3
    (store.root / three[2][:2] / three[2] / "0.npy").write_bytes(b"")
    store.get(three[2])
    left = next((store.root / "quarantine").iterdir())
    assert store.size() > 2 * size
    assert store.gc(2 * size) == []
    assert not left.exists()
    assert kept(store) == set(three[:2])


def test_a_link_among_what_was_put_aside_is_removed_and_not_followed(
    store: Store, three: list[str], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("precious")
    for room in ("quarantine", "working"):
        (store.root / room).mkdir(exist_ok=True)
        (store.root / room / "link").symlink_to(tmp_path / "mine")
    store.gc(0)
    assert (tmp_path / "mine" / "file").read_text() == "precious"
    assert not os.path.lexists(store.root / "quarantine" / "link")
    assert not os.path.lexists(store.root / "working" / "link")


def test_an_empty_folder_that_was_just_made_is_left_to_its_writer(store: Store, three: list[str]) -> None:
    made = store.root / "working" / "new"
    made.mkdir()
    store.gc(10**9)
    assert made.is_dir()
    os.utime(made, (1, 1))
    store.gc(10**9)
    assert not made.exists()


def test_several_that_make_room_at_once_do_not_disturb_each_other(store: Store) -> None:
    for number in range(60):
        store.put(f"{number:064x}", np.zeros(10), {})
    children = [
        subprocess.Popen([sys.executable, "-c", _COLLECT, str(store.root)], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for child in children:
        _, err = child.communicate(timeout=60)
        assert (child.returncode, err) == (0, "")
    assert store.entries() == []
    assert list((store.root / "working").iterdir()) == []


_COLLECT = """
import sys
from pathlib import Path
from runner.store.store import Store
Store(Path(sys.argv[1])).gc(0)
"""


def test_a_disk_that_does_not_let_go_is_told(store: Store, three: list[str], monkeypatch: Any) -> None:
    def refuse(*arguments: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(ResourceError, match="may not write here, while making room in"):
        store.gc(0)
