from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runner.plan.seeds import derive, random_state


@given(st.integers(0, 2**32), st.text(max_size=20), st.none() | st.integers(0, 99))
def test_a_seed_is_an_int_that_depends_on_nothing_but_root_place_and_fold(
    root: int, place: str, fold: int | None
) -> None:
    first = random_state(root, place, fold)
    assert 0 <= first < 2**31
    assert random_state(root, place, fold) == first


def test_places_folds_and_roots_draw_differently() -> None:
    draws = {random_state(root, place, fold) for root in (0, 1) for place in ("a", "b") for fold in (None, 0, 1)}
    assert len(draws) == 12


def test_the_rule_is_fixed_for_ever() -> None:
    assert derive(7, "augmenters.shift", 2).generate_state(2).tolist() == [3333347807, 607822784]
