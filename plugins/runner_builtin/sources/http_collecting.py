"""The items of all pages of an answer, one JSON object a line, in one file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from runner.errors import DataError
from runner_builtin.sources.http_addresses import Places, shown
from runner_builtin.sources.http_fetching import Fetching
from runner_builtin.sources.http_paging import Page, Paging, at
from runner_builtin.sources.json_rows import parsed_json


@dataclass(frozen=True)
class Collected:
    """What came together. cached: how many of the pages had not changed since they were fetched before."""

    pages: int
    items: int
    cached: int


@dataclass(frozen=True)
class Collecting:
    """Collects what is at one place of each page. items: the dotted path of a list; max_bytes: of all pages."""

    fetching: Fetching
    places: Places
    items: str
    paging: Paging
    max_bytes: int

    def into(self, path: Path) -> Collected:
        """Write the items of all pages in their order. Raises DataError."""
        pages, items, cached = 0, 0, 0
        with path.open("x", encoding="ascii") as file:
            for page, rows, from_cache in self._pages():
                for row in rows:
                    file.write(_line(row, page.url))
                pages, items, cached = pages + 1, items + len(rows), cached + from_cache
        if not items:
            raise DataError(f"{shown(self.places.declared)}: {self.items!r} holds no items.")
        return Collected(pages, items, cached)

    def _pages(self) -> Iterator[tuple[Page, list[Any], bool]]:
        url: httpx.URL | None = self.paging.first(self.places.declared)
        seen: set[httpx.URL] = set()
        size = 0
        while url is not None:
            self._check_next(url, seen)
            seen.add(url)
            fetched = self.fetching.fetch(url, f"page-{len(seen)}.json", is_json=True)
            size += fetched.kept.size
            if size > self.max_bytes:
                raise DataError(
                    f"{shown(url)}: {len(seen)} pages have {size:,} bytes; at most {self.max_bytes:,} are taken "
                    "(max_bytes)."
                )
            body = _read(fetched.path, url)
            rows = self._rows(body, url)
            page = Page(url, fetched.kept.link, body, len(seen) - 1, len(rows))
            yield page, rows, fetched.from_cache
            url = self.paging.following(page, self.places)

    def _check_next(self, url: httpx.URL, seen: set[httpx.URL]) -> None:
        if url in seen:
            raise DataError(
                f"{shown(url)}: page {len(seen)} leads back to an earlier one; the pages would never end."
            )
        if len(seen) == self.paging.max_pages:
            raise DataError(
                f"{shown(url)}: there are more than {len(seen):,} pages (paging.max_pages). Ask for larger pages, or "
                "for fewer items, by params."
            )

    def _rows(self, body: Any, url: httpx.URL) -> list[Any]:
        rows = at(body, self.items)
        if isinstance(rows, list):
            return rows
        found = f"holds {type(rows).__name__}" if rows is not None else "is not there"
        offered = f" The answer has: {', '.join(map(repr, list(body)[:20]))}." if isinstance(body, dict) else ""
        whole = " If the answer itself is the list, write items: ''." if isinstance(body, list) else ""
        raise DataError(f"{shown(url)}: items: {self.items!r} {found}; it must be a list.{offered}{whole}")


def _read(path: Path, url: httpx.URL) -> Any:
    try:
        return parsed_json(path.read_text("utf-8-sig"), shown(url), "The answer must be JSON.")
    except UnicodeDecodeError as error:
        raise DataError(f"{shown(url)}: the answer is not JSON: {error.reason} at byte {error.start}.") from None
    finally:
        path.unlink()


def _line(row: Any, url: httpx.URL) -> str:
    try:
        return json.dumps(row, allow_nan=False) + "\n"
    except ValueError:
        raise DataError(f"{shown(url)}: an item holds a number that is larger than numbers can be.") from None
