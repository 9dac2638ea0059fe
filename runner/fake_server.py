"""An HTTP server on loopback for tests: it answers what it is told to, and remembers what it was asked.

>>> from urllib.request import urlopen
>>> with FakeServer() as server:
...     url = server.answers("/rows.csv", "a,b\\n1,2\\n")
...     text = urlopen(url).read().decode()
>>> text, server.asked[0].path
('a,b\\n1,2\\n', '/rows.csv')
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request. headers: by their names in lower case; body: as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query, decoded."""
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass(frozen=True)
class Answer:
    """What is sent back."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class FakeServer:
    """Answers each path as told, and everything else with 404. asked: the requests, in the order they came."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, list[Answer | Callable[[Asked], Answer]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str = "/") -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def answers(
        self, path: str, body: str | bytes | Callable[[Asked], Answer], status: int = 200, **headers: str
    ) -> str:
        """Tell it what to answer to a path, and return the address.

        Told several answers, it gives one after the other, and the last again and again. body: or a function of the
        request. headers: underscores stand for hyphens.
        """
        if callable(body):
            answer: Answer | Callable[[Asked], Answer] = body
        else:
            content = body.encode() if isinstance(body, str) else body
            answer = Answer(content, status, {name.replace("_", "-"): value for name, value in headers.items()})
        self._answers.setdefault(path, []).append(answer)
        return self.url(path)

    def _answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        told = self._answers.get(asked.path)
        if not told:
            return Answer(b"no such path", 404, {"Content-Type": "text/plain"})
        answer = told.pop(0) if len(told) > 1 else told[0]
        return answer(asked) if callable(answer) else answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        give = self._answer

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = give(Asked(self.command, self.path, headers, body))
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve

            def log_message(self, format: str, *arguments: object) -> None:
                """Say nothing: the test asks what came."""

        return Handler
