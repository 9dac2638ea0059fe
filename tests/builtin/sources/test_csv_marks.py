import csv
import io

import numpy as np
import pytest

from runner_builtin.sources.csv_marks import marks_of, zero_padded


def widths(text, quoting=True):
    """Count the fields of each record by the marks; None where they give no answer."""
    marks = marks_of(text.encode(), ",", quoting=quoting, complete=True)
    if marks is None:
        return None
    marks = marks.before(len(text.encode()))
    return np.diff(np.flatnonzero(marks.closing), prepend=-1).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\nc", [2, 1]),
        ("a,b\r\nc,d,e", [2, 3]),
        ("a,b\rc", [2, 1]),
        ('"a,b"\nc', [1, 1]),
        ('"a\nb",c\nd', [2, 1]),
        ('"",""', [2]),
        ('"""a"",",b', [2]),
        ('"é,",b', [2]),
    ],
)
def test_fields_are_counted_outside_of_quotes(text, expected):
    assert widths(text) == expected


@pytest.mark.parametrize("text", ['a"b,c', '"a"b,c', ' "a,b",c', '"a', 'a,"b\nc,"d"', '"a" ,b'])
def test_stray_quotes_get_no_answer(text):
    assert widths(text) is None


def test_quotes_are_text_where_quoting_is_off():
    assert widths('"a,b"\n"c', quoting=False) == [2, 1]


def test_wherever_there_is_an_answer_it_is_that_of_the_csv_module():
    rng = np.random.default_rng(0)
    alphabet = np.array(list('a,"\n\r'))
    answered = 0
    for _ in range(5000):
        text = "".join(rng.choice(alphabet, size=rng.integers(1, 9))).strip("\r\n")
        found = widths(text) if text else None
        if found is None:
            continue
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert found == [max(1, len(row)) for row in rows], repr(text)
        answered += 1
    assert answered > 1000


def test_values_with_leading_zeros_are_counted_by_column():
    text = b'007,0,0.5,"012"\n0,00,-01,5\n1, 03,10,0'
    marks = marks_of(text, ",", quoting=True, complete=True).before(len(text))
    assert zero_padded(text, marks, 4).tolist() == [1, 2, 0, 1]
