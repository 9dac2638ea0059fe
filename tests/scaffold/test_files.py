import pytest

from runner.errors import ConfigError
from runner.scaffold.files import write_new


def test_all_files_are_written_or_none(tmp_path):
    assert write_new(tmp_path, {"a/b.txt": "one"}) == [tmp_path / "a/b.txt"]
    with pytest.raises(ConfigError, match=r"b.txt' cannot be written over what is there already"):
        write_new(tmp_path, {"new.txt": "two", "a/b.txt": "two"})
    assert (tmp_path / "a/b.txt").read_text() == "one"
    assert not (tmp_path / "new.txt").exists()
