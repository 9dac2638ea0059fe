"""Figures: drawn by matplotlib, kept as PNG and SVG files, and put into the page as SVG.

    def draw(figure):
        axes = figure.subplots()
        axes.plot([1, 2, 3], [0.9, 0.5, 0.4])

    pictures = drawn([Figure("loss", "Loss per epoch", "It falls from 0.9 to 0.4.", draw)], folder / "figures")

Ink and paper are two colours that nothing else has. In the page they give way to those of the page, so that a figure
is as readable on a dark one; the files have them as they are. Every text is drawn as it is written, a `$` too.
"""

from __future__ import annotations

import gc
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import Formatter, LogFormatter, MaxNLocator
from numpy.typing import NDArray

INK, PAPER, FAINT = "#1f2329", "#fffffe", "#d5d9df"

#: What a series is drawn in, one after the other; all are told apart on white, on black, and by the colour-blind.
SERIES = ("#2f7ed8", "#e07b26", "#2a9d74", "#c2528b", "#8a6fd1", "#9a7b2f", "#3ba3bf", "#d9534f")

#: From few to many.
HEAT = "Blues"

_STYLE = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],
        "font.size": 9.5,
        "text.parse_math": False,
        "text.color": INK,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.titlesize": 10.5,
        "axes.facecolor": PAPER,
        "axes.linewidth": 0.7,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycler(color=list(SERIES)),
        "grid.color": FAINT,
        "grid.linewidth": 0.6,
        "xtick.color": INK,
        "ytick.color": INK,
        "figure.facecolor": PAPER,
        "figure.dpi": 144,
        "legend.facecolor": PAPER,
        "legend.edgecolor": FAINT,
        "legend.framealpha": 0.85,
        "lines.linewidth": 1.6,
        "savefig.facecolor": PAPER,
        "svg.fonttype": "none",
    }
)
#: Coordinates in hundredths of a point are finer than any screen, and half as long.
_LONG_NUMBER = re.compile(r"(-?\d+\.\d\d)\d+")
_NAME_OF_FILE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Figure:
    """A figure to draw. name: of its files, `[a-z0-9_-]`. text: what it shows, in words, with its numbers.

    draw: fills an empty matplotlib figure. width, height: in inches; the page shows wide ones over its whole width.
    """

    name: str
    title: str
    text: str
    draw: Callable[[Canvas], None]
    width: float = 5.6
    height: float = 3.7


@dataclass(frozen=True)
class Picture:
    """A figure that was drawn. svg: markup for the page, with ids of its own. width: in inches."""

    name: str
    title: str
    text: str
    svg: str
    width: float

    def __html__(self) -> str:
        """The drawing, which a template takes as markup."""
        return self.svg


def drawn(figures: Sequence[Figure], folder: Path) -> list[Picture]:
    """Draw figures; write `<name>.png` and `<name>.svg` of each into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with _uncollected():
        return [_drawn(figure, folder) for figure in figures]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the collector of garbage off: looking through what figures are made of takes a fifth of drawing them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def thinned(x: NDArray[np.floating], y: NDArray[np.floating], most: int = 600) -> tuple[NDArray, NDArray]:  # type: ignore[type-arg]
    """Leave so many points of a long curve that it looks the same. x, y: (n_points,), in order."""
    kept = np.unique(np.linspace(0, len(x) - 1, most).astype(int)) if len(x) > most else slice(None)
    return x[kept], y[kept]


def whole_ticks(axes: Axes) -> None:
    """Number a horizontal axis by whole numbers: epochs, trials."""
    axes.xaxis.set_major_locator(MaxNLocator(nbins="auto", steps=[1, 2, 5, 10], integer=True))


def short(text: object, most: int = 28) -> str:
    """Fit a name into a figure: one line, cut in the middle where it is long."""
    line = " ".join(str(text).split())
    line = "".join(sign for sign in line if sign.isprintable())
    return line if len(line) <= most else f"{line[: most - most // 3 - 1]}…{line[-(most // 3) :]}"


def legend_name(text: object, most: int = 18) -> str:
    """Fit a name into a legend, from which matplotlib leaves out what begins with an underscore.

    >>> legend_name("_hidden")
    ' _hidden'
    """
    name = short(text, most)
    return f" {name}" if name.startswith("_") else name


@contextmanager
def styled() -> Iterator[None]:
    """Draw as the report does. Signs that the font lacks are no reason to fail: a browser has them."""
    with mpl.rc_context(dict(_STYLE)), warnings.catch_warnings():  # type: ignore[arg-type]
        warnings.filterwarnings("ignore", message="(?s).*(missing from|Matplotlib currently does not support)")
        yield


def _drawn(figure: Figure, folder: Path) -> Picture:
    if not _NAME_OF_FILE.fullmatch(figure.name):
        raise ValueError(f"{figure.name!r} names no files of a figure; give one like 'roc_curve'")
    with styled(), mpl.rc_context({"svg.hashsalt": figure.name}):
        canvas = Canvas(figsize=(figure.width, figure.height), layout="constrained")
        FigureCanvasAgg(canvas)
        figure.draw(canvas)
        _plain_ticks(canvas)
        _lay_out(canvas)
        _as(FigureCanvasAgg, canvas).print_png(folder / f"{figure.name}.png", metadata={"Software": None})
        text = io.StringIO()
        _as(FigureCanvasSVG, canvas).print_svg(text, metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    (folder / f"{figure.name}.svg").write_text(svg, encoding="utf-8")
    return Picture(figure.name, figure.title, figure.text, _for_page(svg, figure.name), figure.width)


def _as(kind: Any, canvas: Canvas) -> Any:
    """Give a figure a canvas; matplotlib's have no types."""
    return kind(canvas)


def _lay_out(canvas: Canvas) -> None:
    """Find room for all texts, once for both files."""
    engine = canvas.get_layout_engine()
    if engine is not None:
        engine.execute(canvas)
        canvas.set_layout_engine("none")


def _plain_ticks(canvas: Canvas) -> None:
    """Write powers of ten as numbers: matplotlib writes formulas, and texts are none here."""
    for axes in canvas.axes:
        for axis in (axes.xaxis, axes.yaxis):
            assert isinstance(axis, Axis)
            if isinstance(axis.get_major_formatter(), LogFormatter):
                axis.set_major_formatter(_Plain(axis.get_major_formatter()))
                axis.set_minor_formatter(_Plain(axis.get_minor_formatter()))


class _Plain(Formatter):
    """Write the ticks that another formatter writes, as plain numbers."""

    def __init__(self, chosen: Formatter) -> None:
        self._chosen = chosen

    def set_locs(self, locs: list[float]) -> None:
        """Tell it where all ticks are."""
        self._chosen.set_locs(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write one tick."""
        return f"{x:g}" if self._chosen(x, pos) else ""


def _for_page(svg: str, name: str) -> str:
    """Make the file a part of a page: no prologue, ids that no other figure has, the colours of the page."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", lambda tag: _of_page(tag.group(), name), body)


def _of_page(tag: str, name: str) -> str:
    """Change one tag; what stands between tags is text, and stays."""
    if tag.startswith("<image"):
        return tag.replace(' id="', f' id="{name}-')
    if tag.startswith("<svg"):
        tag = re.sub(r' (?:width|height|version|xmlns\S*?)="[^"]*"', "", tag)
    tag = re.sub(r'( id="|url\(#|href="#)', rf"\1{name}-", tag)
    tag = tag.replace(INK, "currentColor").replace(PAPER, "var(--paper)").replace(FAINT, "var(--line)")
    return _LONG_NUMBER.sub(r"\1", tag)
