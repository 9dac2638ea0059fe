from __future__ import annotations

from runner_builtin.exporters.c_code.arena import Arena


def test_a_place_that_is_free_again_is_used_before_new_memory() -> None:
    arena = Arena()
    first, second = arena.take(5), arena.take(3)
    arena.release(first, 5)
    assert (arena.take(4), arena.take(2), arena.size) == (0, 8, 10)
    assert arena.holds(second, 3)
    assert not arena.holds(second, 2)


def test_a_place_of_nothing_takes_nothing() -> None:
    arena = Arena()
    arena.release(arena.take(0), 0)
    assert arena.size == 0
