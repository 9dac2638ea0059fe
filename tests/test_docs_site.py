"""The site: the pages of the reference are what the code says, and all pages together build without a warning."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def writer():
    spec = importlib.util.spec_from_file_location("write_reference", DOCS / "write_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["reference/commands.md", "reference/python.md", "decisions/index.md"])
def test_a_page_of_the_reference_is_what_would_be_written(page):
    assert (DOCS / page).read_text(encoding="utf-8") == writer().pages()[page], "run 'python docs/write_reference.py'"


def test_the_site_builds_without_a_warning(tmp_path):
    pytest.importorskip("material", reason="needs mkdocs-material (the extra 'docs')")
    words = ["build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run([sys.executable, "-m", "mkdocs", *words], cwd=ROOT, capture_output=True, text=True)
    told = [line for line in done.stderr.splitlines() if "WARNING" in line or "Aborted" in line]
    assert done.returncode == 0, "\n".join(told)
    assert (tmp_path / "site" / "tutorial" / "index.html").is_file()
