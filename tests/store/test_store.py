from __future__ import annotations

import json
import logging
import os
import pickle
import shutil
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runner.errors import IntegrityError
from runner.store import entry as entries
from runner.store.store import Store

ABOUT = {"stage": "fit/tfidf", "seconds": 1.5, "parents": ["ab" * 32]}


@pytest.fixture
def kept(store: Store, key: str, matrix: Any, folder: Path) -> Path:
    """An entry of every format but parquet, in its folder."""
    assert store.put(key, {"X": matrix, "y": np.arange(40), "name": "x"}, ABOUT) is not None
    return folder


def rewrite(folder: Path, name: str, content: bytes) -> None:
    """Exchange a file and make manifest and checksums fit, as somebody who wants to be believed would."""
    (folder / name).write_bytes(content)
    record = json.loads((folder / entries.MANIFEST).read_text())
    files = {**record["files"], name: {"sha256": sha256(content).hexdigest(), "size": len(content)}}
    (folder / entries.MANIFEST).write_bytes(entries.written(folder.name, files, record["about"]))


def test_making_a_store_writes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert store.get("0f" * 32) is None
    assert not store.has("0f" * 32)
    assert (store.entries(), store.size(), store.gc(0), store.damages()) == ([], 0, [], {})
    assert not store.root.exists()


def test_put_returns_the_bytes_on_the_disk_and_get_the_value(store: Store, key: str, kept: Path) -> None:
    size = sum(path.stat().st_size for path in kept.iterdir())
    assert store.put(key, {"another": 1}, {}) == size, "one key has one value: what is there stays"
    assert store.has(key)
    assert store.get(key)["name"] == "x"
    assert store.size() == size
    (found,) = store.entries()
    assert (found.key, found.path, found.size, found.about) == (key, kept, size, ABOUT)
    assert sorted(path.name for path in kept.iterdir())[-2:] == ["manifest.json", "value.json"]
    assert list((store.root / "working").iterdir()) == []


@pytest.mark.parametrize("key", ["../x", "0F" * 32, "0f" * 31, "", "0f" * 32 + "\n"])
def test_what_is_no_key_is_refused_before_it_becomes_a_path(store: Store, key: str) -> None:
    for asked in (store.has, store.get, lambda key: store.put(key, 1, {})):
        with pytest.raises(ValueError, match="is no key of the store; a key is 64 hex digits"):
            asked(key)


def test_what_is_said_of_an_entry_must_be_json(store: Store, key: str) -> None:
    with pytest.raises(TypeError, match=r"about\.model"):
        store.put(key, 1, {"model": object()})
    assert not store.has(key)
    assert list((store.root / "working").iterdir()) == []


def test_reading_is_what_counts_as_use(store: Store, kept: Path, key: str) -> None:
    os.utime(kept / "manifest.json", (1, 1))
    assert Store(store.root).entries()[0].used == 1
    before = (kept / "manifest.json").read_bytes()
    store.get(key)
    assert time.time() - store.entries()[0].used < 60
    assert (kept / "manifest.json").read_bytes() == before


DAMAGES = ("flipped", "truncated", "zeroed", "missing", "longer")


def damage(path: Path, how: str, place: int = 0) -> None:
    content = bytearray(path.read_bytes())
    match how:
        case "flipped":
            content[place] ^= 1 << (place % 8)
        case "truncated":
            del content[len(content) // 2 :]
        case "zeroed":
            content = bytearray(len(content))
        case "longer":
            content.append(0)
        case "missing":
            path.unlink()
            return
    path.write_bytes(content)


@pytest.mark.fault("F31")
@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", ["manifest.json", "value.json", "0.npy", "1.npy", "2.npy", "3.npy"])
def test_a_damaged_entry_is_put_aside_with_one_warning_and_computed_again(
    store: Store, key: str, kept: Path, name: str, how: str, caplog: Any
) -> None:
    damage(kept / name, how)
    again = Store(store.root)
    assert again.get(key) is None
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert warnings[0].name == "runner"
    assert "is damaged: " in warnings[0].getMessage()
    assert not again.has(key)
    assert [path.name[:64] for path in (store.root / "quarantine").iterdir()] == [key]
    assert again.put(key, {"y": np.arange(3)}, ABOUT) is not None
    assert again.get(key)["y"].tolist() == [0, 1, 2]


@pytest.mark.fault("F31")
@pytest.mark.parametrize("name", ["manifest.json", "value.json", "0.npy"])
def test_no_flipped_bit_at_any_place_is_believed(store: Store, key: str, kept: Path, name: str) -> None:
    """Every byte of the three kinds of file: manifest, tree, and an array with its header."""
    sound = (kept / name).read_bytes()
    step = 1 if os.environ.get("RUNNER_THOROUGH") else 3
    for place in range(0, len(sound), step):
        damage(kept / name, "flipped", place)
        assert kept in store.damages(), f"byte {place} of {name}"
        (kept / name).write_bytes(sound)
    assert store.damages() == {}


@pytest.mark.fault("F31")
def test_a_sound_entry_is_hashed_once_and_again_when_it_was_touched(store: Store, key: str, kept: Path) -> None:
    store.get(key)
    store.get(key)
    stamp = (kept / "0.npy").stat()
    damage(kept / "0.npy", "flipped", 130)
    os.utime(kept / "0.npy", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert store.get(key) is None, "the time of the bytes was put back, that of the inode cannot be"


class Evil:
    """What a pickle does when it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (os.environ["EVIL"],)


def pickled_npy() -> bytes:
    import io

    content = io.BytesIO()
    np.lib.format.write_array(content, np.array([Evil()], dtype=object), allow_pickle=True)
    return content.getvalue()


def plant_pickle(folder: Path) -> None:
    rewrite(folder, "0.pkl", pickle.dumps(Evil()))


def plant_pickled_array(folder: Path) -> None:
    rewrite(folder, "0.npy", pickled_npy())


def plant_unlisted_file(folder: Path) -> None:
    (folder / "4.npy").write_bytes(pickled_npy())


def plant_unused_file(folder: Path) -> None:
    rewrite(folder, "4.npy", pickled_npy())


def plant_path(folder: Path) -> None:
    rewrite(folder, "../../../secret.npy", (folder / "3.npy").read_bytes())


def plant_path_in_tree(folder: Path) -> None:
    rewrite(folder, "value.json", b'["array","../../../secret.npy"]')


def plant_link(folder: Path) -> None:
    shutil.move(folder / "3.npy", folder.parents[2] / "secret.npy")
    (folder / "3.npy").symlink_to(folder.parents[2] / "secret.npy")


def plant_linked_manifest(folder: Path) -> None:
    shutil.move(folder / "manifest.json", folder.parents[2] / "manifest.json")
    (folder / "manifest.json").symlink_to(folder.parents[2] / "manifest.json")


def plant_linked_folder(folder: Path) -> None:
    shutil.move(folder, folder.parents[2] / "elsewhere")
    folder.symlink_to(folder.parents[2] / "elsewhere")


def plant_pipe(folder: Path) -> None:
    (folder / "3.npy").unlink()
    os.mkfifo(folder / "3.npy")


def plant_folder(folder: Path) -> None:
    (folder / "3.npy").unlink()
    (folder / "3.npy").mkdir()


def plant_unknown_kind(folder: Path) -> None:
    rewrite(folder, "value.json", b'["pickle","0.npy"]')


def plant_deep_tree(folder: Path) -> None:
    rewrite(folder, "value.json", b'["list",[' * 100_000)


def plant_object_scalar(folder: Path) -> None:
    rewrite(folder, "value.json", b'["scalar","O","0000000000000001"]')


def plant_short_array(folder: Path) -> None:
    content = (folder / "3.npy").read_bytes()
    rewrite(folder, "3.npy", content.replace(b"(40,)", b"(99,)"))


def plant_far_column(folder: Path) -> None:
    content = bytearray((folder / "1.npy").read_bytes())
    content[-4:] = np.int32(1_000_000).tobytes()
    rewrite(folder, "1.npy", bytes(content))


def plant_far_row(folder: Path) -> None:
    content = bytearray((folder / "2.npy").read_bytes())
    content[-8:-4] = np.int32(1_000_000).tobytes()
    rewrite(folder, "2.npy", bytes(content))


def plant_other_key(folder: Path) -> None:
    record = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_bytes(entries.written("ab" * 32, record["files"], {}))


MALICE = [plant for name, plant in list(globals().items()) if name.startswith("plant_")]


@pytest.mark.fault("F37")
@pytest.mark.parametrize("plant", MALICE, ids=lambda plant: plant.__name__[6:])
def test_a_malicious_entry_is_refused_and_put_aside_without_running_anything(
    store: Store, key: str, kept: Path, plant: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVIL", str(tmp_path / "ran"))
    plant(kept)
    again = Store(store.root)
    (told,) = again.damages().values()
    assert isinstance(told, IntegrityError)
    assert told.exit_code == 6
    assert again.get(key) is None
    assert not (tmp_path / "ran").exists()
    assert not os.path.lexists(kept)
    assert len(list((store.root / "quarantine").iterdir())) == 1


@pytest.mark.fault("F37")
def test_the_pickles_of_these_tests_do_run_where_somebody_loads_them(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("EVIL", str(tmp_path / "ran"))
    pickle.loads(pickle.dumps(Evil()))
    assert (tmp_path / "ran").is_dir()


def test_a_folder_that_is_no_entry_is_found_and_put_aside(store: Store, kept: Path) -> None:
    (kept.parent / "x").mkdir()
    shutil.copytree(kept, store.root / "ab" / kept.name)
    assert [str(why)[:8] for why in store.repair().values()] == ["its name"] * 2
    assert store.damages() == {}
    assert store.has(kept.name)


def test_damage_is_told_by_a_list_of_entries_and_hides_no_other(store: Store, kept: Path, caplog: Any) -> None:
    store.put("ee" * 32, 1, {})
    damage(kept / "manifest.json", "truncated")
    assert [found.key for found in store.entries()] == ["ee" * 32]
    assert "'runner store verify' checks all" in caplog.text
    assert kept.is_dir()
