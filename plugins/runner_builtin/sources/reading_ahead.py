"""The next piece of work done while the last one is used: reading and checking beside parsing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")


def ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Give the same pieces, each made in a thread while the one before is used; never more than one is waiting.

    What making a piece raises is raised where the piece would have been. Stopping early waits for the one in work.

    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    end = object()
    with ThreadPoolExecutor(1, "reading-ahead") as thread:
        waiting = thread.submit(next, pieces, end)
        while (piece := waiting.result()) is not end:
            waiting = thread.submit(next, pieces, end)
            yield piece  # type: ignore[misc]  # it is a piece, for it is not the end
