import numpy as np
import pandas as pd
import pytest

from runner.errors import DataError
from runner_builtin.transforms.text_column import texts_of

TEXTS = ["a b", "c"]


@pytest.mark.parametrize(
    "column",
    [TEXTS, pd.Series(TEXTS), pd.DataFrame({"t": TEXTS}), np.array(TEXTS), np.array(TEXTS, dtype=object)[:, None]],
    ids=["list", "series", "frame", "array", "column"],
)
def test_any_one_column_gives_its_texts(column):
    assert texts_of(column, "hashing") == TEXTS


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (np.array([["a", "b"]]), r"transform 'hashing' takes one column of texts, found shape \(1, 2\)"),
        (
            pd.Series(["a", None], dtype=object),
            "transform 'hashing': 1 of 2 values are no texts .the first, in row 1",
        ),
    ],
)
def test_messages_name_the_transform_that_asks(column, told):
    with pytest.raises(DataError, match=told):
        texts_of(column, "hashing")
