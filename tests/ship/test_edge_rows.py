"""Each row at the edge differs from a typical one in one way."""

from __future__ import annotations

import numpy as np
import pandas as pd

from runner.data import Dataset
from runner.ship.edge_rows import TEXTS, edge_rows
from runner.ship.rows import features_of
from runner.ship.signature import Signature


def test_every_column_is_missing_once_and_strange_once() -> None:
    frame = pd.DataFrame(
        {"age": [1.0, 9.0, 3.0], "job": ["a", "b", "a"], "rooms": [1, 2, 3], "sick": [True, False, True]}
    )
    signature = Signature.of(Dataset.of(frame), classes=None, probabilities=False)
    typical = {"age": 1.0, "job": "a", "rooms": 1, "sick": True}
    rows = edge_rows(signature, typical)
    assert all(sum(row[name] != typical[name] for name in row) <= 1 for row in rows)
    for name in typical:
        assert any(row[name] is None for row in rows)
    assert {"", "never seen before"} <= {row["job"] for row in rows}
    assert {0.0, 9.0} <= {row["age"] for row in rows}
    assert any(row["sick"] is False for row in rows)
    assert len(features_of(signature, {name: [row[name] for row in rows] for name in typical})) == len(rows)


def test_texts_and_images_have_edges_of_their_own() -> None:
    texts = Signature.of(Dataset.of(np.array([["a b"], ["c"]], dtype=object)), classes=None, probabilities=False)
    assert [row["input"] for row in edge_rows(texts, {"input": ["a b"]})] == [[text] for text in TEXTS]
    images = Signature.of(Dataset.of(np.full((2, 1, 2), 7, dtype=np.uint8)), classes=None, probabilities=False)
    assert [row["input"] for row in edge_rows(images, {"input": [[1, 2]]})] == [[[0, 0]], [[7, 7]]]
