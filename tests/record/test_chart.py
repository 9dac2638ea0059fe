from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.record.chart import line_chart

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = st.floats(allow_nan=True, allow_infinity=True, width=32)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20), st.booleans(), st.booleans())
def test_any_points_give_a_picture_that_stays_in_its_box(
    points: list[tuple[float, float]], log_x: bool, log_y: bool
) -> None:
    root = ET.fromstring(line_chart("t", "x", "y", {"line": points}, log_x=log_x, log_y=log_y))
    (line,) = root.iter(f"{SVG}polyline")
    for pair in line.attrib["points"].split():
        x, y = (float(number) for number in pair.split(","))
        assert 69 <= x <= 621
        assert 39 <= y <= 311


def test_points_are_placed_by_their_logarithm_where_asked() -> None:
    root = ET.fromstring(line_chart("t", "x", "y", {"a": [(0.001, 1.0), (0.1, 2.0), (10.0, 3.0)]}, log_x=True))
    (line,) = root.iter(f"{SVG}polyline")
    xs = [float(pair.split(",")[0]) for pair in line.attrib["points"].split()]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1])


def test_what_has_no_place_is_left_out() -> None:
    lines = {"a": [(1.0, 1.0), (2.0, math.inf), (0.0, 1.0), (4.0, 2.0)]}
    root = ET.fromstring(line_chart("t", "x", "y", lines, log_x=True))
    (line,) = root.iter(f"{SVG}polyline")
    assert len(line.attrib["points"].split()) == 2


def test_names_are_escaped() -> None:
    text = line_chart("<script>alert(1)</script>", "x & y", "ü", {"a<b": [(0, 1)], "c": [(0, 2)]})
    assert "<script>" not in text
    assert ET.fromstring(text) is not None
