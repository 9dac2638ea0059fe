from __future__ import annotations

import pytest

from runner.record.records import Total
from runner.record.totals import totals


def test_numbers_are_averaged_with_the_spread_of_a_sample() -> None:
    found = totals([{"f1": 0.5, "n": 1}, {"f1": 0.7, "n": 3}, {"f1": 0.9, "n": 2}])
    assert found["f1"].mean == pytest.approx(0.7)
    assert found["f1"].std == pytest.approx(0.2)
    assert (found["n"].mean, found["n"].std, found["n"].n) == (2.0, 1.0, 3)


def test_one_fold_has_no_spread_and_none_has_no_totals() -> None:
    assert totals([{"f1": 0.5}]) == {"f1": Total(0.5, None, 1)}
    assert totals([]) == {}


def test_descriptions_of_one_shape_are_averaged_cell_by_cell() -> None:
    found = totals([{"confusion": [[4, 0], [1, 3]]}, {"confusion": [[2, 2], [1, 3]]}])
    assert found == {"confusion": Total([[3.0, 1.0], [1.0, 3.0]], None, 2)}


def test_descriptions_of_different_shapes_have_no_mean() -> None:
    assert totals([{"confusion": [[4]]}, {"confusion": [[2, 2], [1, 3]]}]) == {"confusion": Total(None, None, 2)}


def test_the_order_is_that_of_the_first_fold() -> None:
    assert list(totals([{"b": 1.0, "a": 2.0}, {"a": 2.0, "b": 1.0}])) == ["b", "a"]
