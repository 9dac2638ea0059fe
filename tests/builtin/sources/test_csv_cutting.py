import csv
import io

import numpy as np
import pytest

from runner.errors import DataError
from runner_builtin.sources.csv_cutting import records_of
from runner_builtin.sources.csv_records import Dialect

COMMAS = Dialect(",", quoting=True)


def read(text, size=1, dialect=COMMAS):
    content = text.encode()
    return list(records_of((content[at : at + size] for at in range(0, len(content), size)), dialect, "t.csv"))


@pytest.fixture(autouse=True)
def _narrow(monkeypatch):
    monkeypatch.setattr("runner_builtin.sources.csv_cutting.LEAST_RECORDS", 1)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_random_texts_are_cut_where_the_csv_module_cuts_them(size):
    rng = np.random.default_rng(size)
    alphabet = np.array(list('ab,"\n\r '))
    read_well = 0
    for _ in range(1500):
        text = "x" + "".join(rng.choice(alphabet, size=rng.integers(1, 16))).rstrip("\r\n")
        try:
            expected = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error:
            with pytest.raises(DataError, match="record at line"):
                read(text, size)
            continue
        found = read(text, size)
        assert [width for records in found for width in records.widths] == [len(row) for row in expected], repr(text)
        texts = [records.text(row) for records in found for row in range(records.count)]
        again = [next(csv.reader(io.StringIO(text, newline="")), []) for text in texts]
        assert again == expected, repr(text)
        read_well += 1
    assert read_well > 500


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_every_record_knows_its_line(size, end):
    text = end.join(["a", f'"b{end}b"', "", "c", ""])
    lines = [(records.line(row), records.text(row)) for records in read(text, size) for row in range(records.count)]
    assert lines == [(1, "a"), (2, f'"b{end}b"'), (4, ""), (5, "c")]


def test_few_wide_records_come_in_larger_blocks(monkeypatch):
    monkeypatch.setattr("runner_builtin.sources.csv_cutting.LEAST_RECORDS", 10)
    counts = [records.count for records in read("1,2\n" * 100, 4)]
    assert sum(counts) == 100
    assert len(counts) < 15
