"""The fingerprint of rows that come in batches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.data import Dataset
from runner.execute.streamed_fingerprint import RunningFingerprint

FRAME = pd.DataFrame({"a": np.arange(10.0), "b": list("abcdefghij")})


def told(features: object, target: list[int], cut: int = 6) -> dict[str, object]:
    whole = Dataset.of(features, target, fingerprint="source")
    running = RunningFingerprint()
    for part in (np.arange(cut), np.arange(cut, 10)):
        running.add(whole.take(part))
    return running.told


@pytest.mark.parametrize("features", [FRAME, np.arange(20.0).reshape(10, 2), sparse.eye(10, 4, format="csr")])
def test_it_describes_all_rows_and_changes_with_any(features: object) -> None:
    first = told(features, [0, 1] * 5)
    assert (first["rows"], first["batches"], first["source"]) == (10, 2, "source")
    assert first == told(features, [0, 1] * 5)
    assert first.get("shape", [10])[0] == 10  # type: ignore[index]
    other = told(features, [0, 1] * 4 + [1, 0])
    assert other["sha256"] == first["sha256"]
    assert other["target"] != first["target"]


def test_another_cell_changes_it() -> None:
    changed = FRAME.assign(b=list("abcdefghiX"))
    assert told(changed, [0, 1] * 5)["sha256"] != told(FRAME, [0, 1] * 5)["sha256"]
