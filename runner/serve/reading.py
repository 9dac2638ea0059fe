"""A request as it comes in: its path, its headers, and its body within the limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from runner.serve.limits import Limits
from runner.serve.replies import Refusal

#: So much beyond the limit is read and thrown away, because most clients listen only after they have sent all.
_PATIENCE = 8


class Request:
    """One request. complete: whether its body has come."""

    def __init__(
        self, scope: Mapping[str, Any], receive: Callable[[], Awaitable[Mapping[str, Any]]], limits: Limits
    ) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.complete = False
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._receive = receive
        self._most = limits.body

    def header(self, name: bytes) -> str:
        """Return a header's value, empty where it did not come. name: in lower case."""
        return next((value.decode("latin-1") for key, value in self._headers if key == name), "")

    async def body(self) -> bytes:
        """Return the whole body. Raises Refusal for one that is too long, or encoded."""
        if self.header(b"content-encoding") not in ("", "identity"):
            raise Refusal(415, "compressed bodies are not read; send it as it is", {"Connection": "close"})
        told = self.header(b"content-length")
        announced = int(told) if told.isdecimal() else 0
        if announced > self._most and (self.header(b"expect") or announced > _PATIENCE * self._most):
            raise self._too_long(announced)
        chunks: list[bytes] = []
        length = 0
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Refusal(499, "whoever asked has left")
            length += len(message["body"])
            more = message.get("more_body", False)
            if length <= self._most:
                chunks.append(message["body"])
            elif length > _PATIENCE * self._most:
                raise self._too_long(length)
        self.complete = True
        if length > self._most:
            raise Refusal(413, f"the body has {length} bytes, at most {self._most} are read")
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _too_long(self, length: int) -> Refusal:
        return Refusal(
            413, f"the body has {length} bytes or more, at most {self._most} are read", {"Connection": "close"}
        )
