from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from runner.record.records import ErrorRecord, Metrics, Total
from runner.report.html.run_report import write_run_report
from tests.report.html.samples import HOSTILE, classified, data_report, regressed
from tests.report.html.test_run_parts import TOLD

MakeJudged = Callable[..., Path]
CURVES = "training,epoch,learning_rate,loss\nfold 1,1,0.1,0.5\nfold 1,2,0.05,0.25\n"


class Page(HTMLParser):
    """Counts what could act in a page: scripts, handlers, addresses of other places."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts, self.ids, self.acting = 0, [], []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            inner = (value or "").startswith(("#", "data:"))
            if name.startswith("on") or (name in ("href", "src", "action", "xlink:href") and not inner):
                self.acting.append((tag, name, value))


def page_of(path: Path, to: Path) -> str:
    return write_run_report(path, to).read_text(encoding="utf-8")


def test_a_whole_run_has_all_sections_and_files_of_all_figures(make_judged: MakeJudged, tmp_path: Path) -> None:
    files = {
        "curves.csv": CURVES,
        "reports/data.json": data_report({"ham": 100, "spam": 50}),
        "reports/interpretation.json": TOLD,
    }
    page = page_of(make_judged(classified(["ham", "spam"], folds=2), files=files), tmp_path / "page")
    sections = re.findall(r'<section id="([a-z]+)"', page)
    assert sections == [
        "scores", "classes", "curves", "training", "interpretation", "data", "stages", "costs", "declaration", "run",
    ]  # fmt: skip
    drawn = re.findall(r'id="figure-([a-z0-9_]+)"', page)
    assert len(drawn) == 14
    for name in drawn:
        assert (tmp_path / f"page/figures/{name}.png").stat().st_size > 1000
        assert (tmp_path / f"page/figures/{name}.svg").is_file()


def test_the_page_forbids_the_network_and_asks_for_nothing(make_judged: MakeJudged, tmp_path: Path) -> None:
    text = page_of(make_judged(classified(["a", "b"])), tmp_path / "page")
    assert "default-src 'none'" in text
    page = Page(text)
    assert (page.scripts, page.acting) == (1, [])
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.fault("F68")
def test_hostile_names_are_texts_wherever_they_stand(make_judged: MakeJudged, tmp_path: Path) -> None:
    files: Mapping[str, Any] = {
        "reports/data.json": data_report(dict.fromkeys(HOSTILE, 3), HOSTILE),
        "reports/interpretation.json": {
            "importance": {
                **TOLD["importance"],
                "features": [{"name": name, "mean": 0.1, "low": 0.0, "high": 0.2} for name in HOSTILE],
            },
            "subgroups": [
                {"column": HOSTILE[1], "groups": [{"value": name, "rows": 1, "scores": {}} for name in HOSTILE]}
            ],
        },
    }
    metrics = Metrics(HOSTILE[1], "maximize", ({HOSTILE[1]: 0.5},), {HOSTILE[1]: Total(0.5, None, 1)})
    path = make_judged(
        classified(HOSTILE, 200), files=files, metrics=metrics, command=["runner", *HOSTILE],
        state="failed", error=ErrorRecord("DataError", " ".join(HOSTILE)),
    )  # fmt: skip
    text = page_of(path, tmp_path / "page")
    page = Page(text)
    assert (page.scripts, page.acting) == (1, [])
    assert "<script>alert" not in text
    assert "{{ 7*7 }}" in text, "no template inside the template"
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", text)
    assert "&#39;=cmd|&#39; /C calc&#39;!A0" in cells
    assert "😀👩‍🔬" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]


@pytest.mark.parametrize(
    ("state", "kind", "told"), [("failed", "DataError", "Why it failed"), ("diverged", "Diverged", "Why it diverged")]
)
def test_a_run_that_went_wrong_has_a_page_that_begins_with_why(
    make_judged: MakeJudged, tmp_path: Path, state: str, kind: str, told: str
) -> None:
    path = make_judged([], state=state, error=ErrorRecord(kind, "it went wrong"), metrics=Metrics())
    text = page_of(path, tmp_path / "page")
    assert f"This run {state}." in text
    assert text.index(told) < text.index("Declaration</h2>")


def test_a_run_of_an_older_version_has_what_it_recorded(make_run: Callable[..., Path], tmp_path: Path) -> None:
    text = page_of(make_run(), tmp_path / "page")
    assert re.findall(r'<section id="([a-z]+)"', text) == ["scores", "stages", "costs", "declaration", "run"]


@pytest.mark.parametrize("n_rows", [2, 100_000])
def test_a_regression_has_its_plots_however_many_rows(make_judged: MakeJudged, tmp_path: Path, n_rows: int) -> None:
    text = page_of(make_judged(regressed(n_rows)), tmp_path / "page")
    assert 'id="figure-residuals"' in text
    assert len(text) < 1_500_000


def test_five_hundred_classes_fit_into_a_page(make_judged: MakeJudged, tmp_path: Path) -> None:
    classes = [f"class {place:03}" for place in range(500)]
    text = page_of(make_judged(classified(classes, 600)), tmp_path / "page")
    assert text.count("<tr><td>class ") == 515, "each once, and 15 confusions"
    assert len(text) < 2_000_000


def test_one_class_has_a_page(make_judged: MakeJudged, tmp_path: Path) -> None:
    assert "all of one class" in page_of(make_judged(classified(["only"], 2)), tmp_path / "page")


def test_names_that_no_encoding_has_are_no_failure(make_judged: MakeJudged, tmp_path: Path) -> None:
    report = data_report(None, ["caf\udce9"])
    assert "caf?" in page_of(make_judged([], files={"reports/data.json": report}), tmp_path / "page")
