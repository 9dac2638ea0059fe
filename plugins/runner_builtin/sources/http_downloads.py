"""What the source `http` declares, carried out: files in a place of their own, gone when they were read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpcore
import httpx

from runner.contracts import SourceContext
from runner.errors import ConfigError, ResourceError, RunnerError, did_you_mean
from runner_builtin.sources.fingerprints import bytes_fingerprint
from runner_builtin.sources.http_addresses import Places, declared_url, shown
from runner_builtin.sources.http_cache import Cache, sha256_of
from runner_builtin.sources.http_collecting import Collecting
from runner_builtin.sources.http_connections import PinnedNetwork, tls_context, unlogged
from runner_builtin.sources.http_fetching import Fetching
from runner_builtin.sources.http_paging import declared_paging
from runner_builtin.sources.http_requests import Asking, Timeouts, checked_headers
from runner_builtin.sources.http_waiting import Patience

if TYPE_CHECKING:
    from runner_builtin.sources.http_source import HttpSource


@dataclass(frozen=True)
class File:
    """A file that has come. address: how messages call it; note: how it came."""

    path: Path
    sha256: str
    address: str
    note: str


@dataclass(frozen=True)
class Download:
    """All files that were declared. files: by the option of the reader that receives the path."""

    files: Mapping[str, File]

    @property
    def sha256(self) -> str:
        """The sha256 of the file; of several, that of what their options and hashes are."""
        if len(self.files) == 1:
            return next(iter(self.files.values())).sha256
        told = sorted(f"{option} {file.sha256}\n" for option, file in self.files.items())
        return bytes_fingerprint("".join(told).encode())

    def by_address(self, text: str) -> str:
        """Return a text with addresses in place of the paths, which will be gone when it is read."""
        for file in self.files.values():
            text = text.replace(str(file.path), file.address)
        return text


@contextmanager
def downloaded(source: HttpSource, context: SourceContext) -> Iterator[Download]:
    """Fetch what a source declares, and remove it at the end of the block. Raises RunnerErrors without secrets."""
    with ExitStack() as stack:
        yield _without_secrets(source, context, stack)


def _without_secrets(source: HttpSource, context: SourceContext, stack: ExitStack) -> Download:
    try:
        _check(source)
        kept_in = None if context.cache is None else context.cache / "http"
        cache = stack.enter_context(Cache.opened(kept_in))
        workplace = stack.enter_context(cache.workplace())
        return _fetched(source, context, cache, workplace)
    except RunnerError as error:
        kind, text = type(error), str(error)
    except OSError as error:
        where = error.filename or context.cache or "the folder for temporary files"
        kind, text = ResourceError, f"What is fetched cannot be kept in {where}: {error.strerror}."
    # outside of the handlers, so that the error is chained to nothing that holds a secret
    raise kind(context.secrets.mask(text))


def _fetched(source: HttpSource, context: SourceContext, cache: Cache, workplace: Path) -> Download:
    places = {option: _places(url, source, context) for option, url in _by_option(source.url).items()}
    published = _published(source)
    patience = Patience(
        " and ".join(shown(one.declared) for one in places.values()),
        tries=source.tries,
        first_wait=source.first_wait,
        total=source.total,
        per_second=source.per_second,
    )
    files = {}
    for number, (option, one) in enumerate(places.items()):
        place = workplace / str(number)
        place.mkdir()
        with _fetching(source, context, one, patience, cache, place) as fetching:
            if source.items is None:
                files[option] = _file(fetching, one.declared, published.get(option))
            else:
                paging = declared_paging(source.paging)
                collecting = Collecting(fetching, one, source.items, paging, source.max_bytes)
                files[option] = _items(collecting, place / "items.jsonl")
    return Download(files)


@contextmanager
def _fetching(
    source: HttpSource, context: SourceContext, places: Places, patience: Patience, cache: Cache, place: Path
) -> Iterator[Fetching]:
    headers = checked_headers(source.headers or {}, context.secrets.reveal)
    tls = tls_context(None if source.ca_bundle is None else context.folder / source.ca_bundle)
    timeouts = Timeouts(source.connect, source.stall)
    mask = context.secrets.mask
    with unlogged(), httpcore.ConnectionPool(tls, network_backend=PinnedNetwork(places, patience)) as pool:
        asking = Asking(pool, places, patience, headers, timeouts, mask)
        names = list(headers)
        yield Fetching(asking, patience, cache, place, header_names=names, max_bytes=source.max_bytes, mask=mask)


def _file(fetching: Fetching, url: httpx.URL, published: str | None) -> File:
    fetched = fetching.fetch(url, _name(url), published=None if published is None else published.lower())
    kept = fetched.kept
    how = "the same as when it was fetched before" if fetched.from_cache else "fetched"
    return File(fetched.path, kept.sha256, shown(url), f"{shown(url)}: {kept.size:,} bytes, {how}.")


def _items(collecting: Collecting, path: Path) -> File:
    address = shown(collecting.places.declared)
    found = collecting.into(path)
    told = f"{found.items:,} items of {found.pages:,} answers, {found.cached:,} of them the same as before"
    return File(path, sha256_of(path), address, f"{address}: {told}.")


def _check(source: HttpSource) -> None:
    urls = _by_option(source.url)
    if not urls:
        raise ConfigError("url: there is no address; give one, or one for each path that the source `read` wants.")
    for option in urls:
        if option in source.read:
            raise ConfigError(f"read.{option}: this is what url gives: the path of a file fetched. Leave one out.")
    if source.items is None and source.paging is not None:
        raise ConfigError("paging: only the items of JSON answers come in pages. Say with items where they are.")
    if source.items is not None and source.sha256 is not None:
        raise ConfigError("sha256: only a file has a published hash; items are put together from answers.")
    for option, sha256 in _published(source).items():
        if option not in urls:
            raise ConfigError(f"sha256.{option}: url has no {option!r}. {did_you_mean(option, urls)}")
        if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
            raise ConfigError(f"sha256: {sha256!r} is no sha256, which has 64 hex digits.")


def _by_option(given: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"path": given} if isinstance(given, str) else given


def _published(source: HttpSource) -> Mapping[str, str]:
    return {} if source.sha256 is None else _by_option(source.sha256)


def _places(address: str, source: HttpSource, context: SourceContext) -> Places:
    url = declared_url(address)
    if source.params:
        reveal = context.secrets.reveal
        sent = {name: reveal(value) if isinstance(value, str) else value for name, value in source.params.items()}
        url = url.copy_merge_params(sent)
    places = Places(url, allow_http=source.allow_http, allow_private=source.allow_private)
    places.check_declared()
    return places


def _name(url: httpx.URL) -> str:
    """Return a name for the file: the address's last part, whose ending tells readers what it is."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", url.path.rpartition("/")[2])[-100:].lstrip("._-")
    return name or "data"
