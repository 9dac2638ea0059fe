"""Messages between two processes: JSON objects, one per line, over one end of a Unix socket pair."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any

Message = dict[str, Any]

_CHUNK = 1 << 18


class Wire:
    """One end of a connection that never waits: what cannot be sent now is kept until `flush`."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end = end
        self._unread, self._unsent = bytearray(), bytearray()

    def fileno(self) -> int:
        """Return the descriptor to be watched."""
        return self._end.fileno()

    @property
    def unsent(self) -> bool:
        """Whether something waits for the other end to read."""
        return bool(self._unsent)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message, now or with the next flush. Where nobody reads any more, it is lost with its reader."""
        self._unsent += encoded(message)
        self.flush()

    def flush(self) -> None:
        """Send as much of what waits as the other end takes."""
        while self._unsent:
            try:
                count = self._end.send(self._unsent)
            except BlockingIOError:
                return
            except OSError:  # the reader is gone, which its end of file tells
                self._unsent.clear()
                return
            del self._unsent[:count]

    def receive(self) -> tuple[list[Message], bool]:
        """Return the messages that have come, and whether more can come. Raises ValueError for anything else."""
        last, is_open = 0, True
        while True:
            try:
                chunk = self._end.recv(_CHUNK)
            except BlockingIOError:
                break
            except OSError:
                chunk = b""
            if not chunk:
                is_open = False
                break
            last = max(last, len(self._unread) + chunk.rfind(b"\n") + 1) if b"\n" in chunk else last
            self._unread += chunk
            if len(chunk) < _CHUNK:
                break
        whole = bytes(self._unread[:last])
        del self._unread[:last]
        return [decoded(line) for line in whole.splitlines()], is_open

    def close(self) -> None:
        """End the connection; the other end reads the end of the file."""
        self._end.close()


def encoded(message: Mapping[str, Any]) -> bytes:
    """Return a message as it travels. Raises TypeError for what JSON has no word for."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def decoded(line: bytes) -> Message:
    """Return the message of one line. Raises ValueError where the line is none."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError(f"{line[:80]!r} is no message")
    return message
