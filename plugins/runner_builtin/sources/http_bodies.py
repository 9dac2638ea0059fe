"""The body of an answer on its way into a file: whole, no larger than allowed, and what was asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx

from runner.errors import DataError
from runner_builtin.sources.archive_rules import Limits
from runner_builtin.sources.decompression import CODECS, decompressed
from runner_builtin.sources.http_addresses import shown
from runner_builtin.sources.http_requests import Answer
from runner_builtin.sources.http_waiting import TryAgain

_GZIP = next(codec for codec in CODECS if codec.name == "gzip")
_CHUNK = 1024 * 1024
#: No error message of a server is longer.
_ERROR_BYTES = 64 * 1024
#: The kind of a JSON object that tells an error (RFC 9457).
_PROBLEM = "application/problem+json"
_EXCERPT = 300
_HTML_STARTS = (b"<!doctype html", b"<html")
_HTML_NAME = re.compile(r"\.x?html?$", re.IGNORECASE)


class Arrival:
    """A file on its way. What has come stays for the next try, if the server can tell that it is still the same.

    path: does not exist yet. length_known: refuse answers that do not say where they end.
    """

    def __init__(self, path: Path, max_bytes: int, length_known: bool) -> None:
        self.path, self._max_bytes, self._length_known = path, max_bytes, length_known
        self._etag: str | None = None
        self._whole: int | None = None
        self.headers = httpx.Headers()

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for what is missing; none where all of it has to come anew."""
        if self._etag is None or not self._size:
            return {}
        return {"Range": f"bytes={self._size}-", "If-Range": self._etag}

    @property
    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def take(self, answer: Answer) -> None:
        """Write an answer's body. Raises TryAgain while bytes are missing, DataError for what is not wanted."""
        size = self._start(answer)
        with self.path.open("ab" if size else "wb") as file:
            for chunk in answer.chunks:
                size += len(chunk)
                self._check_size(size, answer)
                file.write(chunk)
        if self._whole is not None and size != self._whole:
            raise TryAgain(f"{size:,} of {self._whole:,} bytes came")

    def _start(self, answer: Answer) -> int:
        """Return from which byte on the answer has the file."""
        if answer.status == 206:
            return self._continued(answer)
        if answer.status != 200:
            self.path.unlink(missing_ok=True)
            raise TryAgain(f"{answer.status}")
        etag = answer.headers.get("etag", "")
        self._etag = etag if etag.startswith('"') else None  # a weak one does not stand for bytes
        self._whole = _told_length(answer)
        self.headers = answer.headers
        self._check_start(answer)
        return 0

    def _continued(self, answer: Answer) -> int:
        if not self.conditions:
            raise DataError(f"{shown(answer.url)}: the server answers 206, a part, where the whole was asked for.")
        size = self._size
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("content-range", ""))
        if not found or int(found[1]) != size or answer.headers.get("etag") != self._etag:
            self.path.unlink()
            raise TryAgain("206 with another part than the one that was missing")
        self._whole = int(found[2])
        self._check_size(self._whole, answer)
        return size

    def _check_start(self, answer: Answer) -> None:
        self._check_size(self._whole or 0, answer)
        ends = self._whole is not None or "chunked" in answer.headers.get("transfer-encoding", "").lower()
        if self._length_known and not ends:
            raise DataError(
                f"{shown(answer.url)}: the server tells neither the length of the file nor its end, so a short one "
                "could not be told from a whole one. Give its published hash as sha256."
            )
        encoding = _encoding(answer.headers)
        if encoding not in ("identity", "gzip"):
            raise DataError(f"{shown(answer.url)}: the body comes encoded as {encoding!r}, which was not asked for.")

    def _check_size(self, size: int, answer: Answer) -> None:
        if size > self._max_bytes:
            raise DataError(
                f"{shown(answer.url)}: the body has {size:,} bytes or more; at most {self._max_bytes:,} are taken "
                "(max_bytes)."
            )


def unpacked(path: Path, headers: httpx.Headers, max_bytes: int) -> Path:
    """Undo a Content-Encoding that came unasked, within limits. Raises DataError for bombs and damaged bodies."""
    if _encoding(headers) == "identity":
        return path
    plain = path.with_name(f"plain-{path.name}")
    with decompressed(path, _GZIP, Limits(max_bytes=max_bytes)) as packed, plain.open("xb") as file:
        while chunk := packed.read(_CHUNK):
            file.write(chunk)
    path.unlink()
    return plain


def check_expected(path: Path, headers: httpx.Headers, url: httpx.URL, mask: Callable[[str], str]) -> None:
    """Refuse a web page or an error message that came in place of the data, with status 200. Raises DataError."""
    with path.open("rb") as file:
        head = file.read(_ERROR_BYTES + 1).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise DataError(f"{shown(url)}: the body is empty.")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_page = kind in ("text/html", "application/xhtml+xml") or head[:20].lower().startswith(_HTML_STARTS)
    if is_page and not _HTML_NAME.search(url.path):
        raise DataError(
            f"{shown(url)}: a web page (HTML) came in place of the data. Is it the address of a page about them, or "
            "does the server want a login?"
        )
    error = _error_in(head, kind)
    if error is not None:
        # masked before it is cut, so that no part of a secret is left
        raise DataError(
            f"{shown(url)}: the server answers 200, but the body is an error message: {mask(error)[:_EXCERPT]}."
        )


def _error_in(head: bytes, kind: str) -> str | None:
    """Return the error that a small JSON object is about; None for anything else."""
    if len(head) > _ERROR_BYTES or not head.startswith(b"{"):
        return None
    try:
        body = json.loads(head)
    except (ValueError, RecursionError):
        return None
    error = body if kind == _PROBLEM else body.get("error") or body.get("errors")
    return json.dumps(error, ensure_ascii=False) if error else None


def _encoding(headers: httpx.Headers) -> str:
    return headers.get("content-encoding", "").strip().lower().removeprefix("x-") or "identity"


def _told_length(answer: Answer) -> int | None:
    length = answer.headers.get("content-length", "")
    return int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None
