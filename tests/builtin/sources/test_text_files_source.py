import zipfile

import numpy as np
import pytest

from runner.contracts import SourceContext
from runner.errors import ConfigError, DataError
from runner_builtin.sources import text_files_source
from runner_builtin.sources.text_files_source import TextFilesSource

TEXTS = {"spam/1.txt": "Win!", "ham/a.txt": "naïve", "ham/b.txt": "no\r\nyes", "spam/2.txt": ""}


@pytest.fixture
def context(tmp_path):
    for name, text in TEXTS.items():
        (tmp_path / "texts" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "texts" / name).write_bytes(text.encode())
    return SourceContext(tmp_path, 0)


def test_each_file_is_a_row_and_its_folder_the_class(context):
    dataset = TextFilesSource(path="texts").load(context)
    assert dataset.features.to_dict("list") == {"text": ["naïve", "no\r\nyes", "Win!", ""]}
    assert dataset.target.tolist() == ["ham", "ham", "spam", "spam"]
    assert dataset.row_ids.tolist() == [0, 1, 2, 3]
    assert dataset.groups is None


def test_empty_texts_are_kept_and_told(context):
    assert TextFilesSource(path="texts").load(context).notes == ("1 texts are empty: 'spam/2.txt'",)


def test_classes_and_groups_can_be_read_from_names(context):
    source = TextFilesSource(path="texts", labels="pattern", pattern=r"([a-z]+)/", group_by=r"/([\w])\.txt$")
    dataset = source.load(context)
    assert dataset.target.tolist() == ["ham", "ham", "spam", "spam"]
    assert dataset.groups.tolist() == ["a", "b", "1", "2"]


def test_files_can_be_chosen_and_need_no_class(context):
    dataset = TextFilesSource(path="texts", files="*/[a1].txt", labels=None).load(context)
    assert dataset.features["text"].tolist() == ["naïve", "Win!"]
    assert dataset.target is None
    assert "2 files of" in dataset.notes[0]


def test_an_archive_gives_the_same_rows(context, tmp_path):
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        for name, text in TEXTS.items():
            archive.writestr(f"corpus/{name}", text)
    folder = TextFilesSource(path="texts").load(context)
    packed = TextFilesSource(path="texts.zip", only="corpus").load(context)
    assert packed.features.equals(folder.features)
    assert packed.fingerprint == folder.fingerprint


def test_the_fingerprint_is_known_without_parsing(context, tmp_path):
    source = TextFilesSource(path="texts")
    before = source.fingerprint(context)
    assert before == source.load(context).fingerprint
    (tmp_path / "texts/ham/a.txt").write_bytes(b"\xff")
    assert source.fingerprint(context) != before


def test_batches_are_the_same_rows(context, monkeypatch):
    monkeypatch.setattr(text_files_source, "_BATCH_ROWS", 3)
    source = TextFilesSource(path="texts", group_by="(.)/")
    whole, batches = source.load(context), list(source.batches(context))
    assert [batch.n_rows for batch in batches] == [3, 1]
    texts = [text for batch in batches for text in batch.features["text"]]
    assert texts == whole.features["text"].tolist()
    for part in ("target", "row_ids", "groups"):
        joined = np.concatenate([getattr(batch, part) for batch in batches])
        np.testing.assert_array_equal(joined, getattr(whole, part))
    assert {batch.fingerprint for batch in batches} == {whole.fingerprint}
    assert sum((batch.notes for batch in batches), ()) == whole.notes


@pytest.mark.fault("F54")
def test_a_byte_of_another_encoding_is_named_with_file_and_line(context, tmp_path):
    (tmp_path / "texts/ham/a.txt").write_bytes("one\ncafé".encode("latin-1"))
    with pytest.raises(DataError, match=r"texts/ham/a\.txt, line 2: byte 0xE9 \(offset 7\) is not utf-8\. Set enc"):
        TextFilesSource(path="texts").load(context)
    assert TextFilesSource(path="texts", encoding="latin-1").load(context).features["text"][0] == "one\ncafé"


@pytest.mark.fault("F55")
def test_a_nul_is_named_with_file_and_line(context, tmp_path):
    (tmp_path / "texts/ham/b.txt").write_bytes(b"one\ntwo\0\0")
    with pytest.raises(DataError, match=r"b\.txt, line 2: NUL character"):
        TextFilesSource(path="texts").load(context)


@pytest.mark.fault("F53")
def test_a_byte_order_mark_is_left_out(context, tmp_path):
    (tmp_path / "texts/ham/a.txt").write_bytes("\ufeffx".encode())
    assert TextFilesSource(path="texts").load(context).features["text"][0] == "x"


def test_an_unknown_encoding_is_a_mistake_in_the_declaration(context):
    with pytest.raises(ConfigError, match="'utf-9' is no encoding"):
        TextFilesSource(path="texts", encoding="utf-9").load(context)
