"""Memory of process groups, and a process's own bounds."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from runner.trials.limits import Peak, address_space, group_memory


def test_a_groups_memory_is_that_of_all_its_processes(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    for pid, group, pages in [(7, 7, 10), (8, 7, 5), (9, 9, 1)]:
        (tmp_path / str(pid)).mkdir()
        fields = ["S", "1", str(group), *["0"] * 18, str(pages)]
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a ) b) {' '.join(fields)} 0 0\n")
    (tmp_path / "10").mkdir()  # it ended while we looked
    assert group_memory(tmp_path) == {7: 15 * resource.getpagesize(), 9: resource.getpagesize()}


def test_our_own_group_is_seen_in_the_system() -> None:
    assert group_memory()[os.getpgid(0)] > 1 << 20


def test_a_system_that_does_not_tell_gives_nothing(tmp_path: Path) -> None:
    assert not group_memory(tmp_path)


def test_the_bound_on_addresses_holds_in_the_block_alone() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with address_space(1 << 40):
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == 1 << 40
    with address_space(None):
        assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_the_peak_of_one_task_is_not_that_of_the_one_before() -> None:
    peak = Peak()
    peak.begin()
    held = bytearray(300 << 20)
    held[::4096] = b"x" * len(held[::4096])
    high = peak.end()
    del held
    peak.begin()
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("this system does not forget a peak")
    assert peak.end() < high - (200 << 20)
