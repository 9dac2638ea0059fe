"""Data from the web: files and JSON APIs, fetched whole, verified, and then read by another source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from runner.contracts import Source, SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError, PluginError
from runner.options import Count, InputFile, Positive, SourceDeclaration

if TYPE_CHECKING:
    from runner_builtin.sources.http_downloads import Download


@dataclass(frozen=True, kw_only=True)
class HttpSource:
    """Fetch a file, or the items of a JSON API, and have it read by the source `read`, which gets its path.

    url: https, or http with allow_http; several as {option of the source `read`: address}. read: a source without its
    path, such as {use: csv, target: label}. items: the dotted path of a list in a JSON answer ("" for the answer
    itself); the items of all pages become one JSON Lines file. paging: {by: link, path} (a header Link without path),
    {by: cursor, path, param} or {by: page, param, start, size}, each with max_pages. headers, params: values may hold
    ${secret:env:NAME}; headers go to the declared server only. per_second: the most requests in a second. sha256: the
    published hash of the file, or several like url. allow_private: the host is a name in a network of your own.
    ca_bundle: certificates (PEM) to trust instead of the usual ones. max_bytes: of each file, or of all pages. tries:
    per request; first_wait: seconds before the second one, doubled each time. connect, stall, total: seconds to reach
    the server, without a byte, for everything. Proxies of the environment are not used. Raises DataError;
    IntegrityError for another hash; ConfigError; PluginError where httpx is missing.
    """

    url: str | dict[str, str]
    read: SourceDeclaration
    items: str | None = None
    paging: dict[str, Any] | None = None
    headers: dict[str, str] | None = None
    params: dict[str, str | int | float | bool] | None = None
    per_second: Positive | None = None
    sha256: str | dict[str, str] | None = None
    allow_http: bool = False
    allow_private: bool = False
    ca_bundle: InputFile | None = None
    max_bytes: Count = 2147483648
    tries: Count = 5
    first_wait: Positive = 1.0
    connect: Positive = 10.0
    stall: Positive = 60.0
    total: Positive = 3600.0

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return the sha256 of the file, or of the items collected; of several files, one made of theirs."""
        with self._download(context) as download:
            return download.sha256

    def load(self, context: SourceContext) -> Dataset:
        """Return what the source `read` makes of the file, under the fingerprint of the bytes fetched."""
        with self._download(context) as download:
            reader = self._reader(download, context)
            with _called_by_address(download):
                return _as_fetched(reader.load(context), download)

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        """Give the same rows piece by piece. Raises ConfigError where the source `read` cannot."""
        with self._download(context) as download:
            reader = self._reader(download, context)
            if not hasattr(reader, "batches"):
                raise ConfigError(f"read: the source {self.read['use']!r} does not give its rows in batches.")
            with _called_by_address(download):
                for batch in reader.batches(context):
                    yield _as_fetched(batch, download)

    def _download(self, context: SourceContext) -> AbstractContextManager[Download]:
        try:
            from runner_builtin.sources.http_downloads import downloaded  # brings httpx, which is an extra
        except ImportError as error:
            raise PluginError(
                "source 'http' needs httpx, which is not installed or too old: pip install 'runner-ml[http]'"
            ) from error
        return downloaded(self, context)

    def _reader(self, download: Download, context: SourceContext) -> Source:
        return context.source({**self.read, **{option: str(file.path) for option, file in download.files.items()}})


def _as_fetched(rows: Dataset, download: Download) -> Dataset:
    notes = [file.note for file in download.files.values()] + [download.by_address(note) for note in rows.notes]
    return replace(rows, fingerprint=download.sha256, notes=tuple(notes))


@contextmanager
def _called_by_address(download: Download) -> Iterator[None]:
    """Have errors name the address instead of the file, which will be gone when they are read."""
    try:
        yield
    except (DataError, ConfigError) as error:
        kind = DataError if isinstance(error, DataError) else ConfigError
        raise kind(download.by_address(str(error))) from None
