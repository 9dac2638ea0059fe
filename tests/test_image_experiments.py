"""The shipped experiments on pictures of clothes, where these files are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import runner
from runner.testing import Project

FASHION = Path(__file__).parents[2] / "shared" / "data" / "fashion-mnist-mini"

pytestmark = pytest.mark.skipif(not FASHION.is_dir(), reason="the pictures of clothes are not here")

IDX = [
    f"source.{part}={FASHION / f'train6000-{part}-idx{dimensions}-ubyte.gz'}"
    for part, dimensions in (("images", 3), ("labels", 1))
]


@pytest.mark.parametrize(
    ("name", "words", "least"),
    [("fashion_mini", IDX, 0.83), ("fashion_png", [f"source.path={FASHION / 'fashion_png.zip'}"], 0.70)],
)
def test_clothes_are_told_apart_and_new_pictures_can_be_asked_about(
    name: str, words: list[str], least: float, tmp_path: Path
) -> None:
    run = Project(tmp_path).run(f"+experiment={name}", *words).assert_success().run
    total = run.scores.total["accuracy"].mean
    assert isinstance(total, float)
    assert total >= least
    assert runner.load(run.path).predict(np.zeros((2, 28, 28))).shape == (2,)
