import gzip
import hashlib

import numpy as np
import pandas as pd
import pytest

from runner.contracts import SourceContext
from runner.errors import DataError
from runner_builtin.sources.json_lines_source import JsonLinesSource


@pytest.fixture
def load(tmp_path):
    """Write a file and load it."""

    def load(text, target="y", **options):
        (tmp_path / "t.jsonl").write_bytes(text if isinstance(text, bytes) else text.encode())
        return JsonLinesSource(path="t.jsonl", target=target, **options).load(SourceContext(tmp_path, 0))

    return load


def refusal(load, text, **options):
    with pytest.raises(DataError) as caught:
        load(text, **options)
    return str(caught.value)


def test_each_line_is_a_row(load):
    text = '{"a": 1, "t": "x", "y": "no"}\n{"a": 2, "t": "ü", "y": "yes"}\n'
    dataset = load(text)
    assert dataset.features.to_dict("list") == {"a": [1, 2], "t": ["x", "ü"]}
    assert dataset.target.tolist() == ["no", "yes"]
    assert dataset.fingerprint == hashlib.sha256(text.encode()).hexdigest()


def test_a_key_that_is_absent_or_null_is_missing(load):
    dataset = load('{"a": 1, "y": 0}\n{"b": 2, "y": 1}\n{"a": null, "b": 3, "y": 1}')
    assert dataset.features.isna().to_numpy().tolist() == [[False, True], [True, False], [True, False]]


def test_line_ends_of_any_kind_and_a_byte_order_mark_are_read(load):
    assert load('\ufeff{"a": 1, "y": 0}\r\n{"a": 2, "y": 1}\r\n\r\n').n_rows == 2


def test_a_separator_of_unicode_inside_a_text_ends_no_line(load):
    assert load('{"a": "x\u2028y", "y": 0}\n').n_rows == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"a": 1,', "line 2, column 9: not JSON"),
        ("[1, 2]", "line 2: found a JSON list"),
        ('{"a": [1], "y": 0}', "line 2: 'a' holds a list"),
        ('{"a": {"b": 1}, "y": 0}', "line 2: 'a' holds a dict"),
        ('{"a": 1, "a": 2, "y": 0}', "line 2: the key 'a' is given twice"),
        ('{"a": NaN, "y": 0}', "line 2: NaN is not JSON; write null"),
        ("", "line 2, column 1: not JSON"),
    ],
)
def test_a_line_that_is_no_flat_object_is_named(load, line, told):
    assert told in refusal(load, f'{{"a": 1, "y": 0}}\n{line}\n{{"a": 1, "y": 0}}\n')


def test_bytes_that_are_not_utf_8_are_named(load):
    assert "line 2: byte 0xE9" in refusal(load, b'{"y": 0}\n{"a": "\xe9", "y": 0}')


@pytest.mark.fault("F67")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"a": 1, "label": 0}', "Did you mean 'label'?"),
        ('{"a": 1, "lable": 0, "lable": 1}', "the key 'lable' is given twice"),
        ('{"a": 1, "lable": null}', "is empty in all 1 rows"),
    ],
)
def test_a_target_that_cannot_be_used_is_explained(load, line, told):
    assert told in refusal(load, line, target="lable")


@pytest.fixture
def small_blocks(monkeypatch):
    """Read a few bytes at a time, so that a small file has many blocks."""
    monkeypatch.setattr("runner_builtin.sources.csv_cutting.LEAST_RECORDS", 1)
    monkeypatch.setattr("runner_builtin.sources.table_pieces.BATCH_ROWS", 3)
    monkeypatch.setattr("runner_builtin.sources.data_files.BLOCK_BYTES", 10)


LATE = ', "late": "ü\u2028x"'
TEXT = "".join(f'{{"a": {row}, "y": {row % 2}{LATE if row > 10 else ""}}}\n' for row in range(20))


def test_a_column_that_comes_late_is_missing_before(load, small_blocks):
    dataset = load(TEXT)
    assert dataset.features["a"].tolist() == list(range(20))
    assert dataset.features["a"].dtype.kind == "i"
    assert dataset.features["late"].isna().tolist() == [row <= 10 for row in range(20)]


def test_batches_have_the_rows_ids_and_types_of_the_whole(load, small_blocks, tmp_path):
    text = TEXT + '{"a": null, "late": 7}\n{"a": 5, "y": 1}\n'
    whole = load(text, drop_missing_target=True)
    source = JsonLinesSource(path="t.jsonl", target="y", drop_missing_target=True)
    parts = list(source.batches(SourceContext(tmp_path, 0)))
    assert max(part.n_rows for part in parts) <= 3
    joined = pd.concat([part.features for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole.features.reset_index(drop=True))
    assert all((part.features.dtypes == whole.features.dtypes).all() for part in parts)
    assert np.concatenate([part.row_ids for part in parts]).tolist() == whole.row_ids.tolist()
    assert {part.fingerprint for part in parts} == {whole.fingerprint}


def test_a_wrong_line_is_named_in_any_block(load, small_blocks):
    assert "line 21, column 1: not JSON" in refusal(load, TEXT + "x\n" + TEXT)
    assert "line 21: found a JSON int" in refusal(load, TEXT + "5\n" + TEXT)


def test_a_compressed_file_is_read(tmp_path):
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(TEXT.encode()))
    assert JsonLinesSource(path="t.jsonl.gz").load(SourceContext(tmp_path, 0)).n_rows == 20


@pytest.mark.fault("F57")
def test_a_file_of_line_ends_is_refused(load):
    assert "no rows" in refusal(load, "\n\n")


@pytest.mark.fault("F55")
def test_a_tail_of_nul_is_refused(load, small_blocks):
    assert "line 21: NUL character" in refusal(load, TEXT + "\0" * 50)


@pytest.mark.fault("F61")
def test_a_page_in_place_of_the_lines_is_recognised(load):
    assert "looks like HTML" in refusal(load, "<!doctype html><p>Sign in")


@pytest.mark.fault("F66")
def test_a_file_that_grows_between_the_passes_is_refused(tmp_path, small_blocks):
    path = tmp_path / "t.jsonl"
    path.write_text(TEXT)
    stream = JsonLinesSource(path="t.jsonl").batches(SourceContext(tmp_path, 0))
    next(stream)
    path.write_text(TEXT + TEXT)
    with pytest.raises(DataError, match="changed while it was read"):
        list(stream)
