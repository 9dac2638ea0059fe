from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas
from PIL import Image

from runner.report.html.figures import Figure, drawn, legend_name, short, thinned
from tests.report.html.samples import HOSTILE


def line(canvas: Canvas) -> None:
    canvas.subplots().plot([1, 2], [3, 4])


def test_a_figure_is_kept_as_png_and_svg_and_put_into_the_page(tmp_path: Path) -> None:
    (picture,) = drawn([Figure("loss", "Loss", "It rises.", line)], tmp_path / "figures")
    with Image.open(tmp_path / "figures/loss.png") as image:
        assert image.size == (806, 532)
    assert ElementTree.parse(tmp_path / "figures/loss.svg").getroot().tag.endswith("svg")
    assert picture.svg.startswith("<svg")
    assert "<metadata" not in picture.svg


def test_in_the_page_ink_and_paper_are_those_of_the_page_and_ids_of_the_figure(tmp_path: Path) -> None:
    first, second = drawn([Figure("one", "", "", line), Figure("two", "", "", line)], tmp_path)
    assert "currentColor" in first.svg
    assert "#1f2329" not in first.svg
    ids = re.findall(r'id="([^"]+)"', first.svg + second.svg)
    assert len(ids) == len(set(ids))
    assert all(reference in ids for reference in re.findall(r"url\(#([^)]+)\)", first.svg + second.svg))


def test_the_same_figure_has_the_same_bytes(tmp_path: Path) -> None:
    drawn([Figure("loss", "", "", line)], tmp_path / "a")
    drawn([Figure("loss", "", "", line)], tmp_path / "b")
    for name in ("loss.png", "loss.svg"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_hostile_names_are_texts_and_nothing_else(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for name in HOSTILE:
            axes.plot([1, 2], [3, 4], label=legend_name(name, 60))
        axes.legend()

    (picture,) = drawn([Figure("names", "", "", draw)], tmp_path)
    tree = ElementTree.parse(tmp_path / "names.svg")
    assert not [tag for tag in tree.iter() if tag.tag.endswith(("script", "}b"))]
    texts = "".join("".join(tag.itertext()) for tag in tree.iter() if tag.tag.endswith("text"))
    assert texts.count("alert(1)") == 1
    assert "$b$" in texts
    assert "_hidden" in texts
    assert "<script" not in picture.svg


def test_powers_of_ten_are_written_as_numbers(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.subplots().loglog([1e-5, 1.0], [1.0, 1000.0])

    (picture,) = drawn([Figure("powers", "", "", draw)], tmp_path)
    assert "1e-05" in picture.svg
    assert "mathdefault" not in picture.svg


def test_a_name_that_is_no_name_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="names no files of a figure"):
        drawn([Figure("../loss", "", "", line)], tmp_path)


def test_long_names_are_cut_in_the_middle_and_control_signs_left_out() -> None:
    assert short("a" * 20 + "z" * 20, 10) == "aaaaaa…zzz"
    assert short("a\nb\x07\u202ec") == "a bc"


def test_a_long_curve_keeps_its_ends() -> None:
    x = np.arange(10_000.0)
    kept, _ = thinned(x, x)
    assert (len(kept), kept[0], kept[-1]) == (600, 0.0, 9999.0)
