"""Where the next page of an answer is: behind a link, behind a cursor, or by number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Protocol

import httpx

from runner.errors import ConfigError, DataError, did_you_mean
from runner_builtin.sources.http_addresses import Places, shown

#: One link of a header `Link`: its address, then its parameters (RFC 8288).
_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]+))?)*)')
_IS_NEXT = re.compile(r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\s*(?:;|$))', re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """One page. url: asked for; link: its header of that name; number: counted from 0; count: of its items."""

    url: httpx.URL
    link: str | None
    body: Any
    number: int
    count: int


class Paging(Protocol):
    """A way from page to page. max_pages: more are an error."""

    @property
    def max_pages(self) -> int:
        """How many pages are read at most."""
        ...

    def first(self, url: httpx.URL) -> httpx.URL:
        """Return the address of the first page. url: the declared one."""
        ...

    def following(self, page: Page, places: Places) -> httpx.URL | None:
        """Return the address of the page behind this one, None behind the last. Raises DataError."""
        ...


@dataclass(frozen=True)
class ByLink:
    """The next page is linked: by a header Link with rel=next, or in the body at `path`."""

    path: str | None = None
    max_pages: int = 10_000

    def first(self, url: httpx.URL) -> httpx.URL:
        """Return the declared address."""
        return url

    def following(self, page: Page, places: Places) -> httpx.URL | None:
        """Return where the link leads."""
        link = next_link(page.link or "") if self.path is None else at(page.body, self.path)
        if link is None or link == "":
            return None
        if not isinstance(link, str):
            raise DataError(f"{shown(page.url)}: paging.path {self.path!r} holds {link!r}, which is no link.")
        return places.followed(page.url, link, f"the link to page {page.number + 2}")


@dataclass(frozen=True)
class ByCursor:
    """The body holds at `path` what has to be sent as parameter `param` for the next page; nothing on the last."""

    path: str
    param: str
    max_pages: int = 10_000

    def first(self, url: httpx.URL) -> httpx.URL:
        """Return the declared address, which has no cursor."""
        return url

    def following(self, page: Page, places: Places) -> httpx.URL | None:
        """Return the address with the cursor that is in the body."""
        del places
        cursor = at(page.body, self.path)
        if cursor is None or cursor == "" or cursor is False:
            return None
        if not isinstance(cursor, str | int):
            raise DataError(f"{shown(page.url)}: paging.path {self.path!r} holds {cursor!r}, which is no cursor.")
        return page.url.copy_set_param(self.param, str(cursor))


@dataclass(frozen=True)
class ByPage:
    """Pages have numbers, sent as parameter `param`, from `start` on; the first one without items ends them.

    size: how many items a page has; then a page with fewer is the last one.
    """

    param: str = "page"
    start: int = 1
    size: int = 1
    max_pages: int = 10_000

    def first(self, url: httpx.URL) -> httpx.URL:
        """Return the address with the first number."""
        return url.copy_set_param(self.param, str(self.start))

    def following(self, page: Page, places: Places) -> httpx.URL | None:
        """Return the address with the next number."""
        del places
        if page.count < self.size:
            return None
        return page.url.copy_set_param(self.param, str(self.start + page.number + 1))


@dataclass(frozen=True)
class OnePage:
    """All items are in one answer."""

    max_pages: int = 1

    def first(self, url: httpx.URL) -> httpx.URL:
        """Return the declared address."""
        return url

    def following(self, page: Page, places: Places) -> httpx.URL | None:
        """Return None: there is no other."""
        del page, places
        return None


_WAYS: Mapping[str, type[ByLink | ByCursor | ByPage]] = {"link": ByLink, "cursor": ByCursor, "page": ByPage}
_KINDS: Mapping[str, tuple[type, str]] = {
    "path": (str, "a text"),
    "param": (str, "a text"),
    "start": (int, "a whole number"),
    "size": (int, "a whole number"),
    "max_pages": (int, "a whole number"),
}


def declared_paging(declared: Mapping[str, Any] | None) -> Paging:
    """Read the option `paging`. Raises ConfigError."""
    if declared is None:
        return OnePage()
    by = str(declared.get("by"))
    if by not in _WAYS:
        raise ConfigError(f"paging.by: {by!r} is no way to page. Offered: {', '.join(_WAYS)}.")
    given = {name: value for name, value in declared.items() if name != "by"}
    offered = {field.name: field.default is MISSING for field in fields(_WAYS[by])}
    for name, value in given.items():
        if name not in offered:
            raise ConfigError(f"paging: pages by {by} have no {name!r}. {did_you_mean(name, offered)}")
        kind, told = _KINDS[name]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ConfigError(f"paging.{name}: {value!r} is not {told}.")
    missing = [name for name, needed in offered.items() if needed and name not in given]
    if missing:
        raise ConfigError(f"paging: pages by {by} need {' and '.join(map(repr, missing))}.")
    return _WAYS[by](**given)


def at(document: Any, path: str) -> Any:
    """Return what a document holds at a dotted path of keys and positions; None where there is nothing.

    >>> at({"data": {"rows": [{"id": 7}]}}, "data.rows.0.id"), at({"data": {}}, "data.rows"), at([1], "")
    (7, None, [1])
    """
    found = document
    for part in path.split(".") if path else []:
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def next_link(header: str) -> str | None:
    """Return the address with rel=next in a header `Link`.

    >>> next_link('<https://a.org/?p=1>; rel="prev", <https://a.org/?p=3>; title="x, y"; rel="next"')
    'https://a.org/?p=3'
    """
    return next((address for address, params in _LINK.findall(header) if _IS_NEXT.search(params)), None)
