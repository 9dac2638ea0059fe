from pathlib import Path

import pytest

from runner.errors import DataError
from runner_builtin.sources.archive_rules import Limits, check_new, plain_name

HERE = Path("a.zip")


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a/b.txt", "a/b.txt"), ("./a//b.txt", "a/b.txt"), ("a/./b/", "a/b"), ("./", ""), ("..a/b..", "..a/b..")],
)
def test_needless_dots_and_slashes_are_left_out(name, plain):
    assert plain_name(name, HERE) == plain


@pytest.mark.fault("F62")
@pytest.mark.parametrize("name", ["/a", "../a", "a/..", "a/../b", "a\\b", "C:a", "a\0b"])
def test_names_that_lead_out_are_refused(name):
    with pytest.raises(DataError, match=r"a\.zip has a member .*, whose name leads out of the folder"):
        plain_name(name, HERE)


def test_a_name_is_given_once_and_is_not_empty():
    check_new("b", {"a"}, HERE)
    with pytest.raises(DataError, match="two members 'a'"):
        check_new("a", {"a"}, HERE)
    with pytest.raises(DataError, match="without a name"):
        check_new("", {"a"}, HERE)


def test_the_ratio_is_judged_beyond_16_mib():
    limits = Limits(max_ratio=10)
    limits.check(16 * 1024**2, 1, HERE)
    limits.check(1_000_000_000, 100_000_000, HERE)
    with pytest.raises(DataError, match=r"unpacks to 16,777,217 bytes or more from 1,024 packed ones, 16,384 times"):
        limits.check(16 * 1024**2 + 1, 1024, HERE)


def test_bytes_and_members_are_counted_up_to_the_limit_itself():
    limits = Limits(max_bytes=10, max_members=2)
    limits.check(10, 10, HERE)
    limits.check_members(2, HERE)
    with pytest.raises(DataError, match=r"more than 10 bytes \(found 11 or more\)"):
        limits.check(11, 10, HERE)
    with pytest.raises(DataError, match="3 members or more; at most 2"):
        limits.check_members(3, HERE)
