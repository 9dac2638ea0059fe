import numpy as np

from runner_builtin.sources.csv_cutting import records_of
from runner_builtin.sources.csv_records import Dialect, line_ends

COMMAS = Dialect(",", quoting=True)


def read(text, size=1, dialect=COMMAS):
    content = text.encode()
    return list(records_of((content[at : at + size] for at in range(0, len(content), size)), dialect, "t.csv"))


def test_records_left_over_keep_their_lines():
    (records,) = read("a\nb,b\nc\n", 100)
    kept = records.only(np.array([True, False, True]), COMMAS)
    assert kept.content == b"a\nc"
    assert [kept.line(row) for row in range(2)] == [1, 3]
    assert [kept.text(row) for row in range(2)] == ["a", "c"]


def test_what_is_below_the_header_is_what_a_file_without_it_would_be():
    (whole,) = read('h,h\n1,"2"\n3,4\n', 100)
    below = whole.after_first()
    (expected,) = read('1,"2"\n3,4\n', 100)
    assert below.content == expected.content
    assert below.line(0) == 2
    assert below.starts.tolist() == expected.starts.tolist()
    assert below.marks.positions.tolist() == expected.marks.positions.tolist()


def test_a_header_alone_leaves_nothing():
    (whole,) = read("h,h\n", 100)
    assert whole.after_first().count == 0


def test_the_fields_of_a_record_are_read():
    assert COMMAS.fields('"a,b",c') == ["a,b", "c"]


def test_line_ends_of_all_kinds_are_counted():
    assert line_ends(b"a\nb\r\nc\rd") == 3
