"""A store that two machines share; each is a folder here, and the place between them is fsspec's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runner.errors import PluginError
from runner.store.entry import folder_of
from runner.store.mirrored import MirroredStore
from runner.store.opening import opened
from runner.store.store import Store

pytest.importorskip("fsspec", reason="needs fsspec")
KEY = "0f" * 32


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Open the same place as seen from machine after machine."""

    def open_at(name: str) -> MirroredStore:
        monkeypatch.setenv("RUNNER_STORE_COPY", str(tmp_path / name))
        store = opened((tmp_path / "shared").as_uri())
        assert isinstance(store, MirroredStore)
        return store

    return open_at


def test_what_one_machine_puts_another_one_gets(machines: Any) -> None:
    first, second = machines("first"), machines("second")
    assert not second.has(KEY)
    assert first.put(KEY, {"X": np.arange(5.0)}, {"stage": "fit"}) is not None
    assert second.has(KEY)
    assert second.get(KEY)["X"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert Store(second.root).has(KEY), "it was copied, and is mapped from here the next time"
    assert second.put(KEY, {"X": np.zeros(1)}, {}) is None, "one key has one value"
    assert second.place == first.place


@pytest.mark.fault("F31")
def test_an_entry_damaged_on_its_way_is_put_aside_and_not_used(
    machines: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    machines("first").put(KEY, np.arange(1000.0), {})
    array = next((tmp_path / "shared").rglob("*.npy"))
    content = bytearray(array.read_bytes())
    content[-1] ^= 1
    array.write_bytes(content)
    assert machines("second").get(KEY) is None
    assert "is damaged" in caplog.text


def test_an_entry_without_its_manifest_is_no_entry(machines: Any, tmp_path: Path) -> None:
    machines("first").put(KEY, np.arange(3.0), {})
    (folder_of(tmp_path / "shared", KEY) / "manifest.json").unlink()
    assert not machines("second").has(KEY)


def test_a_place_that_fails_costs_the_sharing_and_not_the_run(
    machines: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "shared").write_text("a file where the folder should be")
    store = machines("first")
    assert store.put(KEY, np.arange(3.0), {}) is not None
    assert store.get(KEY).tolist() == [0.0, 1.0, 2.0]
    assert "writing the store" in caplog.text
    assert "what the store does not hold is computed again" in caplog.text


def test_an_address_that_nothing_installed_understands_is_told() -> None:
    with pytest.raises(PluginError, match="needs fsspec and what it uses"):
        opened("nonsense://bucket/store")


def test_a_path_is_a_folder_of_this_machine(tmp_path: Path) -> None:
    assert type(opened(str(tmp_path))) is Store
