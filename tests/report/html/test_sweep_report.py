from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from runner.record import strict_json
from runner.record.sweep_folder import SweepFolder
from runner.record.sweeps import SweepInfo, TrialRecord
from runner.report.html.sweep_report import write_sweep_report
from tests.conftest import NOON
from tests.report.html.samples import HOSTILE
from tests.report.html.test_run_report import Page
from tests.report.html.test_sweep_parts import three, trial

MakeSweep = Callable[..., Path]


def page_of(path: Path, to: Path) -> str:
    return write_sweep_report(path, to).read_text(encoding="utf-8")


def test_a_sweep_has_all_sections_and_files_of_all_figures(make_sweep: MakeSweep, tmp_path: Path) -> None:
    page = page_of(three(make_sweep), tmp_path / "page")
    assert re.findall(r'<section id="([a-z]+)"', page) == [
        "outcome", "leaderboard", "settings", "costs", "course", "failures", "coverage", "stages", "declaration",
    ]  # fmt: skip
    drawn = re.findall(r'id="figure-([a-z0-9_]+)"', page)
    assert all((tmp_path / f"page/figures/{name}{end}").is_file() for name in drawn for end in (".png", ".svg"))
    assert len(drawn) == 7


def test_the_winners_page_is_linked_where_there_is_one(make_sweep: MakeSweep, make_run: Callable[..., Path]) -> None:
    path, run = three(make_sweep), make_run(files={"report.html": "<p>"})
    strict_json.write(path / "best.json", {"path": f"../{run.name}"})
    assert f'<a href="../{run.name}/report.html">' in page_of(path, path)


def test_a_winner_without_a_page_is_named(make_sweep: MakeSweep, make_run: Callable[..., Path]) -> None:
    path, run = three(make_sweep), make_run()
    strict_json.write(path / "best.json", {"path": f"../{run.name}"})
    assert f"The winner's run: <bdi>{run.name}" in page_of(path, path).replace("&#39;", "'")


@pytest.mark.fault("F68")
def test_hostile_settings_and_messages_are_texts(make_sweep: MakeSweep, tmp_path: Path) -> None:
    trials = [trial({"text": name, name: place}, 0.5 + place / 50) for place, name in enumerate(HOSTILE)]
    trials += [
        {"settings": {"text": name, "n": 1}, "state": "failed", "error": (name, name), "log": name}
        for name in HOSTILE
    ]
    text = page_of(make_sweep(trials), tmp_path / "page")
    page = Page(text)
    assert (page.scripts, page.acting) == (1, [])
    assert "<script>alert" not in text
    assert not [cell for cell in re.findall(r"<td[^>]*>([^<]*)</td>", text) if cell.startswith(("=", "@"))]


def test_a_sweep_without_any_trial_has_a_page(make_sweep: MakeSweep, tmp_path: Path) -> None:
    page = page_of(make_sweep([], planned=3), tmp_path / "page")
    assert "3 trials are still to go" in page
    assert re.findall(r'<section id="([a-z]+)"', page) == ["outcome", "declaration"]


@pytest.mark.skipif("RUNNER_LARGE_TESTS" not in os.environ, reason="takes a minute; set RUNNER_LARGE_TESTS=1")
def test_ten_thousand_trials_take_twenty_seconds_and_fifteen_megabytes(tmp_path: Path) -> None:
    path = ten_thousand(tmp_path)
    start = time.process_time()
    page = page_of(path, tmp_path / "page")
    assert time.process_time() - start < 20
    assert len(page.encode()) < 15e6
    assert page.count("<tr>") > 10_000


def ten_thousand(root: Path) -> Path:
    """Commit a sweep of 10,000 trials over four settings, one in fifty of which failed."""
    keys = ["optimizer.learning_rate", "model.l2", "model.hidden", "optimizer"]
    about = SweepInfo(
        id="sweep-5eed5eed5eed",
        experiment="large",
        identity="5eed" * 16,
        created=NOON.isoformat(),
        command=["runner"],
        axes=keys,
        base={"seed": 0},
        objective={"metric": "f1", "direction": "maximize", "aggregate": "mean"},
        seeds=1,
        versions={"runner": "0.1.0"},
    )
    with SweepFolder.open_or_create(root / "outputs", "large", about.identity, about) as folder:
        rates, penalties = [0.001 * 1.05**place for place in range(100)], [10.0**-place for place in range(5)]
        values = (rates, penalties, (16, 64, 256, 1024), ("sgd", "adam", "lion", "rmsprop", "muon"))
        cells = [dict(zip(keys, cell, strict=True)) for cell in product(*values)]
        numbers = folder.plan({repr(cell): cell for cell in cells})
        folder.commit(_record(folder, cell, numbers[repr(cell)]) for cell in cells)
    return folder.path


def _record(folder: SweepFolder, cell: dict[str, object], number: int) -> TrialRecord:
    folder.begin(number, 1)
    noise = (number * 7919 % 1000) / 1000
    folds = [0.5 + 0.4 * noise + fold / 100 for fold in range(5)]
    told = trial(cell, *folds, seconds=1.0 + noise, model_bytes=1000 + number, started=NOON.isoformat())
    failed = {"state": "failed", "error": None, "score": None} if number % 50 == 0 else {"state": "done"}
    return TrialRecord(number=number, key=repr(cell), attempt=1, **{**told, **failed})
