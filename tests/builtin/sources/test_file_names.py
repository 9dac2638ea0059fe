import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.sources.file_collection import FileCollection
from runner_builtin.sources.file_names import group_of_each, matches_glob, name_labels


def files(*names):
    return FileCollection("data", names, (), dict.fromkeys(names, ""), lambda name: b"")


@pytest.mark.parametrize(
    ("pattern", "met", "unmet"),
    [
        ("**/*.txt", ["a.txt", "b/a.txt", "c/b/a.txt"], ["a.csv", "a.txt/b", "a.TXT"]),
        ("*.txt", ["a.txt"], ["b/a.txt"]),
        ("*/*.txt", ["b/a.txt"], ["a.txt", "c/b/a.txt"]),
        ("b/**", ["b/a.txt", "b/c/d"], ["c/b"]),
        ("**/b/**/a.*", ["b/a.txt", "x/b/y/z/a.csv"], ["a.txt", "x/a.txt"]),
        ("[ab]?.txt", ["a1.txt"], ["c1.txt", "a12.txt"]),
    ],
)
def test_patterns_meet_names_folder_by_folder(pattern, met, unmet):
    assert [name for name in (*met, *unmet) if matches_glob(name, pattern)] == met


def test_the_first_folder_is_the_class():
    assert name_labels(files("ham/1.txt", "spam/old/2.txt"), "folder", None) == ["ham", "spam"]


def test_a_file_in_no_folder_has_no_class():
    with pytest.raises(DataError, match=r"1 of 2 files of data lie in no folder.*: 'x\.txt'"):
        name_labels(files("ham/1.txt", "x.txt"), "folder", None)


def test_the_group_of_a_pattern_is_the_class():
    assert name_labels(files("a/spam-1.txt", "b/ham-2.txt"), "pattern", r"(\w+)-\d+\.txt$") == ["spam", "ham"]


def test_without_labels_there_is_no_target():
    assert name_labels(files("a"), None, None) is None


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (None, "pattern: give a regular expression with one group"),
        ("(", "'(' is no regular expression"),
        ("a", "'a' has 0 groups; the one group"),
        ("(a)(b)", "has 2 groups"),
    ],
)
def test_what_is_no_pattern_with_one_group_is_a_mistake_in_the_declaration(pattern, told):
    with pytest.raises(ConfigError) as caught:
        name_labels(files("a"), "pattern", pattern)
    assert told in str(caught.value)


def test_a_pattern_nobody_uses_is_a_mistake_in_the_declaration():
    with pytest.raises(ConfigError, match="set labels: pattern"):
        name_labels(files("a/b"), "folder", "(a)")


@pytest.mark.parametrize("pattern", ["^(p[0-9])", "^(?:(p[0-9])|x)"])
def test_names_that_a_pattern_does_not_match_are_named(pattern):
    with pytest.raises(DataError, match=r"group_by: .* does not match 1 of 2 names of data: 'x1'"):
        group_of_each(files("p1", "x1"), pattern, "group_by")
