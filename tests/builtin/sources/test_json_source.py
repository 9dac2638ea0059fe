import gzip
import hashlib

import pytest

from runner.contracts import SourceContext
from runner.errors import DataError
from runner_builtin.sources.json_source import JsonSource


@pytest.fixture
def load(tmp_path):
    """Write a file and load it."""

    def load(text, rows="", target="y", **options):
        (tmp_path / "t.json").write_bytes(text if isinstance(text, bytes) else text.encode())
        return JsonSource(path="t.json", rows=rows, target=target, **options).load(SourceContext(tmp_path, 0))

    return load


def refusal(load, text, **options):
    with pytest.raises(DataError) as caught:
        load(text, **options)
    return str(caught.value)


def test_a_list_of_objects_is_a_table(load):
    text = '[{"a": 1, "t": "ü", "y": "no"}, {"a": null, "y": "yes"}]'
    dataset = load(text)
    assert dataset.features["a"].isna().tolist() == [False, True]
    assert dataset.features["t"].fillna("-").tolist() == ["ü", "-"]
    assert dataset.target.tolist() == ["no", "yes"]
    assert dataset.fingerprint == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("path", ["data.items", "pages.1.rows"])
def test_a_path_leads_into_the_document(load, path):
    rows = '[{"a": 1, "y": 0}]'
    text = f'{{"data": {{"items": {rows}}}, "pages": [[], {{"rows": {rows}}}]}}'
    assert load(text, rows=path).features["a"].tolist() == [1]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("data.itmes", "'data.itmes': at 'data' lies an object without a key 'itmes'. Did you mean 'items'?"),
        ("dta", "at its root lies an object without a key 'dta'. Did you mean 'data'?"),
        ("data.items.7", "at 'data.items' lies a list of 1; '7' is no position in it (0 to 0)"),
        ("data.items.0.a.b", "at 'data.items.0.a' lies a number, in which there is no 'b'"),
        ("data", "at 'data' lies an object; a list of objects is wanted; lists lie under 'items'"),
        ("", "at the document itself lies an object; a list of objects is wanted; its keys are 'data', 'none'"),
        ("none", "at 'none' lies null"),
        ("data.empty", "the list at 'data.empty' is empty"),
    ],
)
def test_a_path_that_leads_to_no_rows_says_what_lies_there(load, path, told):
    text = '{"data": {"items": [{"a": 1, "y": 0}], "empty": []}, "none": null}'
    assert told in refusal(load, text, rows=path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"y": 0}, 5]', "row 2 of the document itself: found a JSON int"),
        ('[{"y": 0, "a": [1]}]', "'a' holds a list"),
        ('[{"y": 0, "y": 1}]', "the key 'y' is given twice"),
        ('[{"y": NaN}]', "NaN is not JSON"),
        ('[{"y": 0},\n {"y" 1}]', "line 2, column 7: not JSON"),
        ('{"y": 0}\n{"y": 1}', "use the source 'json_lines'"),
        ("[" * 100_000, "too deep"),
        ("[" + "1" * 5000 + "]", "t.json"),
    ],
)
def test_documents_that_are_no_table_are_refused(load, text, told):
    assert told in refusal(load, text)


@pytest.mark.fault("F61")
def test_a_page_in_place_of_the_document_is_recognised(load):
    assert "looks like HTML" in refusal(load, "<html>Sign in</html>")


@pytest.mark.fault("F54")
def test_bytes_that_are_not_utf_8_are_named(load):
    assert "line 2: byte 0xE9" in refusal(load, b'[\n"\xe9"]')


def test_a_compressed_document_is_read(tmp_path):
    (tmp_path / "t.json.gz").write_bytes(gzip.compress(b'[{"a": 1}]'))
    assert JsonSource(path="t.json.gz").load(SourceContext(tmp_path, 0)).n_rows == 1
