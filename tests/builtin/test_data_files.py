import hashlib
import os
from pathlib import Path

import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.data_files import DataFile, read_data_file


def test_a_file_is_read_whole_and_its_fingerprint_is_of_its_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"x,y\n1,2\n")
    file = read_data_file("a.csv", tmp_path)
    assert file.content == b"x,y\n1,2\n"
    assert file.path == tmp_path / "a.csv"
    assert file.fingerprint == hashlib.sha256(b"x,y\n1,2\n").hexdigest()


def test_an_absolute_path_ignores_the_folder(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"x")
    assert read_data_file(str(tmp_path / "a.csv"), Path("/nowhere")).content == b"x"


def test_a_missing_file_is_named_with_its_folder_and_the_nearest_file(tmp_path):
    (tmp_path / "adult.csv").write_text("x")
    with pytest.raises(DataError) as caught:
        read_data_file("adlut.csv", tmp_path)
    text = str(caught.value)
    assert str(tmp_path / "adlut.csv") in text
    assert f"path 'adlut.csv' in {tmp_path}" in text
    assert "Did you mean 'adult.csv'?" in text


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=r"the folder .*nowhere does not exist either"):
        read_data_file("nowhere/a.csv", tmp_path)


def test_a_folder_is_no_data_file(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(DataError, match=r"data is a folder; give the path of one data file"):
        read_data_file("data", tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="neither a file nor a folder"):
        read_data_file("pipe", tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.csv").touch()
    with pytest.raises(DataError, match=r"a\.csv is empty \(0 bytes\)"):
        read_data_file("a.csv", tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_says_why(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "a.csv").chmod(0)
    with pytest.raises(DataError, match="Permission denied"):
        read_data_file("a.csv", tmp_path)


def test_a_byte_order_mark_is_left_out():
    assert DataFile(Path("a"), "\ufeffgrün".encode()).text("utf-8") == "grün"


def test_a_byte_of_another_encoding_is_named_with_its_line():
    content = "a\nb\ncaf\xe9\n".encode("latin-1")
    with pytest.raises(DataError) as caught:
        DataFile(Path("a.csv"), content).text("utf-8")
    assert "a.csv, line 3: byte 0xE9 (offset 7) is not utf-8" in str(caught.value)
    assert "set encoding: latin-1" in str(caught.value)
    assert DataFile(Path("a.csv"), content).text("latin-1") == "a\nb\ncafé\n"


def test_utf_16_is_recognised_but_not_guessed():
    with pytest.raises(DataError, match="set encoding: utf-16"):
        DataFile(Path("a.csv"), "a,b".encode("utf-16")).text("utf-8")


def test_a_truncated_last_character_is_an_error():
    with pytest.raises(DataError, match="byte 0xC3"):
        DataFile(Path("a.csv"), "abcü".encode()[:-1]).text("utf-8")


def test_an_unknown_encoding_is_a_mistake_in_the_declaration():
    with pytest.raises(ConfigError, match="'utf-9' is no encoding Python knows"):
        DataFile(Path("a.csv"), b"a").text("utf-9")


def test_a_nul_tail_is_named_with_its_offset():
    with pytest.raises(DataError, match=r"line 2: NUL character at offset 6"):
        DataFile(Path("a.csv"), b"a,b\n1,\0\0\0").text("utf-8")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x1f\x8b\x08rest", "compressed with gzip"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"PAR1rest", "use the source 'parquet'"),
        (b"\n<!DOCTYPE html><html>Sign in</html>", "looks like HTML"),
        (b"<HTML>", "looks like HTML"),
    ],
)
def test_other_formats_are_recognised(content, told):
    with pytest.raises(DataError, match=told):
        DataFile(Path("a.csv"), content).text("utf-8")
