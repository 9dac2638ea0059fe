import pytest

from runner.errors import DataError
from runner_builtin.sources.json_rows import checked_row, parsed_json, table_of


def test_an_object_is_read():
    assert parsed_json('{"a": 1}', "t", "") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1, "a": 2}', "t: the key 'a' is given twice"),
        ("[Infinity]", "t: Infinity is not JSON; write null"),
        ("[1\n,,]", "t, line 2, column 2: not JSON: Expecting value. Hint."),
        ("[" * 100_000, "t: lists and objects lie too deep"),
    ],
)
def test_what_is_no_json_is_located(text, told):
    with pytest.raises(DataError) as caught:
        parsed_json(text, "t", "Hint.")
    assert told in str(caught.value)


@pytest.mark.parametrize(("row", "told"), [([1], "found a JSON list"), ({"a": {}}, "'a' holds a dict")])
def test_a_row_is_a_flat_object(row, told):
    with pytest.raises(DataError, match=told):
        checked_row(row, "t")


def test_a_key_that_a_row_lacks_is_missing():
    assert table_of([{"a": 1}, {"b": "x"}], ["a", "b"]).isna().to_numpy().tolist() == [[False, True], [True, False]]
