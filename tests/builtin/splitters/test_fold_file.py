import json
import re

import pytest

from runner.errors import DataError
from runner_builtin.splitters.fold_file import read_assignments


@pytest.fixture
def read(tmp_path):
    def of(text, name="split.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_assignments(path)

    return of


def test_a_byte_order_mark_spaces_in_the_header_and_windows_line_ends_are_understood(read):
    (fold,) = read(b"\xef\xbb\xbfrow_id, part\r\n7,test\r\n-3,train\r\n")
    assert (fold.row_ids.tolist(), fold.parts.tolist()) == ([7, -3], [2, 0])


def test_other_columns_are_left_alone(read):
    (fold,) = read("name,row_id,part\nx,1,validation\n")
    assert (fold.row_ids.tolist(), fold.parts.tolist()) == ([1], [1])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the header is ''; 'row_id,part' or 'row_id,fold' is due"),
        ("0,train\n", "the header is '0, train'"),
        ("row_id,part\n", "names no row"),
        ("row_id,part\n0,train\n1\n", "line 3: 1 fields, but the header has 2"),
        ("row_id,part\n0,train\n1,tset\n", "line 3: part is 'tset'; 'train', 'validation', 'test' are the parts"),
        ("row_id,part\nzero,train\n", "line 2: row_id is 'zero'; a whole number is due"),
        ("row_id,fold\n0,first\n", "line 2: fold is 'first'; a whole number is due"),
        ("row_id,part,fold\n0,train,1\n", "line 2: a record has 'row_id' and either 'part' or 'fold'"),
        (b"row_id,part\n\xff,train\n", "cannot be read"),
    ],
)
def test_a_csv_that_is_no_split_is_refused_with_its_line(read, text, told):
    with pytest.raises(DataError, match=re.escape(told)):
        read(text)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is no JSON"),
        ({"row_id": 1}, 'holds neither a list of {"row_id", "part"} nor {"folds": […]}'),
        ([1], "entry 0: a record has 'row_id'"),
        ([{"row_id": 1.0, "part": "test"}], "entry 0: row_id is 1.0; a whole number is due"),
        ([{"row_id": 1, "part": "test"}, {"row_id": 2, "fold": 1}], "gives some rows a part and others a fold"),
        ({"folds": [{"train": [1]}]}, "folds[0]: a fold has lists of row ids named 'train', 'test'"),
        ({"folds": [{"train": ["x"], "test": [2]}]}, "folds[0], train: row id is 'x'"),
    ],
)
def test_json_that_is_no_split_is_refused_with_its_place(read, content, told):
    with pytest.raises(DataError, match=re.escape(told)):
        read(content if isinstance(content, str) else json.dumps(content), "split.json")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv cannot be read"):
        read_assignments(tmp_path / "none.csv")
