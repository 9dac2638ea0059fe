"""Connections that only read: each database is asked in its own way to refuse every write, and to give up in time.

PostgreSQL and MySQL open a read-only transaction. SQLite opens the file read-only, and an authorizer lets nothing
through but reading, so that no other file is attached and no library loaded. Times are those of UTC, so that a query
gives the same rows on every machine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from runner.errors import DataError, PluginError, did_you_mean
from runner_builtin.sources.sql_errors import Told
from runner_builtin.sources.sql_urls import driver_of

#: Seconds to wait for a server to answer at all.
_CONNECT = 10
#: PostgreSQL is asked for a sign of life after 30 seconds of silence, and counts as gone after 30 more.
_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
#: SQLite looks at the clock after so many steps of its machine, about every millisecond.
_STEPS = 10_000
_READING = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)


def _nothing(connection: Connection) -> None:
    """Leave a connection as it is."""


def _no_clock() -> None:
    """Leave the time to the server."""


@dataclass(frozen=True)
class Reading:
    """How to read from one database. opening: statements that begin the transaction.

    guard: called once before the query; resume: called before each wait for rows.
    """

    engine: Engine
    opening: tuple[str, ...] = ()
    guard: Callable[[Connection], None] = _nothing
    resume: Callable[[], None] = _no_clock


@contextmanager
def connected(url: URL, folder: Path, timeout: float, told: Told) -> Iterator[tuple[Connection, Reading]]:
    """Connect for reading, and close again. url: checked, its password a reference; timeout: seconds per statement.

    Raises DataError, PluginError; ConfigError for a secret that is missing.
    """
    revealed = url if url.password is None else url.set(password=told.secrets.reveal(str(url.password)))
    reading = _reading(revealed, folder, timeout)
    connection = told.attempt("connecting", reading.engine.connect)
    try:
        for statement in reading.opening:
            told.attempt("beginning to read", partial(connection.exec_driver_sql, statement))
        yield connection, reading
    finally:
        with suppress(SQLAlchemyError):  # nothing was written that could be lost, and a lost connection is told of
            connection.close()


def _reading(url: URL, folder: Path, timeout: float) -> Reading:
    try:
        return _DATABASES[url.get_backend_name()](url, folder, timeout)
    except ImportError as error:
        needed = driver_of(url)
        raise PluginError(
            f"source 'sql' needs the driver {needed.name!r}, which is not installed or too old: "
            f"pip install 'runner-ml[{needed.extra}]'"
        ) from error


def _engine(url: URL, **options: Any) -> Engine:
    """Make an engine whose errors do not show bound values."""
    return create_engine(url, poolclass=NullPool, hide_parameters=True, **options)


def _postgresql(url: URL, folder: Path, timeout: float) -> Reading:
    del folder
    engine = _engine(url, connect_args={"connect_timeout": _CONNECT, "client_encoding": "utf8", **_ALIVE})
    opening = (f"SET LOCAL statement_timeout = {max(1, round(timeout * 1000))}", "SET LOCAL TIME ZONE 'UTC'")
    return Reading(engine.execution_options(postgresql_readonly=True), opening, _keep_undecodable)


def _keep_undecodable(connection: Connection) -> None:
    """Where a server knows no encoding, take its texts as bytes: those that are not UTF-8 can then be named."""
    from psycopg.adapt import Loader  # an extra, there since the connection is

    class Text(Loader):
        def load(self, data: Any) -> str | bytes:
            content = bytes(data)
            try:
                return content.decode()
            except UnicodeDecodeError:
                return content

    driver: Any = connection.connection.driver_connection
    if driver.info.parameter_status("server_encoding") == "SQL_ASCII":
        connection.exec_driver_sql("SET LOCAL client_encoding = 'SQL_ASCII'")
        for name in ("text", "varchar", "bpchar", "name"):
            driver.adapters.register_loader(name, Text)


def _mysql(url: URL, folder: Path, timeout: float) -> Reading:
    del folder
    connecting = {
        "connect_timeout": _CONNECT,
        "read_timeout": timeout,
        "local_infile": False,
        "init_command": "SET SESSION TRANSACTION READ ONLY",
    }
    return Reading(_engine(url, connect_args=connecting), ("SET time_zone = '+00:00'",))


def _sqlite(url: URL, folder: Path, timeout: float) -> Reading:
    file = _database_file(url.database, folder)
    clock = Clock(timeout)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=timeout)
        connection.execute("PRAGMA query_only = ON")
        connection.set_progress_handler(clock.is_over, _STEPS)
        return connection

    return Reading(_engine(URL.create("sqlite+pysqlite"), creator=connect), (), _authorize, clock.restart)


class Clock:
    """Says when SQLite has taken too long for the next rows."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.restart()

    def restart(self) -> None:
        """Give it the whole time again."""
        self._end = monotonic() + self._seconds

    def is_over(self) -> bool:
        """Tell SQLite whether to stop."""
        return monotonic() > self._end


def _authorize(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.set_authorizer(_only_reading)


def _only_reading(action: int, first: str | None, second: str | None, *place: str | None) -> int:
    loads = action == sqlite3.SQLITE_FUNCTION and str(second).lower() == "load_extension"
    return sqlite3.SQLITE_OK if action in _READING and not loads else sqlite3.SQLITE_DENY


def _database_file(database: str | None, folder: Path) -> Path:
    if not database or database.startswith((":memory:", "file:")):
        raise DataError(f"url: {database or ''!r} is no file; write 'sqlite:///PATH' with the path of a database.")
    file = (folder / Path(database).expanduser()).absolute()
    if not file.is_file():
        near = [entry.name for entry in file.parent.iterdir() if entry.is_file()] if file.parent.is_dir() else []
        raise DataError(f"url: there is no file {file}. {did_you_mean(file.name, near)}")
    return file


_DATABASES: Mapping[str, Callable[[URL, Path, float], Reading]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
}
