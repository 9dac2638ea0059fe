import hashlib

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner_builtin.sources.fingerprints import bytes_fingerprint, content_fingerprint

TABLE = pd.DataFrame({"a": [1.5, None], "b": ["x", "y"]})


def test_bytes_have_their_sha256():
    assert bytes_fingerprint(b"abc") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (np.arange(6), np.arange(6).reshape(2, 3)),
        (np.arange(6), np.arange(6.0)),
        (np.array(["a", "bc"]), np.array(["ab", "c"])),
        (np.array(["a", None], dtype=object), np.array(["a", "None"], dtype=object)),
        (TABLE, TABLE.rename(columns={"a": "c"})),
        (TABLE, TABLE.assign(b=["x", "z"])),
        (TABLE, TABLE.iloc[::-1]),
        (sparse.csr_matrix(np.eye(2)), sparse.csr_matrix(np.eye(3))),
        (None, np.arange(0)),
    ],
)
def test_equal_contents_agree_and_others_do_not(part, other):
    twin = None if part is None else part.copy()
    assert content_fingerprint(part) == content_fingerprint(twin)
    assert content_fingerprint(part) != content_fingerprint(other)


def test_the_layout_in_memory_does_not_count():
    matrix = np.arange(6.0).reshape(2, 3)
    assert content_fingerprint(np.asfortranarray(matrix)) == content_fingerprint(matrix)


def test_the_index_of_a_frame_does_not_count():
    assert content_fingerprint(TABLE) == content_fingerprint(TABLE.set_index(pd.Index([7, 8])))


def test_the_order_of_the_parts_counts():
    first, second = np.arange(3), np.arange(4)
    assert content_fingerprint(first, second) != content_fingerprint(second, first)
