"""Writing while the disk fails, while others write the same, and being killed over it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runner.store.store import Store

#: What the store asks of the disk. Closing and removing are left alone: they end the story either way.
CALLS = ("mkdir", "open", "write", "fsync", "rename", "listdir")


@contextmanager
def failing(nth: int, code: int, *, persistent: bool) -> Iterator[Callable[[], int]]:
    """Let call number `nth` to the disk fail, or all from there on. Yields how many calls there were."""
    count = 0

    def wrapped(call: Any) -> Any:
        def made(*arguments: Any, **keywords: Any) -> Any:
            nonlocal count
            count += 1
            if count == nth or (persistent and count > nth):
                raise OSError(code, os.strerror(code))
            return call(*arguments, **keywords)

        return made

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, wrapped(getattr(os, name)))
        yield lambda: count


@pytest.mark.fault("F19")
@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_whichever_call_to_the_disk_fails_an_entry_is_complete_or_not_there(
    tmp_path: Path, key: str, caplog: Any, code: int, persistent: bool
) -> None:
    value = {"X": np.arange(5.0), "y": np.arange(5)}
    for nth in range(1, 1000):
        caplog.clear()
        store = Store(tmp_path / f"store{nth}")
        with failing(nth, code, persistent=persistent) as count:
            size = store.put(key, value, {})
        if count() < nth:
            break
        assert size is None
        assert len(caplog.records) == 1, "one warning, and the run goes on"
        assert os.strerror(code) in caplog.text
        again = Store(store.root)
        if again.has(key):
            assert again.get(key)["X"].tolist() == [0, 1, 2, 3, 4]
        else:
            assert again.get(key) is None
        if not persistent and (store.root / "working").is_dir():
            assert list((store.root / "working").iterdir()) == []
        again.gc(10**9)
        assert sum(1 for path in store.root.rglob("*.npy")) in (0, 2), "gc leaves whole entries only"
        assert again.put(key, value, {}) is not None
        assert again.get(key)["y"].tolist() == [0, 1, 2, 3, 4]
    assert nth > 20
    assert size is not None


@pytest.mark.fault("F19")
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_whichever_call_fails_while_reading_it_is_a_miss_and_no_sound_entry_is_lost(
    store: Store, key: str, folder: Path, code: int
) -> None:
    store.put(key, {"X": np.arange(5.0)}, {})
    for nth in range(1, 100):
        again = Store(store.root)
        with failing(nth, code, persistent=False) as count:
            value = again.get(key)
        if count() < nth:
            break
        assert value is None
        assert folder.is_dir()
    assert nth > 3
    assert value["X"].tolist() == [0, 1, 2, 3, 4]


def test_the_same_failure_is_told_once_for_many_results(store: Store, caplog: Any) -> None:
    with failing(1, errno.ENOSPC, persistent=True):
        for number in range(5):
            assert store.put(f"{number:064x}", number, {}) is None
    assert len(caplog.records) == 1
    assert "No space left on device. The run goes on" in caplog.text


def python(code: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


_LIMITED = """
import resource, sys, logging
from pathlib import Path
import numpy as np
from runner.store.store import Store
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
store = Store(Path(sys.argv[1]))
print(store.put("0f" * 32, {"small": np.zeros(10), "large": np.zeros(1_000_000)}, {}))
print(store.put("ab" * 32, np.zeros(10), {}) is not None)
"""


@pytest.mark.fault("F19")
def test_a_write_that_meets_the_end_of_the_disk_halfway_leaves_nothing(store: Store) -> None:
    out, err = python(_LIMITED, store.root).communicate(timeout=60)
    assert "WARNING writing the store" in out, err
    assert out.splitlines()[1:] == ["None", "True"], "what is small enough is kept"
    assert not store.has("0f" * 32)
    assert list((store.root / "working").iterdir()) == []


_FILL = """
import sys, time
from pathlib import Path
import numpy as np
from runner.store.store import Store
store, key = Store(Path(sys.argv[1])), "0f" * 32
print("ready", flush=True)
while time.time() < float(sys.argv[2]):
    pass
for number in range(int(sys.argv[3])):
    key = f"{number:064x}"
    value = store.get(key)
    if value is None:
        assert store.put(key, {"X": np.arange(20_000) + number}, {}) is not None
        value = store.get(key)
    assert int(value["X"].sum()) == sum(range(20_000)) + 20_000 * number
print("right")
"""


@pytest.mark.fault("F36")
def test_processes_that_fill_the_same_keys_together_all_get_right_data_and_one_entry_each(store: Store) -> None:
    rounds = int(os.environ.get("RUNNER_ROUNDS", "30"))
    children = [python(_FILL, store.root, time.time() + 1.5, rounds) for _ in range(3)]
    for child in children:
        out, err = child.communicate(timeout=120)
        assert out.split() == ["ready", "right"], err
        assert err == "", "and no warning"
    assert [entry.key for entry in store.entries()] == [f"{number:064x}" for number in range(rounds)]
    assert store.damages() == {}
    left = {path.name for path in store.root.rglob("*") if path.is_file()}
    assert left == {"manifest.json", "value.json", "0.npy"}, "no lock file"
    assert not list((store.root / "working").iterdir())


_FILL_FULL = """
import sys
from pathlib import Path
import numpy as np
from runner.store.store import Store
store = Store(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    key = f"{number % 7:064x}"
    value = store.get(key)
    if value is None:
        assert store.put(key, np.full(5_000, number % 7), {}) is not None
        value = store.get(key)
    assert value is None or (value == number % 7).all()
print("right")
"""

_MAKE_ROOM = """
import sys
from pathlib import Path
from runner.store.store import Store
store = Store(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    store.gc(100_000)
print("right")
"""


@pytest.mark.fault("F36")
def test_two_that_fill_a_store_while_two_make_room_in_it_never_meet_a_part_of_an_entry(store: Store) -> None:
    rounds = int(os.environ.get("RUNNER_ROUNDS", "60"))
    children = [python(code, store.root, rounds) for code in (_FILL_FULL, _FILL_FULL, _MAKE_ROOM, _MAKE_ROOM)]
    for child in children:
        out, err = child.communicate(timeout=200)
        assert (out, err) == ("right\n", ""), "and no warning"
    assert store.damages() == {}
    assert not (store.root / "quarantine").exists()
    assert list((store.root / "working").iterdir()) == []


@pytest.mark.fault("F36")
def test_an_entry_that_two_find_damaged_is_put_aside_once_and_the_new_one_stays(
    store: Store, key: str, folder: Path
) -> None:
    store.put(key, np.arange(3), {})
    (folder / "0.npy").write_bytes(b"")
    first, second = Store(store.root), Store(store.root)
    assert first.get(key) is None
    assert first.put(key, np.arange(3), {}) is not None
    assert second.get(key).tolist() == [0, 1, 2]
    assert len(list((store.root / "quarantine").iterdir())) == 1


_STUCK = """
import os, sys, time
from pathlib import Path
import numpy as np
from runner.store.store import Store
def stop(descriptor):
    print("stuck", flush=True)
    time.sleep(60)
os.fsync = stop
Store(Path(sys.argv[1])).put("0f" * 32, np.zeros(1000), {})
"""


@pytest.mark.fault("F36")
def test_what_a_killed_writer_leaves_is_removed_but_not_what_a_living_one_writes(store: Store) -> None:
    store.put("ab" * 32, 1, {})
    writer = python(_STUCK, store.root)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "stuck\n"
        store.gc(10**9)
        assert len(list((store.root / "working").iterdir())) == 1, "it is alive"
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.communicate(timeout=30)
    assert not store.has("0f" * 32)
    store.gc(10**9)
    assert list((store.root / "working").iterdir()) == []
    assert [entry.key for entry in store.entries()] == ["ab" * 32]


def test_the_manifest_is_the_last_file_that_is_written(store: Store, key: str, folder: Path) -> None:
    opened: list[str] = []
    open_file = os.open

    def noted(path: Any, flags: int, *arguments: Any, **keywords: Any) -> int:
        if flags & os.O_CREAT:
            opened.append(Path(path).name)
        return open_file(path, flags, *arguments, **keywords)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", noted)
        store.put(key, [np.zeros(1), np.zeros(2)], {})
    assert opened == ["0.npy", "1.npy", "value.json", "manifest.json"]
    assert json.loads((folder / "manifest.json").read_text())["files"].keys() == {"0.npy", "1.npy", "value.json"}
