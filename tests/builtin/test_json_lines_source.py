import hashlib

import pytest

from runner.contracts import SourceContext
from runner.errors import DataError
from runner_builtin.json_lines_source import JsonLinesSource


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
