"""The tables of components in the pages are what the catalogue offers."""

import importlib.util
from pathlib import Path

import pytest

from runner.catalogue import Catalogue

DOCS = Path(__file__).parents[1] / "docs"


def writer():
    spec = importlib.util.spec_from_file_location("write_component_tables", DOCS / "write_component_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page_has_the_tables_that_would_be_written(page):
    text = page.read_text(encoding="utf-8")
    told = f"{page.name}: run 'python docs/write_component_tables.py'"
    assert writer().with_tables(text, Catalogue.installed()) == text, told


def test_a_row_tells_name_meaning_and_options():
    (row,) = [line for line in writer().table("cleaner", Catalogue.installed()).splitlines() if "`query`" in line]
    assert row.startswith("| `query` | ")
    assert "`rows`: 'all' or 'training' = `'all'`" in row
