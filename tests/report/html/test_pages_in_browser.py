"""Both pages, opened from disk in a browser: any complaint, request or dialog of a page fails its test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.report.html.run_report import write_run_report
from runner.report.html.sweep_report import write_sweep_report
from tests.report.html.samples import HOSTILE, classified, data_report
from tests.report.html.test_run_parts import TOLD
from tests.report.html.test_sweep_parts import three, trial
from tests.servers.browser import Browser, chromium_browser  # noqa: F401 - the fixture 'chromium'

CURVES = "training,epoch,learning_rate,loss\nfold 1,1,0.1,0.5\nfold 1,2,0.05,0.25\n"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("alert(1)", "dialog: 1"),
        ("console.error('no')", "console: no"),
        ("fetch('http://127.0.0.1:9/')", "request: http"),
        ("never()", "script: never is not defined"),
    ],
)
def test_a_page_that_complains_asks_or_fetches_is_seen(
    chromium: Browser, tmp_path: Path, script: str, told: str
) -> None:
    (tmp_path / "page.html").write_text(f"<script>{script}</script>")
    with pytest.raises(AssertionError, match=told), chromium.opened(tmp_path / "page.html") as page:
        page.wait_for_timeout(100)


@pytest.fixture
def run_page(make_judged: Callable[..., Path], tmp_path: Path) -> Path:
    """Write the page of a run whose every name is hostile."""
    files = {
        "curves.csv": CURVES,
        "reports/data.json": data_report(dict.fromkeys(HOSTILE, 3), HOSTILE),
        "reports/interpretation.json": TOLD,
    }
    return write_run_report(make_judged(classified(HOSTILE, 200), files=files), tmp_path / "page")


@pytest.fixture
def sweep_page(make_sweep: Callable[..., Path], tmp_path: Path) -> Path:
    return write_sweep_report(three(make_sweep), tmp_path / "page")


def column(page: Any, place: int) -> list[str]:
    """Return a column of the leaderboard, as it is seen."""
    rows = page.locator("#leaderboard tbody tr:not([hidden])")
    return [row.locator("td").nth(place).inner_text() for row in rows.all()]


def test_the_page_of_a_run_is_quiet_light_and_dark_wide_and_narrow(chromium: Browser, run_page: Path) -> None:
    inks = []
    for scheme, width in (("light", 1280), ("dark", 420)):
        with chromium.opened(run_page, scheme=scheme, width=width) as page:
            assert page.locator("h1").inner_text() == "digits"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing sticks out"
            inks.append(page.evaluate("getComputedStyle(document.querySelector('figure svg')).color"))
            assert page.locator("figure svg").count() == 13
            check_links(page)
            check_hostile_names(page)
    assert inks[0] != inks[1]


def check_links(page: Any) -> None:
    """Every link of the contents leads to its section."""
    links = page.locator("nav a")
    assert links.count() == page.locator("main section").count()
    for link in links.all():
        assert page.locator(str(link.get_attribute("href"))).count() == 1


def check_hostile_names(page: Any) -> None:
    """Names of classes are texts, also when they are sorted."""
    page.locator("#classes th button").first.click()
    assert page.locator("#classes th").first.get_attribute("aria-sort") == "ascending"
    assert "<script>alert(1)</script>" in page.locator("#classes tbody tr td:first-child").all_inner_texts()
    assert page.locator("script").count() == 1


def test_the_page_can_be_read_and_printed_without_scripts(chromium: Browser, sweep_page: Path) -> None:
    with chromium.opened(sweep_page, scripts=False) as page:
        assert page.locator("#leaderboard tbody tr").count() == 4
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_leaderboard_is_sorted_by_a_click_and_by_keys_and_missing_values_stay_last(
    chromium: Browser, sweep_page: Path
) -> None:
    with chromium.opened(sweep_page) as page:
        assert column(page, 1) == ["1", "2", "0", "3"]
        score = page.locator("#leaderboard th button", has_text="f1")
        score.click()
        assert column(page, 2) == ["0.51", "0.9067", "0.9133", "—"]
        score.press("Enter")
        assert column(page, 2) == ["0.9133", "0.9067", "0.51", "—"]
        assert page.locator("#told").inner_text() == "Sorted by f1, descending"
        page.locator("#leaderboard th button", has_text="took").press("Space")
        assert column(page, 9)[:3] == ["1.0 s", "1.5 s", "2.0 s"], "by seconds, not by text"
        check_filter(page)


def check_filter(page: Any) -> None:
    """Words and conditions leave those rows that have them."""
    field = page.locator("#leaderboard input[type=search]")
    field.press_sequentially("MLP done")
    assert column(page, 1) == ["2"]
    assert page.locator("#leaderboard .filter").inner_text().endswith("1 of 4 rows")
    for text, numbers in {
        "f1>0.9": ["2", "1"],
        "f1<=0.51 l2=0.1": ["0"],
        "model=mlp": ["3", "2"],
        "against_the_best=worse": ["0"],
        "no_such_column>1": [],
        "": ["0", "3", "2", "1"],
    }.items():
        field.fill(text)
        assert column(page, 1) == numbers, text


def test_everything_can_be_reached_by_keys(chromium: Browser, sweep_page: Path) -> None:
    with chromium.opened(sweep_page) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.type") == "search"
        page.keyboard.type("softmax")
        assert column(page, 1) == ["1", "0"]


def test_names_of_settings_and_reasons_do_nothing(
    chromium: Browser, make_sweep: Callable[..., Path], tmp_path: Path
) -> None:
    trials = [trial({"text": name, name: place}, 0.5 + place / 50) for place, name in enumerate(HOSTILE)]
    trials += [{"settings": {"text": "x"}, "state": "failed", "error": (HOSTILE[0], HOSTILE[1]), "log": HOSTILE[1]}]
    with chromium.opened(write_sweep_report(make_sweep(trials), tmp_path / "page")) as page:
        page.locator("#leaderboard input[type=search]").fill("<script>alert(1)</script>")
        assert column(page, 1) == ["0", "10"], "the trial of this name, and the one that failed with it"
        page.locator("#failures summary").first.click()
        assert "</style><script>alert(2)" in page.locator("#failures pre").inner_text()
