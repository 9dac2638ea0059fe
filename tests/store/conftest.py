"""A store in a fresh folder, and the matrix that most tests keep in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from runner.store.store import Store


@pytest.fixture
def key() -> str:
    return "0f" * 32


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def folder(store: Store, key: str) -> Path:
    """Where the entry of `key` lies once it is there."""
    return store.root / key[:2] / key


@pytest.fixture
def matrix() -> sparse.csr_matrix:
    return sparse.random(40, 30, density=0.2, format="csr", dtype=np.float32, random_state=0)
