"""How much a client may ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """body: bytes. rows: of one request. seconds: for a request from its first byte to its answer. at_once: requests
    being answered. grace: seconds that requests have to end in when the server is stopped. header: bytes.

    notice: seconds in which a server that is stopping says so (not ready) and still answers, so that whoever sends
    it requests learns of it before a connection is refused.
    """

    body: int = 16 * 2**20
    rows: int = 10_000
    seconds: float = 30.0
    at_once: int = 64
    grace: float = 10.0
    notice: float = 1.0
    header: int = 64 * 2**10
