"""What leaves the server, and what a request that is refused is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP. headers: beside Content-Type and Content-Length."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Mapping[str, Any], status: int = 200) -> Reply:
        """Write JSON; a number that is not finite becomes null."""
        return cls(status, as_json(record))

    @classmethod
    def text(cls, text: str, status: int = 200) -> Reply:
        """Write plain text."""
        return cls(status, text.encode(), "text/plain; charset=utf-8")


class Refusal(Exception):
    """A request that gets no answer. Its text goes to whoever asked, so it tells nothing of the server's insides."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message if len(message) <= 1000 else f"{message[:1000]} …")
        self.status = status
        self.headers = headers or {}

    @classmethod
    def busy(cls, message: str) -> Refusal:
        """Ask for a second try."""
        return cls(503, message, {"Retry-After": "1"})


def as_json(record: Any) -> bytes:
    """Write JSON, arrays of numbers included."""
    return orjson.dumps(record, option=orjson.OPT_SERIALIZE_NUMPY)


def read_json(body: bytes | memoryview) -> Any:
    """Read JSON. Raises Refusal."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, f"the body is no JSON: {error}") from None
