"""Lines in a box: a figure small enough to be drawn in every run without a plotting library's start-up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 50
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")


def line_chart(
    title: str, x_label: str, y_label: str, lines: Mapping[str, Points], *, log_x: bool = False, log_y: bool = False
) -> str:
    """Return an SVG of some lines. lines: name -> points; points that are not finite, or have no logarithm, are gaps.

    >>> "polyline" in line_chart("a", "x", "y", {"loss": [(0, 1.0), (1, 0.5)]})
    True
    """
    drawn = {name: [p for p in points if _fits(p, log_x, log_y)] for name, points in lines.items()}
    every = [point for points in drawn.values() for point in points]
    x_axis = _Axis.of([x for x, _ in every], _LEFT, _WIDTH - _RIGHT, log=log_x)
    y_axis = _Axis.of([y for _, y in every], _HEIGHT - _BOTTOM, _TOP, log=log_y)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" role="img" aria-label="{escape(title)}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_WIDTH / 2, 20, title, size=14),
        _text(_WIDTH / 2, _HEIGHT - 10, x_label),
        f'<g transform="rotate(-90 14 {_HEIGHT / 2})">{_text(14, _HEIGHT / 2, y_label)}</g>',
        *(_tick_x(x_axis, value) for value in x_axis.ticks()),
        *(_tick_y(y_axis, value) for value in y_axis.ticks()),
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_WIDTH - _LEFT - _RIGHT}" height="{_HEIGHT - _TOP - _BOTTOM}" '
        'fill="none" stroke="#888"/>',
    ]
    for number, (name, points) in enumerate(drawn.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(f"{x_axis.place(x):.1f},{y_axis.place(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        if len(drawn) > 1 and number < len(_COLOURS):
            parts.append(_text(_WIDTH - _RIGHT - 6, _TOP + 16 * (number + 1), name, anchor="end", fill=colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Axis:
    """From values to pixels. low, high: values at the two ends; a flat line gets room on both sides."""

    def __init__(self, low: float, high: float, start: float, end: float, *, log: bool) -> None:
        self.low, self.high, self.start, self.end, self.log = low, high, start, end, log

    @classmethod
    def of(cls, values: Sequence[float], start: float, end: float, *, log: bool) -> _Axis:
        scaled = [math.log10(value) if log else value for value in values] or [0.0]
        low, high = min(scaled), max(scaled)
        if high - low < 1e-12 * max(1.0, abs(high)):
            room = abs(high) * 0.5 or 0.5
            low, high = low - room, high + room
        return cls(low, high, start, end, log=log)

    def place(self, value: float) -> float:
        scaled = math.log10(value) if self.log else value
        return self.start + (scaled - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values inside: powers of ten on a logarithmic axis, else steps of 1, 2 or 5."""
        if self.log:
            powers = range(math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9) + 1)
            step = max(1, len(powers) // 8)
            return [10.0**power for power in powers[::step]]
        raw = (self.high - self.low) / 5
        base = 10.0 ** math.floor(math.log10(raw))
        step_size = next(base * factor for factor in (1, 2, 5, 10) if base * factor >= raw)
        first = math.ceil(self.low / step_size)
        return [n * step_size for n in range(first, math.floor(self.high / step_size + 1e-9) + 1)]


def _fits(point: tuple[float, float], log_x: bool, log_y: bool) -> bool:
    x, y = point
    return math.isfinite(x) and math.isfinite(y) and (x > 0 or not log_x) and (y > 0 or not log_y)


def _tick_x(axis: _Axis, value: float) -> str:
    x = axis.place(value)
    line = f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM}" stroke="#ddd"/>'
    return line + _text(x, _HEIGHT - _BOTTOM + 16, f"{value:g}")


def _tick_y(axis: _Axis, value: float) -> str:
    y = axis.place(value)
    line = f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#ddd"/>'
    return line + _text(_LEFT - 6, y + 4, f"{value:.4g}", anchor="end")


def _text(x: float, y: float, text: str, *, size: int = 12, anchor: str = "middle", fill: str = "#222") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{fill}"'
    return f"<text {where}>{escape(text)}</text>"
