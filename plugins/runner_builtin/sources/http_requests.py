"""One question to a server, its redirects followed by hand, and an answer whose body is read piece by piece."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpcore
import httpx

from runner.errors import ConfigError, DataError
from runner_builtin.sources.http_addresses import Places, shown
from runner_builtin.sources.http_waiting import PASSING, Patience, TryAgain, asked_wait

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses that the one who asked can make something of.
_UNDERSTOOD = frozenset({200, 206, 304, 416})
MOST_REDIRECTS = 10
_EXCERPT = 300
#: Bytes; far more than is quoted, so that what is cut off here is not quoted.
_READ_OF_ERRORS = 4096
#: Headers that only the source itself can set right.
_OWN = frozenset(
    {"accept-encoding", "connection", "content-length", "expect", "host", "if-match", "if-modified-since",
     "if-none-match", "if-range", "if-unmodified-since", "range", "te", "trailer", "transfer-encoding", "upgrade"}
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a server answers. url: where the answer came from, after redirects; chunks: the body, as it was sent."""

    status: int
    headers: httpx.Headers
    url: httpx.URL
    chunks: Iterator[bytes]


@dataclass(frozen=True)
class Timeouts:
    """Seconds. connect: to reach the server; stall: without a byte in either direction."""

    connect: float
    stall: float


class Asking:
    """Asks for addresses. headers: those declared, revealed; mask: takes secrets out of a message."""

    def __init__(
        self,
        pool: httpcore.ConnectionPool,
        places: Places,
        patience: Patience,
        headers: Mapping[str, str],
        timeouts: Timeouts,
        mask: Callable[[str], str],
    ) -> None:
        self._pool, self._places, self._patience, self._mask = pool, places, patience, mask
        self._headers, self._timeouts = headers, timeouts

    @contextmanager
    def answer(self, url: httpx.URL, conditions: Mapping[str, str]) -> Iterator[Answer]:
        """Open an answer of status 200, 206, 304 or 416, and close it at the end of the block.

        conditions: headers of this question. Raises TryAgain where a later try may be answered, for faults inside the
        block too; DataError for every other answer.
        """
        with self._faults():
            response, url = self._followed(url, conditions)
            try:
                answer = Answer(response.status, httpx.Headers(response.headers), url, response.iter_stream())
                if answer.status not in _UNDERSTOOD:
                    self._refuse(answer)
                yield answer
            finally:
                response.close()

    def _followed(self, url: httpx.URL, conditions: Mapping[str, str]) -> tuple[httpcore.Response, httpx.URL]:
        for _ in range(MOST_REDIRECTS + 1):
            response = self._send(url, conditions)
            if response.status not in _REDIRECTS:
                return response, url
            response.close()
            location = httpx.Headers(response.headers).get("location")
            if location is None:
                raise DataError(f"{shown(url)}: the answer is a redirect ({response.status}) that leads nowhere.")
            url = self._places.followed(url, location, f"a redirect ({response.status})")
        raise DataError(
            f"{shown(self._places.declared)}: more than {MOST_REDIRECTS} redirects; the last is {shown(url)}."
        )

    def _send(self, url: httpx.URL, conditions: Mapping[str, str]) -> httpcore.Response:
        self._patience.pace()
        # unencoded, so that lengths, ranges and published hashes are of the file itself
        headers = httpx.Headers({"User-Agent": "runner-ml", "Accept": "*/*", "Accept-Encoding": "identity"})
        headers.update({**(self._headers if self._places.is_home(url) else {}), **conditions})
        headers["Host"] = url.netloc.decode("ascii")
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        limits = {"connect": self._timeouts.connect, "read": self._timeouts.stall, "write": self._timeouts.stall}
        request = httpcore.Request("GET", target, headers=headers.raw, extensions={"timeout": limits})
        return self._pool.handle_request(request)

    def _refuse(self, answer: Answer) -> None:
        status = f"{answer.status}"
        if answer.status in PASSING:
            raise TryAgain(status, asked_wait(answer.headers.get("retry-after"), datetime.now(UTC)))
        hint = " Is the secret in headers or params the right one?" if answer.status in (401, 403) else ""
        raise DataError(f"{shown(answer.url)}: the server answers {status}{self._excerpt(answer)}.{hint}")

    def _excerpt(self, answer: Answer) -> str:
        """Quote how the body begins, where it is text: servers say there what they miss."""
        if not re.match(r"text/plain|application/([\w.]+\+)?json", answer.headers.get("content-type", "")):
            return ""
        body = b""
        while len(body) < _READ_OF_ERRORS and (chunk := next(answer.chunks, b"")):
            body += chunk
        # masked before it is cut, so that no part of a secret is left
        text = self._mask(body.decode("utf-8", "replace"))
        return f": {' '.join(text.split())[:_EXCERPT]!r}" if text.strip() else ""

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn the faults of connections into our own, without what they came from: that may hold a secret."""
        try:
            yield
            return
        except httpcore.ConnectTimeout:
            problem: Exception = TryAgain(f"no connection within {self._timeouts.connect:g} s")
        except httpcore.TimeoutException:
            problem = TryAgain(f"nothing came for {self._timeouts.stall:g} s")
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            problem = self._broken(error)
        raise problem from None

    def _broken(self, error: Exception) -> Exception:
        told = self._mask(str(error)) or type(error).__name__
        if isinstance(error, httpcore.LocalProtocolError):
            return ConfigError(f"{shown(self._places.declared)}: the request cannot be sent: {told}.")
        return TryAgain(told)


def checked_headers(declared: Mapping[str, str], reveal: Callable[[str], str]) -> dict[str, str]:
    """Reveal the secrets in declared headers. Raises ConfigError for names and values that cannot be sent."""
    headers = {}
    for name, value in declared.items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) or name.lower() in _OWN:
            raise ConfigError(
                f"headers: {name!r} is no header that can be chosen; the source sets what a file needs."
            )
        sent = reveal(value)
        if not re.fullmatch(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?", sent):
            raise ConfigError(
                f"headers.{name}: its value holds characters that a header cannot (line ends, spaces at an end, "
                "letters beyond ASCII). Is there a line end too many in the secret?"
            )
        headers[name] = sent
    return headers
