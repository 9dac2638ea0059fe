import csv
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runner.contracts import SourceContext
from runner.errors import ConfigError, DataError
from runner_builtin.csv_source import CsvSource

SMS = Path(__file__).parents[3] / "shared" / "data" / "sms-spam" / "SMSSpamCollection"


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
