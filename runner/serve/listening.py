"""The server's life: a socket, connections that are not waited for without end, an orderly end.

On SIGTERM or SIGINT it first says that it is not ready and answers what still comes, then takes no more connections,
lets requests end within the grace, and is done. A second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from runner.errors import ResourceError
from runner.serve.application import Application
from runner.serve.limits import Limits


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach a server bound to a host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bound(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address. Raises ResourceError where that cannot be."""
    made = None
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, proto)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as error:
        if made is not None:
            made.close()
        raise ResourceError(
            f"cannot listen on {host!r}, port {port}: {error.strerror}. Choose another by --host and --port."
        ) from None
    return made


def serve(application: Application, made: socket.socket, started: Callable[[], None]) -> None:
    """Answer requests until a signal comes. started: called when the server answers."""
    factory: Any = None
    with contextlib.suppress(ImportError):  # not offered for Windows, where the loop of the library serves
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_serve(application, made, started))


async def _serve(application: Application, made: socket.socket, started: Callable[[], None]) -> None:
    limits = application.limits
    config = uvicorn.Config(
        application,
        http=_protocol(limits),
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="error",
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=max(1, round(limits.grace)),
        backlog=1024,
    )
    server = _Server(config)
    stopping = _Stopping(application, server)
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stopping.hear)
    serving = loop.create_task(server.serve(sockets=[made]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)
    started()
    await serving
    application.close()


class _Server(uvicorn.Server):
    """Uvicorn's server without its own handling of signals, which ends the process by the signal again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us."""
        yield


class _Stopping:
    """Hears signals."""

    def __init__(self, application: Application, server: _Server) -> None:
        self._application = application
        self._server = server
        self._task: asyncio.Task[None] | None = None

    def hear(self) -> None:
        """End the server: in order at first, at once when asked again."""
        if self._application.stopping:
            self._server.force_exit = self._server.should_exit = True
            return
        self._application.stopping = True
        self._task = asyncio.get_running_loop().create_task(self._stop())

    async def _stop(self) -> None:
        await asyncio.sleep(self._application.limits.notice)
        self._server.should_exit = True


def _protocol(limits: Limits) -> type[HttpToolsProtocol]:
    class Patient(HttpToolsProtocol):
        """A connection that must say what it wants within a time and a size."""

        _unasked = 0
        _patience: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._patience = self.loop.call_later(limits.seconds, self._give_up, b"408 Request Timeout")

        def connection_lost(self, exc: Exception | None) -> None:
            self._content()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            self._unasked += len(data)
            super().data_received(data)
            if self._unasked > limits.header:
                self._give_up(b"431 Request Header Fields Too Large")

        def on_message_begin(self) -> None:
            super().on_message_begin()
            if self._patience is None:
                self._patience = self.loop.call_later(limits.seconds, self._give_up, b"408 Request Timeout")

        def on_headers_complete(self) -> None:
            self._content()
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            self._unasked = 0
            super().on_body(body)

        def _content(self) -> None:
            self._unasked = 0
            if self._patience is not None:
                self._patience.cancel()
                self._patience = None

        def _give_up(self, status: bytes) -> None:
            if not self.transport.is_closing():
                self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                self.transport.close()

    return Patient
