"""A PostgreSQL of its own for the tests: made in a temporary folder, on a free port of the loopback, gone afterwards.

    from tests.servers.postgres import postgres_server  # noqa: F401 - the fixture 'postgres'

    def test_something(postgres):
        postgres.execute("CREATE TABLE t (a int)")

PostgreSQL refuses to run as root; root's tests run it as the user `postgres` or `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: Characters that a URL, a shell and JSON each write in their own way.
PASSWORD = 'pass/wörd&"1@:%'
_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Postgres:
    """A running server, its one user `owner` being allowed everything."""

    port: int
    password: str = PASSWORD

    def url(self, password: str, database: str = "postgres") -> str:
        """Write its URL. password: as it is to stand there, such as `${secret:env:NAME}`."""
        return f"postgresql://owner:{password}@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str, database: str = "postgres", values: Any = None) -> None:
        """Run statements, each at once; values: rows for the placeholders of the only statement."""
        import psycopg

        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="owner", password=self.password, dbname=database, autocommit=True
        ) as connection:
            for statement in statements:
                if values is None:
                    connection.execute(statement)  # type: ignore[call-overload]
                else:
                    connection.cursor().executemany(statement, values)  # type: ignore[arg-type]


@pytest.fixture(scope="session", name="postgres")
def postgres_server() -> Iterator[Postgres]:
    """Run a PostgreSQL for the tests that ask for it; skip them where there is none."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
    with running() as server:
        yield server


@contextmanager
def running() -> Iterator[Postgres]:
    """Start a server, and stop it again. Skips the test where PostgreSQL cannot be run."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        folder, user = Path(name), _user()
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        if user is not None:
            for path in (folder, folder / "password"):
                os.chown(path, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        access = ("-A", "scram-sha-256", f"--pwfile={name}/password")
        _run([initdb, "-D", f"{name}/data", "-U", "owner", "-E", "UTF8", "--locale=C", "-N", *access], folder, user)
        port = _free_port()
        settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
        server = [pg_ctl, "-D", f"{name}/data", "-w", "-l", f"{name}/log"]
        try:
            _run([*server, "-o", settings, "start"], folder, user)
            yield Postgres(port)
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                _run([*server, "-m", "immediate", "stop"], folder, user)


def _program(name: str) -> str:
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        pytest.skip(f"PostgreSQL is not here: there is no program {name}")
    return found


def _user() -> str | None:
    """Return as whom to run the server; None for the user of the tests."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = next((name for name in _USERS if name in known), None)
    if user is None:
        pytest.skip(f"PostgreSQL does not run as root, and there is no user {' or '.join(_USERS)}")
    return user


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[str], folder: Path, user: str | None) -> None:
    as_user: dict[str, Any] = {}
    if user is not None:
        as_user = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": ()}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False, **as_user
    )
    if done.returncode:
        log = folder / "log"
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}{log.read_text() if log.is_file() else ''}")
