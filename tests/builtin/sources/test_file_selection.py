import pytest

from runner.errors import ConfigError
from runner_builtin.sources.file_selection import Selection, is_hidden, listed


@pytest.mark.parametrize(("only", "prefix"), [(None, ""), ("a", "a/"), ("./a//b/", "a/b/"), (".", "")])
def test_a_subfolder_is_how_names_begin(only, prefix):
    assert Selection(bool, "x", only).prefix == prefix


@pytest.mark.parametrize("only", ["..", "a/../b"])
def test_a_subfolder_cannot_lead_out(only):
    with pytest.raises(ConfigError, match="leads out of the path"):
        _ = Selection(bool, "x", only).prefix


@pytest.mark.parametrize("name", [".a", "a/.b", ".git/a.png", "__MACOSX/a.png"])
def test_hidden_files_are_never_wanted(name):
    assert is_hidden(name)
    assert not Selection(lambda name: True, "x").takes(name)


def test_files_are_wanted_as_asked():
    selection = Selection(lambda name: name.endswith(".png"), "x")
    assert selection.takes("a.b/c..png")
    assert not selection.takes("a.csv")


def test_a_few_names_stand_for_many():
    assert listed(["a", "b"]) == "'a', 'b'"
    assert listed(list("abcd")) == "'a', 'b', 'c', …"
