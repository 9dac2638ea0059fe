"""Rows out of a database, block by block, and the fingerprint of what came.

The cursor stays on the server, so that no more than a block is here at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Result
from sqlalchemy.exc import SQLAlchemyError

from runner.errors import DataError
from runner.secrets import Secrets
from runner_builtin.sources.sql_connecting import Reading, connected
from runner_builtin.sources.sql_errors import Told
from runner_builtin.sources.sql_statements import Question
from runner_builtin.sources.sql_urls import shown

Block = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Bounds:
    """timeout: seconds for one statement; max_rows: more are an error; block: rows at a time."""

    timeout: float
    max_rows: int
    block: int


class Answer:
    """What a database gives, to be read once. origin: its name in messages; names: those of the columns."""

    def __init__(self, question: Question, origin: str, names: Sequence[str], blocks: Iterator[Block]) -> None:
        self.origin = origin
        self.names = names
        self.n_rows = 0
        self._question = question
        self._blocks = blocks
        asked = json.dumps([question.identity, list(names)], sort_keys=True, default=str)
        self._digest = hashlib.sha256(asked.encode())

    @property
    def blocks(self) -> Iterator[Block]:
        """The rows, in order, a block at a time. Raises DataError where there are none."""
        for block in self._blocks:
            self.n_rows += len(block)
            # written in ASCII, a row holds no line end, and does not depend on what Python takes for printable
            self._digest.update("".join(f"{row!a}\n" for row in block).encode())
            yield block
        if not self.n_rows:
            raise DataError(f"{self.origin}: the answer has no rows.")

    @property
    def fingerprint(self) -> str:
        """The sha256 of the question and of the rows that were read, whatever the size of the blocks."""
        return self._digest.hexdigest()

    @property
    def notes(self) -> list[str]:
        """What a person should know of the rows as a whole."""
        if self._question.ordered:
            return []
        told = "nothing states the order of the rows, so that another run may get another"
        return [f"{self.origin}: {told}; add {self._question.ordering} for replay"]

    def check_same(self, first: Answer) -> None:
        """Refuse to go on where the same question was answered differently before. Raises DataError."""
        if self.fingerprint != first.fingerprint:
            raise DataError(
                f"{self.origin} gave other rows, or another order, when it was read for the second time. "
                f"Add {self._question.ordering}, and read what nobody writes to."
            )


@contextmanager
def answer(url: URL, question: Question, folder: Path, bounds: Bounds, secrets: Secrets) -> Iterator[Answer]:
    """Ask a database; its connection is closed afterwards. Raises DataError, ConfigError, PluginError."""
    told = Told(shown(url), secrets)
    with connected(url, folder, bounds.timeout, told) as (connection, reading):
        statement = told.attempt("looking up the names", lambda: question.statement(connection, secrets))
        reading.guard(connection)
        reading.resume()
        streaming = connection.execution_options(stream_results=True, max_row_buffer=bounds.block)
        result = told.attempt("running the query", lambda: streaming.execute(statement))
        try:
            yield Answer(question, told.origin, tuple(result.keys()), _blocks(result, reading, bounds, told))
        finally:
            with suppress(SQLAlchemyError):  # a cursor that failed, or whose connection is lost, may refuse to close
                result.close()


def _blocks(result: Result[Any], reading: Reading, bounds: Bounds, told: Told) -> Iterator[Block]:
    parts = result.yield_per(bounds.block).partitions(bounds.block)
    n_rows = 0
    while True:
        reading.resume()
        block = told.attempt(f"reading the rows from {n_rows} on", lambda: next(parts, None))
        if block is None:
            return
        n_rows += len(block)
        if n_rows > bounds.max_rows:
            raise DataError(
                f"{told.origin} gives more than {bounds.max_rows:,} rows. Ask for fewer (WHERE, LIMIT), "
                f"or raise 'max_rows'."
            )
        yield [tuple(row) for row in block]
