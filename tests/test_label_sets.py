from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import MultiLabelBinarizer

from runner.errors import DataError
from runner.label_sets import all_labels, indicator, labels_of, text_of, texts_of


def test_sets_are_written_in_one_way_and_read_back() -> None:
    assert text_of(["b", "a", "b"]) == "a;b" == text_of({"b", "a"})
    assert text_of([]) == ""
    assert (labels_of("a;b"), labels_of("")) == (["a", "b"], [])
    assert text_of([3, 10]) == "10;3"


@pytest.mark.parametrize("label", ["a;b", "", "  "])
def test_a_label_that_could_not_be_read_back_is_refused(label: str) -> None:
    with pytest.raises(DataError, match="cannot be one of several"):
        text_of(["x", label])


def test_tables_are_scikit_learn_s() -> None:
    texts = np.array(["a;c", "", "b", "a;c", "c"])
    binarizer = MultiLabelBinarizer()
    table = binarizer.fit_transform([labels_of(text) for text in texts.tolist()])
    assert all_labels(texts).tolist() == binarizer.classes_.tolist()
    np.testing.assert_array_equal(indicator(texts, binarizer.classes_), table.astype(bool))
    assert texts_of(table, binarizer.classes_).tolist() == texts.tolist()
    assert indicator(texts, ["c"]).ravel().tolist() == [True, False, False, True, True]


@pytest.mark.parametrize("text", ["b;a", "a;a", "a;", ";"])
def test_sets_that_are_written_otherwise_are_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"is no set of labels.*cleaner 'label_sets'"):
        all_labels(np.array(["a", text]))
