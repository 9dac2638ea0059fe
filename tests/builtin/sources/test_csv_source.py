import bz2
import csv
import gzip
import hashlib
import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runner.contracts import SourceContext
from runner.errors import ConfigError, DataError
from runner_builtin.sources.csv_source import CsvSource

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "csv_memory.py"
ADULT = Path(__file__).parents[4] / "shared" / "data" / "adult" / "adult-train.csv"
SMS = Path(__file__).parents[4] / "shared" / "data" / "sms-spam" / "SMSSpamCollection"


@pytest.fixture
def load(tmp_path):
    """Write a file and load it."""

    def load(text, target="y", **options):
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "t.csv").write_bytes(content)
        return CsvSource(path="t.csv", target=target, **options).load(SourceContext(tmp_path, 0))

    return load


def refusal(load, text, error=DataError, **options):
    with pytest.raises(error) as caught:
        load(text, **options)
    return str(caught.value)


def test_numbers_texts_and_missing_values_are_told_apart(load):
    text = "a,b,y\n1,x,0\n2.5,,1\n,NA,0\n"
    dataset = load(text)
    assert dataset.features["a"].tolist()[:2] == [1.0, 2.5]
    assert dataset.features.isna().to_numpy().tolist() == [[False, False], [False, True], [True, True]]
    assert dataset.target.tolist() == [0, 1, 0]
    assert dataset.target.dtype.kind == "i"
    assert dataset.fingerprint == hashlib.sha256(text.encode()).hexdigest()


def test_roles_are_passed_on(load):
    dataset = load("a,b,g,y\n1,2,3,0\n4,5,6,1\n", features=["b"], groups="g")
    assert dataset.features.to_dict("list") == {"b": [2, 5]}
    assert dataset.groups.tolist() == [3, 6]


def test_missing_markers_can_be_chosen(load):
    dataset = load("a,b,y\n?,NA,0\n1,x,1\n", missing=["?"])
    assert dataset.features["a"].isna().tolist() == [True, False]
    assert dataset.features["b"].tolist() == ["NA", "x"]


def test_no_marker_at_all_can_be_chosen(load):
    assert load("t,y\nNA,0\n,1\n", missing=[]).features["t"].tolist() == ["NA", ""]


def test_decimals_are_read_to_the_last_bit(load):
    written = [0.1, 1 / 3, 2.2250738585072014e-308, 123456789.123456789]
    text = "a,y\n" + "".join(f"{value!r},0\n" for value in written)
    assert load(text).features["a"].tolist() == written


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_read(load, end):
    assert load(end.join(["a,y", "1,0", "2,1", ""])).features["a"].tolist() == [1, 2]


def test_blank_lines_at_the_end_are_no_records(load):
    assert load("a,y\n1,0\n\n\n").n_rows == 1


def test_a_blank_line_between_records_is_an_error(load):
    assert "line 3 has 0" in refusal(load, "a,y\n1,0\n\n2,1\n")


def test_a_file_without_final_line_end_is_whole(load):
    assert load("a,y\n1,0\n2,1").n_rows == 2


def test_fields_may_hold_separators_quotes_and_line_ends(load):
    dataset = load('a,y\n"x, ""y""\nz",0\nw,1\n')
    assert dataset.features["a"].tolist() == ['x, "y"\nz', "w"]


def test_a_field_may_be_longer_than_the_csv_modules_limit(load):
    before = csv.field_size_limit()
    dataset = load(f"a,y\n{'x' * 200_000},0\n")
    assert len(dataset.features["a"].iloc[0]) == 200_000
    assert csv.field_size_limit() == before


def test_rows_with_too_many_fields_are_named_by_line(load):
    text = refusal(load, "a,b,y\n1,2,0\n1,2,3,0\n1,2,0\n1,2,3,4,0\n")
    assert "2 records have not 3 fields like the header: line 3 has 4, line 5 has 5." in text


def test_every_row_one_field_too_many_shifts_nothing(load):
    assert "line 2 has 3, line 3 has 3" in refusal(load, "a,y\n1,2,0\n3,4,1\n")


def test_rows_with_too_few_fields_are_named_by_line(load):
    assert "1 records have not 3 fields like the header: line 3 has 2." in refusal(load, "a,b,y\n1,2,0\n1,0\n")


def test_the_line_of_a_record_after_a_field_of_several_lines_is_right(load):
    assert "line 4 has 1" in refusal(load, 'a,y\n"x\nx",0\nz\n')


def test_many_wrong_rows_are_counted_and_five_are_shown(load):
    text = refusal(load, "a,y\n" + "1\n" * 9)
    assert "9 records" in text
    assert "line 6 has 1, …" in text
    assert "line 7" not in text


def test_a_byte_order_mark_is_not_part_of_the_first_name(load):
    assert list(load("\ufeffa,y\n1,0\n").features.columns) == ["a"]


def test_a_byte_of_another_encoding_is_named_with_its_line(load):
    content = "a,y\nx,0\ncaf\xe9,1\n".encode("latin-1")
    assert "line 3: byte 0xE9" in refusal(load, content)
    assert load(content, encoding="latin-1").features["a"].tolist() == ["x", "café"]


def test_duplicate_names_are_an_error(load):
    assert "several columns of the same name: 'a'" in refusal(load, "a,a,y\n1,2,0\n")


def test_empty_names_are_an_error(load):
    assert "columns without a name (column 1, 3 of 4)" in refusal(load, ",a, ,y\n0,1,2,0\n")


def test_an_empty_file_is_an_error(load):
    assert "is empty (0 bytes)" in refusal(load, "")


def test_a_header_alone_is_an_error(load):
    assert "has a header but no rows" in refusal(load, "a,y\n")


def test_an_unclosed_quote_is_an_error_at_its_line(load):
    text = refusal(load, 'a,y\nx,0\n"z,1\nw,0\n')
    assert "record at line 3" in text
    assert "set quoting: false" in text


def test_quotes_are_text_where_quoting_is_off(load):
    dataset = load('a\ty\n"x\t0\ny"\t1\n', separator="\t", quoting=False)
    assert dataset.features["a"].tolist() == ['"x', 'y"']


def test_a_wrong_separator_names_the_likely_one(load):
    assert "Set separator: ';'" in refusal(load, "a;b;y\n1;2;0\n")


def test_a_separator_of_two_characters_is_refused(load):
    assert 'separator: "\\t" in double quotes' in refusal(load, "a,y\n1,0\n", ConfigError, separator="\\t")


def test_a_file_without_header_takes_its_names_from_the_option(load):
    dataset = load("0,1\n1,2\n", header=False, columns=["y", "a"])
    assert dataset.features.to_dict("list") == {"a": [1, 2]}
    assert dataset.target.tolist() == [0, 1]


def test_a_file_without_header_needs_names(load):
    assert "give 3 names" in refusal(load, "0,1,2\n", ConfigError, header=False)


def test_names_for_a_file_with_a_header_are_refused(load):
    assert "set header: false" in refusal(load, "a,y\n1,0\n", ConfigError, columns=["b", "y"])


def test_too_few_names_for_a_headerless_file_are_an_error(load):
    text = refusal(load, "0,1,2\n", header=False, columns=["y", "a"])
    assert "have not 2 fields like the option columns: line 1 has 3" in text


@pytest.mark.fault("F67")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,label\n1,0\n", "Did you mean 'label'?"),
        ("a,lable,lable\n1,0,0\n", "several columns of the same name: 'lable'"),
        ("a,lable\n1,\n2,NA\n", "is empty in all 2 rows"),
        ("a,b\n1,0\n", "there is no column 'lable'. The columns are: 'a', 'b'."),
    ],
)
def test_a_target_that_cannot_be_used_is_explained(load, text, told):
    message = refusal(load, text, target="lable")
    assert told in message
    assert "t.csv" in message


def test_text_that_looks_like_pandas_missing_markers_survives(load):
    assert load("a,y\nNone,0\n-1.#IND,1\n").features["a"].tolist() == ["None", "-1.#IND"]


def test_random_tables_survive_the_round_trip(load):
    rng = np.random.default_rng(0)
    alphabet = np.array(list('ab,"\n\t;|é '))
    texts = ["x" + "".join(rng.choice(alphabet, size=rng.integers(8))) for _ in range(300)]
    frame = pd.DataFrame({"t": texts, "n": rng.normal(size=300), "y": rng.integers(3, size=300)})
    dataset = load(frame.to_csv(index=False, lineterminator="\n"))
    assert dataset.features["t"].tolist() == texts
    assert dataset.features["n"].tolist() == frame["n"].tolist()
    assert dataset.target.tolist() == frame["y"].tolist()


@pytest.mark.skipif(not SMS.exists(), reason="the SMS collection is not here")
def test_the_sms_collection_is_read_with_every_row():
    source = CsvSource(
        path=SMS.name, target="label", separator="\t", header=False, columns=["label", "text"], quoting=False
    )
    dataset = source.load(SourceContext(SMS.parent, 0))
    assert dataset.n_rows == 5574
    assert dict(zip(*np.unique(dataset.target, return_counts=True), strict=True)) == {"ham": 4827, "spam": 747}
    assert not dataset.features["text"].isna().any()
    assert dataset.fingerprint == "7d039a24a6083ed9ef0f806ebad56bbb976e3aeb8de05669173bfdc4996c239d"


# Blocks: what is read in pieces is what would be read at once.


@pytest.fixture
def small_blocks(monkeypatch):
    """Read a few bytes at a time, so that a small file has many blocks."""
    monkeypatch.setattr("runner_builtin.sources.csv_cutting.LEAST_RECORDS", 1)
    monkeypatch.setattr("runner_builtin.sources.table_pieces.BATCH_ROWS", 3)

    def set_size(size):
        monkeypatch.setattr("runner_builtin.sources.data_files.BLOCK_BYTES", size)

    set_size(8)
    return set_size


def batches(tmp_path, text, **options):
    (tmp_path / "t.csv").write_text(text, newline="")
    return list(CsvSource(path="t.csv", **options).batches(SourceContext(tmp_path, 0)))


@pytest.mark.parametrize("size", [1, 2, 5, 64])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blocks_are_cut_between_records_whatever_the_quotes_hold(load, small_blocks, size, end):
    small_blocks(size)
    text = end.join(["a,t,y", f'1,"x, ""y""{end}z",0', '2,"",1', "3,w,0", '4,"é;",1', ""])
    dataset = load(text + end)
    assert dataset.features["a"].tolist() == [1, 2, 3, 4]
    assert dataset.features["t"].fillna("-").tolist() == [f'x, "y"{end}z', "-", "w", "é;"]
    assert dataset.target.tolist() == [0, 1, 0, 1]
    assert dataset.fingerprint == hashlib.sha256((text + end).encode()).hexdigest()


@pytest.mark.parametrize("size", [1, 4, 100])
def test_quotes_inside_of_unquoted_fields_are_text_in_every_block(load, small_blocks, size):
    small_blocks(size)
    dataset = load('a,y\n5" pipe,0\n"x",1\n7" pipe,0\n"a\n""b""",1\n')
    assert dataset.features["a"].tolist() == ['5" pipe', "x", '7" pipe', 'a\n"b"']


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2", "3"], "i"),
        (["1", "", "3"], "f"),
        (["1", "2", "0.5"], "f"),
        (["", "", "7"], "f"),
        (["True", "False", "True"], "b"),
        (["1", "2", "x"], "O"),
        (["00123", "2", "x"], "O"),
        (["True", "1", "2"], "O"),
        (["1", str(2**63), "2"], "O"),
        (["1", str(10**20), "2"], "O"),
        (["1", "", "x"], "O"),
    ],
)
def test_the_type_of_a_column_is_that_of_the_whole_file(load, small_blocks, tmp_path, values, kind):
    text = "a,b\n" + "".join(f"{value},0\n" for value in values)
    column = load(text, target=None).features["a"]
    assert column.dtype.kind == kind
    if kind == "O":
        assert column.fillna("").tolist() == values
    parts = [batch.features["a"] for batch in batches(tmp_path, text)]
    assert all(part.dtype == column.dtype for part in parts)
    pd.testing.assert_series_equal(pd.concat(parts, ignore_index=True), column)


def test_batches_have_the_rows_ids_types_and_notes_of_the_whole(load, small_blocks, tmp_path):
    text = "a,t,y\n" + "".join(f"{'' if row % 5 == 3 else row},w{row},{row % 2}\n" for row in range(20)) + "x,w,\n"
    whole = load(text, drop_missing_target=True)
    parts = batches(tmp_path, text, target="y", drop_missing_target=True)
    assert max(part.n_rows for part in parts) <= 3
    assert len(parts) > 5
    pd.testing.assert_frame_equal(pd.concat([part.features for part in parts]).reset_index(drop=True), whole.features)
    assert np.concatenate([part.row_ids for part in parts]).tolist() == whole.row_ids.tolist()
    assert np.concatenate([part.target for part in parts]).tolist() == whole.target.tolist()
    assert {part.fingerprint for part in parts} == {whole.fingerprint}
    assert parts[0].notes == whole.notes
    assert sum(part.dropped.get("missing target", 0) for part in parts) == whole.dropped["missing target"] == 1


def test_batches_of_a_table_without_rows_or_target_are_refused(tmp_path):
    with pytest.raises(DataError, match="has a header but no rows"):
        batches(tmp_path, "a,y\n")
    with pytest.raises(DataError, match="is empty in all 2 rows"):
        batches(tmp_path, "a,y\n1,\n2,\n", target="y", drop_missing_target=True)


def test_a_table_needs_no_target(load):
    dataset = load("a,b\n1,2\n", target=None)
    assert dataset.target is None
    assert list(dataset.features.columns) == ["a", "b"]


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)],
    ids=["gz", "bz2", "xz"],
)
def test_compressed_files_are_read_and_known_by_their_own_bytes(tmp_path, suffix, pack):
    content = pack(b"a,y\n" + b"1,0\n2,1\n" * 500)
    (tmp_path / f"t.csv{suffix}").write_bytes(content)
    source, context = CsvSource(path=f"t.csv{suffix}", target="y"), SourceContext(tmp_path, 0)
    dataset = source.load(context)
    assert dataset.n_rows == 1000
    assert dataset.fingerprint == source.fingerprint(context) == hashlib.sha256(content).hexdigest()


def test_a_file_is_read_below_its_size_in_memory_columns_that_play_no_role_are_not_kept(load):
    dataset = load("a,b,c,y\n1,2,x,0\n", features=["b"])
    assert list(dataset.features.columns) == ["b"]


# Faults.


@pytest.mark.fault("F51")
@pytest.mark.parametrize("quoting", [True, False])
def test_every_row_one_too_many_is_an_error_in_every_block(load, small_blocks, quoting):
    text = refusal(load, "a,y\n" + "1,2,0\n" * 30, quoting=quoting)
    assert "30 records have not 2 fields like the header: line 2 has 3, line 3 has 3" in text


@pytest.mark.fault("F51")
def test_a_few_rows_too_long_late_in_the_file_are_an_error(load, small_blocks):
    text = refusal(load, "a,y\n" + "1,0\n" * 40 + "1,0,7\n" + "1,0\n" * 40 + '"1",0,7\n')
    assert "2 records have not 2 fields like the header: line 42 has 3, line 83 has 3." in text


@pytest.mark.fault("F52")
def test_too_few_fields_are_an_error_that_names_the_way_to_drop_them(load):
    assert "on_bad_rows: drop" in refusal(load, "a,b,y\n1,2,0\n1\n")


@pytest.mark.fault("F52")
@pytest.mark.parametrize("size", [3, 1000])
def test_bad_rows_are_dropped_on_request_counted_and_kept_aside(load, small_blocks, tmp_path, size):
    small_blocks(size)
    text = 'a,t,y\n1,x,0\n2\n3,"y\ny",1\n4,z,1,9\n\n5,w,0\n7,8\n'
    dataset = load(text, on_bad_rows="drop")
    assert dataset.features["a"].tolist() == [1, 3, 5]
    assert dataset.features["t"].tolist() == ["x", "y\ny", "w"]
    assert dataset.rejected == (
        (3, "1 fields in place of 3", "2"),
        (6, "4 fields in place of 3", "4,z,1,9"),
        (7, "0 fields in place of 3", ""),
        (9, "2 fields in place of 3", "7,8"),
    )
    assert dict(dataset.dropped) == {"wrong number of fields": 4}
    parts = batches(tmp_path, text, target="y", on_bad_rows="drop")
    assert sum((part.rejected for part in parts), ()) == dataset.rejected
    assert sum(sum(part.dropped.values()) for part in parts) == 4


@pytest.mark.fault("F52")
def test_a_table_of_bad_rows_only_is_refused(load):
    assert "no rows" in refusal(load, "a,y\n1\n2\n", on_bad_rows="drop")


@pytest.mark.fault("F53")
@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_byte_order_mark_is_left_out_however_it_is_cut(load, small_blocks, size):
    small_blocks(size)
    assert list(load(b"\xef\xbb\xbfa,y\n1,0\n").features.columns) == ["a"]


@pytest.mark.fault("F54")
def test_a_byte_of_another_encoding_is_found_in_any_block(load, small_blocks):
    content = b"a,y\n" + b"x,0\n" * 100 + "café,1\n".encode("latin-1")
    assert "line 102: byte 0xE9 (offset 407) is not utf-8. If the file is latin-1" in refusal(load, content)


@pytest.mark.fault("F54")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1", "cp1252", "shift_jis"])
def test_stated_encodings_are_read(load, small_blocks, encoding):
    word = "カ" if encoding == "shift_jis" else "café"
    assert load(f"a,y\n{word},1\n".encode(encoding), encoding=encoding).features["a"].tolist() == [word]


@pytest.mark.fault("F54")
def test_utf_16_is_named_but_not_guessed(load):
    assert "set encoding: utf-16" in refusal(load, "a,y\n1,0\n".encode("utf-16"))


@pytest.mark.fault("F55")
def test_a_tail_of_nul_is_refused_with_its_offset(load, small_blocks):
    text = refusal(load, b"a,y\n" + b"1,0\n" * 50 + b"\0" * 4096)
    assert "line 52: NUL character at offset 204" in text
    assert "crashed writer" in text


@pytest.mark.fault("F56")
@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("a,a,y", "several columns of the same name: 'a'"),
        ("a,,y", "without a name (column 2 of 3)"),
        ('a,"  ",y', "without a name (column 2 of 3)"),
    ],
)
def test_names_that_name_nothing_are_refused(load, header, told):
    assert told in refusal(load, f"{header}\n1,2,0\n")


@pytest.mark.fault("F57")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty (0 bytes)"),
        ("\n\n", "nothing but line ends"),
        ("\na,y\n1,0\n", "begins with a blank line"),
        ("a,y", "has a header but no rows"),
        ("\ufeff", "nothing but line ends"),
    ],
)
def test_files_without_rows_are_refused(load, text, told):
    assert told in refusal(load, text)


@pytest.mark.fault("F57")
def test_one_row_is_a_table(load):
    assert load("a,y\n1,0").features["a"].tolist() == [1]


@pytest.mark.fault("F57")
def test_a_table_may_have_very_many_columns(load):
    count = int(os.environ.get("RUNNER_TEST_COLUMNS", "3000"))
    names = ",".join(f"c{i}" for i in range(count))
    values = ",".join(str(i) for i in range(count))
    dataset = load(f"{names},y\n{values},0\n{values},1\n")
    assert dataset.features.shape == (2, count)
    assert dataset.features.iloc[1].tolist() == list(range(count))


@pytest.mark.fault("F58")
@pytest.mark.parametrize("value", ["1e400", "-inf", "Infinity"])
def test_infinite_numbers_are_an_error_a_gap_or_kept(load, value):
    text = f"a,y\n1,0\n{value},1\n"
    message = refusal(load, text)
    assert "column 'a' holds 1 infinite numbers, the first in line 3" in message
    assert load(text, infinite="missing").features["a"].isna().tolist() == [False, True]
    assert np.isinf(load(text, infinite="keep").features["a"]).tolist() == [False, True]
    assert "column 'a': 1 infinite numbers are missing values now" in load(text, infinite="missing").notes


@pytest.mark.fault("F58")
def test_the_word_inf_in_a_column_of_texts_is_a_text(load, small_blocks):
    assert load("a,y\ninf,0\n1,1\nx,0\n").features["a"].tolist() == ["inf", "1", "x"]


@pytest.mark.fault("F58")
@pytest.mark.parametrize("marker", ["NaN", "#N/A", "NA", "null"])
def test_markers_of_missing_values_are_gaps(load, marker):
    assert load(f"a,y\n1,0\n{marker},1\n").features["a"].isna().tolist() == [False, True]


@pytest.mark.fault("F58")
@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["1,5", "2"], "set decimal: ','"),
        (["1.234,5", "2"], "set decimal: ',' and thousands: '.'"),
        (['"1,234.5"', "12"], "set thousands: ','"),
    ],
)
def test_numbers_written_otherwise_are_noticed(load, values, told):
    notes = load("price;y\n" + "".join(f"{value};0\n" for value in values), separator=";").notes
    assert any("column 'price'" in note and told in note for note in notes)


@pytest.mark.fault("F58")
def test_numbers_written_otherwise_are_read_as_stated(load):
    dataset = load("price;y\n1.234,5;0\n2;1\n", separator=";", decimal=",", thousands=".")
    assert dataset.features["price"].tolist() == [1234.5, 2.0]
    assert dataset.notes == ()


def test_ordinary_texts_are_not_taken_for_numbers(load):
    assert load("t,y\nred,0\n1,1\n").notes == ()


@pytest.mark.fault("F59")
@pytest.mark.parametrize(
    "text", ["id,y\n00123,0\n7,1\n", 'id,y\n"00123",0\n"7",1\n', 'id,z,y\n00123,5" x,0\n7,z,1\n']
)
def test_lost_leading_zeros_are_told_and_can_be_kept(load, text):
    dataset = load(text)
    assert dataset.features["id"].tolist() == [123, 7]
    assert dataset.notes == (
        "column 'id': leading zeros are lost (as 00123 read as 123) in 1 rows; set types: {id: string} to keep them",
    )
    kept = load(text, types={"id": "string"})
    assert kept.features["id"].tolist() == ["00123", "7"]
    assert kept.notes == ()


@pytest.mark.fault("F59")
def test_zeros_that_lead_nothing_are_not_told_of(load):
    assert load("a,b,y\n0,0.05,0\n0,-0.1,1\n").notes == ()


@pytest.mark.fault("F59")
def test_integers_beyond_64_bits_are_kept_as_text_with_their_gaps(load):
    dataset = load(f"id,y\n{10**19},0\n,1\n5,0\n")
    assert dataset.features["id"].fillna("-").tolist() == [str(10**19), "-", "5"]
    assert any("too long for 64 bits" in note for note in dataset.notes)


@pytest.mark.fault("F59")
def test_integers_that_a_gap_makes_inexact_are_told_of(load, small_blocks):
    notes = load(f"id,y\n{2**60 + 1},0\n,1\n5,0\n").notes
    assert any("1 whole numbers beyond 2**53 are rounded" in note for note in notes)
    assert load(f"id,y\n{2**60 + 1},0\n7,1\n").notes == ()


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("string", ["1", "NA", "00"], ["1", None, "00"]),
        ("integer", ["1", "-2", "003"], [1, -2, 3]),
        ("integer", ["1", "", "3"], [1.0, None, 3.0]),
        ("number", ["1", "2.5", ""], [1.0, 2.5, None]),
        ("boolean", ["TRUE", "no", "1"], [True, False, True]),
        ("category", ["b", "a", "b"], ["b", "a", "b"]),
        ("date", ["2024-02-29", "2024-02-29T12:00:00+02:00", ""], ["2024-02-29 00:00", "2024-02-29 10:00", None]),
    ],
)
def test_declared_types_are_given(load, small_blocks, tmp_path, kind, values, expected):
    text = "a,b\n" + "".join(f"{value},0\n" for value in values)
    column = load(text, target=None, types={"a": kind}).features["a"]
    if kind == "date":
        expected = [pd.Timestamp(value) if value else None for value in expected]
    assert [None if pd.isna(value) else value for value in column] == expected
    assert kind != "category" or column.dtype == "category"
    parts = [batch.features["a"] for batch in batches(tmp_path, text, types={"a": kind})]
    assert all(part.dtype == column.dtype for part in parts)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("integer", "1.5"), ("integer", "x12"), ("number", "1,5"), ("boolean", "si"), ("date", "31.12.")],
)
def test_values_of_another_type_than_declared_are_located_and_not_shown(load, kind, value):
    text = refusal(load, f"a;y\n;0\n{value};1\n", separator=";", types={"a": kind})
    assert "types: column 'a' of " in text
    assert f"is declared {kind}, but line 3 holds a text of {len(value)} characters" in text
    assert repr(value) not in text


def test_a_type_for_no_column_is_refused(load):
    assert "types of" in refusal(load, "a,y\n1,0\n", types={"b": "string"})


@pytest.mark.fault("F60")
def test_a_quote_left_open_is_found_across_blocks(load, small_blocks):
    text = refusal(load, 'a,y\nx,0\n"z,1\n' + "w,0\n" * 50)
    assert "record at line 3: unexpected end of data" in text
    assert "close the quote" in text


@pytest.mark.fault("F60")
def test_a_quote_left_open_does_not_swallow_the_file(load, small_blocks, monkeypatch):
    monkeypatch.setattr("runner_builtin.sources.csv_cutting.LONGEST_RECORD", 100)
    assert "longer than 100 bytes; a quote is likely left open" in refusal(load, 'a,y\nx,0\n"z,1\n' + "w,0\n" * 500)


@pytest.mark.fault("F60")
def test_text_behind_a_closing_quote_is_refused(load):
    assert "record at line 2" in refusal(load, 'a,y\n"x"z,0\n')


@pytest.mark.fault("F60")
def test_a_wrong_separator_is_named_without_a_header_too(load):
    text = refusal(load, "1;2\n3;4\n", header=False, columns=["a", "y"])
    assert "its first line '1;2' holds no separator ','" in text


def test_spaces_after_separators_are_skipped_on_request(load):
    text = 'a, t, y\n1, "x, y", 0\n2, z, 1\n'
    dataset = load(text, skip_initial_space=True)
    assert dataset.features["t"].tolist() == ["x, y", "z"]
    assert dataset.features["a"].tolist() == [1, 2]


@pytest.mark.fault("F61")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<!DOCTYPE html>\n<html>Sign in</html>", "looks like HTML"),
        ("\ufeff <html>", "looks like HTML"),
        ('<?xml version="1.0"?><Error/>', "looks like XML"),
        ('{"error": "not found"}', "looks like JSON"),
        ('[{"a": 1, "y": 2}]', "looks like JSON"),
        ('{\n  "error": 404\n}', "looks like JSON"),
    ],
)
def test_pages_and_messages_of_servers_are_no_tables(load, text, told):
    assert told in refusal(load, text)


@pytest.mark.fault("F66")
def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, small_blocks):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "1,0\n" * 100)
    stream = CsvSource(path="t.csv", types={"a": "number"}).batches(SourceContext(tmp_path, 0))
    next(stream)
    with path.open("a") as file:
        file.write("2,1\n")
    with pytest.raises(DataError, match=r"changed while it was read: it had 404 bytes and has 408"):
        list(stream)


@pytest.mark.fault("F66")
def test_a_file_that_vanishes_while_it_is_read_is_refused(tmp_path, small_blocks):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "1,0\n" * 100)
    stream = CsvSource(path="t.csv").batches(SourceContext(tmp_path, 0))
    next(stream)
    path.unlink()
    with pytest.raises(DataError, match="changed while it was read: it is gone"):
        list(stream)


@pytest.mark.fault("F32")
def test_a_file_that_is_another_one_when_it_is_read_again_is_refused(tmp_path, small_blocks, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,0\n2,0\nx,0\n")

    def read_again(self, place, *arguments, _original=CsvSource._read_again):
        path.write_text("a,y\n1,0\n3,0\nx,0\n")
        return _original(self, place, *arguments)

    monkeypatch.setattr(CsvSource, "_read_again", read_again)
    with pytest.raises(DataError, match="changed while it was read: its bytes are others than before"):
        CsvSource(path="t.csv").load(SourceContext(tmp_path, 0))


@pytest.mark.parametrize(
    "options", [{"decimal": "::"}, {"thousands": "5"}, {"decimal": ",", "thousands": ","}, {"separator": "§"}]
)
def test_options_that_cannot_be_meant_are_refused(load, options):
    refusal(load, "a,y\n1,0\n", ConfigError, **options)


@pytest.mark.skipif(not ADULT.exists(), reason="the adult data are not here")
def test_the_adult_data_are_read_with_every_gap():
    columns = [f"c{place}" for place in range(14)] + ["income"]
    source = CsvSource(
        path=ADULT.name, target="income", header=False, columns=columns, missing=["?"], skip_initial_space=True
    )
    dataset = source.load(SourceContext(ADULT.parent, 0))
    assert dataset.n_rows == 32561
    assert int(dataset.features.isna().to_numpy().sum()) == 4262
    assert dict(zip(*np.unique(dataset.target, return_counts=True), strict=True)) == {"<=50K": 24720, ">50K": 7841}
    assert dataset.notes == ()


def test_columns_left_out_are_not_missed(load):
    assert load("a,b,y\n1,2,0\n3,4,1\n", drop=["a"]).features.to_dict("list") == {"b": [2, 4]}


def test_nothing_at_all_may_stand_for_a_missing_value(load):
    assert load("a,y\nNA,0\nx,1\n", missing=[]).features["a"].tolist() == ["NA", "x"]


@pytest.mark.skipif(sys.platform != "linux", reason="the most memory a process held is told by Linux only")
def test_reading_takes_at_most_two_and_a_half_times_the_memory_of_the_table(tmp_path):
    megabytes = os.environ.get("RUNNER_TEST_CSV_MEGABYTES", "128")
    for _ in range(3):  # how the allocator packs varies by a tenth; reading takes what the leanest of them took
        done = subprocess.run(
            [sys.executable, str(BENCHMARK), "--megabytes", megabytes, "--kind", "mixed", "--json"],
            check=True,
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        found = json.loads(done.stdout)["mixed"]["runner"]
        assert found["rows"] > 10_000 * int(megabytes) / 2
        if found["peak"] <= 2.5 * found["table"]:
            break
    assert found["peak"] <= 2.5 * found["table"]
