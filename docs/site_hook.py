"""For the site alone: what a fence says to the tests, such as the exit code of its command, is not for Markdown."""

from __future__ import annotations

import re
from typing import Any

_FENCE = re.compile(r"^(`{3,}\w+)( exit=\"?\d+\"?)", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Return a page as Markdown knows it. Called by mkdocs for each page."""
    return _FENCE.sub(r"\1", markdown)
