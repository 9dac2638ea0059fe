import gzip
import hashlib
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.sources.data_files import DataFile, FileReading, file_fingerprint, read_data_file


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


@pytest.mark.fault("F65")
def test_a_folder_is_no_data_file(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(DataError, match=r"data is a folder; give the path of one data file"):
        read_data_file("data", tmp_path)


@pytest.mark.fault("F65")
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


@pytest.mark.fault("F65")
def test_a_device_is_refused():
    with pytest.raises(DataError, match="neither a file nor a folder"):
        read_data_file("/dev/zero", Path("/"))


@pytest.mark.fault("F65")
def test_a_link_that_leads_out_of_the_folder_is_told(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.csv").write_text("a")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "data").symlink_to(tmp_path / "elsewhere")
    file = read_data_file("data/a.csv", tmp_path / "run")
    assert len(file.notes) == 1
    assert f"symbolic link to {(tmp_path / 'elsewhere' / 'a.csv').resolve()}" in file.notes[0]
    assert read_data_file("../elsewhere/a.csv", tmp_path / "run").notes == ()


@pytest.mark.fault("F64")
@pytest.mark.parametrize("name", ["a.pkl", "a.pickle", "a.joblib", "a.npy", "a.csv"])
def test_pickles_are_refused_by_name_and_by_what_they_hold(tmp_path, name):
    content = pickle.dumps({"a": 1}) if name == "a.csv" else b"a,y\n1,0\n"
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match="can run any code"):
        read_data_file(name, tmp_path)


@pytest.mark.fault("F64")
def test_arrays_of_objects_are_refused(tmp_path):
    with (tmp_path / "a.csv").open("wb") as file:
        np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="NumPy file, which may hold pickled objects"):
        read_data_file("a.csv", tmp_path)


def test_a_reading_gives_the_blocks_and_afterwards_the_fingerprint(tmp_path, monkeypatch):
    monkeypatch.setattr("runner_builtin.sources.data_files.BLOCK_BYTES", 4)
    (tmp_path / "a").write_bytes(b"0123456789")
    reading = FileReading(tmp_path / "a")
    shares = [(block, reading.share) for block in reading.blocks()]
    assert shares == [(b"0123", 0.4), (b"4567", 0.8), (b"89", 1.0)]
    assert reading.fingerprint == hashlib.sha256(b"0123456789").hexdigest()


def test_a_compressed_file_is_unpacked_and_known_by_its_bytes_on_disk(tmp_path):
    packed = gzip.compress(b"text")
    (tmp_path / "a.gz").write_bytes(packed)
    reading = FileReading(tmp_path / "a.gz")
    assert reading.whole() == b"text"
    assert reading.fingerprint == file_fingerprint(tmp_path / "a.gz") == hashlib.sha256(packed).hexdigest()


@pytest.mark.fault("F66")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda path: path.write_bytes(b"x" * 9), "it had 8 bytes and has 9"),
        (lambda path: os.utime(path, (1, 1)), "it was written or replaced"),
        (lambda path: path.unlink(), "it is gone"),
    ],
)
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch, change, told):
    monkeypatch.setattr("runner_builtin.sources.data_files.BLOCK_BYTES", 4)
    (tmp_path / "a").write_bytes(b"01234567")
    blocks = FileReading(tmp_path / "a").blocks()
    next(blocks)
    change(tmp_path / "a")
    with pytest.raises(DataError, match=f"changed while it was read: {told}"):
        list(blocks)


@pytest.mark.fault("F66")
def test_bytes_that_are_not_those_of_the_first_pass_are_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    with pytest.raises(DataError, match="its bytes are others than before"):
        list(FileReading(tmp_path / "a", expected="0" * 64).blocks())


@pytest.mark.fault("F66")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_permission_that_is_taken_away_before_the_second_pass_is_told(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    list(FileReading(tmp_path / "a").blocks())
    (tmp_path / "a").chmod(0)
    with pytest.raises(DataError, match="Permission denied"):
        list(FileReading(tmp_path / "a").blocks())
