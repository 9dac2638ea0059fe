"""An HTTP server on loopback whose answers are written byte by byte by the test.

def slowly(exchange):
    exchange.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\n1")
    exchange.stall()

with FaultServer({"/slow": slowly, "/": lambda exchange: exchange.answer("a,y\\n1,0\\n")}) as server:
    server.url("/slow")
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

Act = Callable[["Exchange"], None]


@dataclass(frozen=True)
class Exchange:
    """One request, and the connection to answer on. number: counts from 0 the requests of this path."""

    target: str
    headers: Mapping[str, str]
    number: int
    connection: socket.socket
    closing: threading.Event

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    def send(self, content: bytes) -> None:
        """Write bytes as they are."""
        self.connection.sendall(content)

    def answer(self, body: str | bytes = b"", status: str = "200 OK", **headers: str) -> None:
        """Write a whole answer. headers: underscores stand for hyphens."""
        content = body.encode() if isinstance(body, str) else body
        told = {"Content-Length": str(len(content)), "Connection": "close"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.send(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + content)

    def stall(self, seconds: float = 30.0) -> None:
        """Send nothing for so long, or until the server is closed."""
        self.closing.wait(seconds)

    def reset(self) -> None:
        """Break the connection off: the peer sees 'connection reset'."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class FaultServer:
    """Answers each path as told, each connection in a thread of its own. requests: all that came, in order."""

    def __init__(self, acts: Mapping[str, Act], tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.requests: list[Exchange] = []
        self._acts, self._tls = acts, tls
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server((host, 0))
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> FaultServer:
        self._start(self._listen)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with suppress(OSError):  # a listener that waits is woken only by a connection or by a shutdown
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address of a path."""
        return f"{'http' if self._tls is None else 'https'}://{host}:{self.port}{path}"

    def of(self, path: str) -> list[Exchange]:
        """List the requests of one path."""
        return [request for request in self.requests if request.path == path]

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                self._start(self._serve, self._listener.accept()[0])

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ssl.SSLError):
            connection.settimeout(10)
            if self._tls is None:
                self._exchange(connection)
                return
            with self._tls.wrap_socket(connection, server_side=True) as encrypted:
                self._exchange(encrypted)

    def _exchange(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        target = first.split(" ")[1]
        with self._lock:
            number = len(self.of(urlsplit(target).path))
            exchange = Exchange(target, headers, number, connection, self._closing)
            self.requests.append(exchange)
        act = self._acts.get(exchange.path)
        if act is None:
            exchange.answer("no such path", "404 Not Found", Content_Type="text/plain")
        else:
            act(exchange)
