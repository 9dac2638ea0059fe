"""Connections that go where they may, and end when time is up.

A name is resolved once, its addresses are checked, and the connection is made to one of these; the certificate is
still that of the name. Every read has the stall limit and what is left of the total, whichever is shorter, so that a
server which sends a byte now and then is no longer waited for than one that sends none.

httpcore is the floor below httpx. It is used without httpx's client, which writes each address, query included, to
the log.
"""

from __future__ import annotations

import logging
import math
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpcore
import httpx

from runner.errors import ConfigError, DataError
from runner_builtin.sources.http_addresses import Places
from runner_builtin.sources.http_waiting import Patience


def tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return what certificates are checked with; there is no way not to. Raises ConfigError for a bad bundle."""
    if ca_bundle is None:
        return httpx.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=str(ca_bundle))
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(f"ca_bundle: {ca_bundle} holds no certificates in PEM form: {error}.") from None


@contextmanager
def unlogged() -> Iterator[None]:
    """Keep httpcore from writing the headers of answers, which may hold secrets, to a log of level DEBUG."""
    log = logging.getLogger("httpcore")
    before = log.level
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.setLevel(before)


class PinnedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that were checked, never to a name that could have changed its mind."""

    def __init__(self, places: Places, patience: Patience) -> None:
        self._places, self._patience = places, patience
        self._system = httpcore.SyncBackend()
        self._pinned: dict[tuple[str, int], list[str]] = {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers."""
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            limit = self._patience.within(_limit(timeout))
            try:
                stream = self._system.connect_tcp(address, port, limit, local_address, socket_options)
                return TimedStream(stream, self._patience)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def _addresses(self, host: str, port: int) -> list[str]:
        if (host, port) not in self._pinned:
            try:
                self._pinned[host, port] = self._places.addresses(host, port)
            except socket.gaierror as error:
                if error.errno == socket.EAI_NONAME:
                    raise DataError(f"{host!r}: there is no machine of this name.") from None
                raise httpcore.ConnectError(f"{host}: {error.strerror}") from None
        return self._pinned[host, port]


class TimedStream(httpcore.NetworkStream):
    """A connection whose every wait is bounded by what is left of all the time."""

    def __init__(self, stream: httpcore.NetworkStream, patience: Patience) -> None:
        self._stream, self._patience = stream, patience

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, at most so many bytes; none at the end."""
        return self._stream.read(max_bytes, self._patience.within(_limit(timeout)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._stream.write(buffer, self._patience.within(_limit(timeout)))

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Go on encrypted, with a server whose certificate is that of the name. Raises DataError for another."""
        limit = self._patience.within(_limit(timeout))
        try:
            return TimedStream(self._stream.start_tls(ssl_context, server_hostname, limit), self._patience)
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):  # no later try would change it
                raise DataError(
                    f"{server_hostname}: the server's certificate is refused: {error.__cause__.verify_message}. "
                    "If a certificate authority of your own signs it, give its certificates as ca_bundle."
                ) from None
            raise

    def get_extra_info(self, info: str) -> Any:
        """Tell what the connection below knows."""
        return self._stream.get_extra_info(info)


def _limit(timeout: float | None) -> float:
    return math.inf if timeout is None else timeout
