"""A headless Chromium that opens pages from disk and keeps account of what they do.

    from tests.servers.browser import Browser, chromium_browser  # noqa: F401 - the fixture 'chromium'

    def test_a_page_is_quiet(chromium: Browser, tmp_path: Path) -> None:
        with chromium.opened(tmp_path / "page.html") as page:
            page.locator("th button").first.click()

The fixture `chromium` lasts for a module and skips where there is no Chromium or no playwright. `opened` gives a
page of playwright (https://playwright.dev/python: `locator`, `keyboard`, `screenshot`, `evaluate`, `pdf`), already
loaded. Leaving it fails on every message of the console that is a warning or an error, on every error of a script,
and on every request for anything but the page itself: a page that lies on a disk has no network.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest


class Browser:
    """A browser that runs. browser: playwright's."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    @contextmanager
    def opened(
        self,
        path: Path,
        *,
        width: int = 1200,
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> Iterator[Any]:
        """Open a file, and fail on leaving if the page complained or asked for more. width: in CSS pixels."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        complaints: list[str] = []
        page = context.new_page()
        page.on(
            "console", lambda told: told.type in ("error", "warning") and complaints.append(f"console: {told.text}")
        )
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        address = path.absolute().as_uri()
        page.on(
            "request", lambda request: _is_more(request.url, address) and complaints.append(f"request: {request.url}")
        )
        try:
            page.goto(address)
            yield page
        finally:
            context.close()
        assert not complaints, "; ".join(complaints)


def _is_more(url: str, address: str) -> bool:
    """Say whether a request is for something that is not in the page itself, as `data:` is."""
    return url.partition("#")[0] != address and not url.startswith("data:")


@pytest.fixture(scope="module", name="chromium")
def chromium_browser() -> Iterator[Browser]:
    """Start the browser that the system has."""
    playing = pytest.importorskip("playwright.sync_api", reason="needs playwright (the extra 'dev')")
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with playing.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        try:
            yield Browser(browser)
        finally:
            browser.close()
