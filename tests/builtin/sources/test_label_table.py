import hashlib

import pytest

from runner.errors import DataError
from runner_builtin.sources.file_collection import FileCollection
from runner_builtin.sources.label_table import LabelTable

NAMES = ("cat/1.png", "cat/2.png", "dog/1.png")
FILES = FileCollection("images", NAMES, (), {}, lambda name: b"")
ROWS = "".join(f"{name},{name[:3]}\n" for name in NAMES)


@pytest.fixture
def read(tmp_path):
    """Write a table of labels and read it."""

    def read(text, file_column="file", label_column="label"):
        (tmp_path / "labels.csv").write_text(text)
        return LabelTable.read(tmp_path / "labels.csv", file_column, label_column)

    return read


def test_each_file_gets_the_label_of_its_row_whatever_the_order(read):
    table = read('label,more,file\ny,0,dog/1.png\nx,0,cat/1.png\n\n"z, z",0,cat/2.png\n')
    assert table.of_each(FILES) == ["x", "z, z", "y"]


def test_columns_can_be_named(read):
    assert read("image,kind\n" + ROWS, "image", "kind").of_each(FILES) == ["cat", "cat", "dog"]


def test_the_fingerprint_is_of_the_tables_bytes(read):
    assert read("file,label\n" + ROWS).fingerprint == hashlib.sha256(f"file,label\n{ROWS}".encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,label\n" + ROWS, "there is no column 'file'"),
        ("file,label\n" + ROWS[:14], "gives no label for 2 of 3 files of images: 'cat/2.png', 'dog/1.png'"),
        ("file,label\n" + ROWS + "dog/2.png,1\n", "names 1 files that images has not: 'dog/2.png'"),
        ("file,label\n" + ROWS + "dog/1.png,1\n", "line 5: 'dog/1.png' has a label already"),
        ("file,label\n" + ROWS + "dog/2.png,\n", "line 5: 'dog/2.png' has no label"),
        ("file,label\n" + ROWS + "dog/2.png\n", "line 5: it has 1 fields, the header 2"),
        ('file,label\n"dog', "line 2: unexpected end of data"),
        ("file,label\ncaf\0e,x\n", "NUL"),
    ],
)
def test_a_table_must_name_each_file_once(read, text, told):
    with pytest.raises(DataError) as caught:
        read(text).of_each(FILES)
    assert told in str(caught.value)
