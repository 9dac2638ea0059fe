import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
import sqlalchemy

from runner.errors import DataError, PluginError
from runner.secrets import Secrets
from runner_builtin.sources.sql_connecting import Clock, connected
from runner_builtin.sources.sql_errors import Told
from runner_builtin.sources.sql_urls import checked_url
from tests.servers.postgres import postgres_server  # noqa: F401 - the fixture 'postgres'

TOLD = Told("the database", Secrets())


@pytest.fixture
def file(tmp_path):
    with sqlite3.connect(tmp_path / "x y%é.db") as made:
        made.execute("CREATE TABLE t (a INTEGER)")
    made.close()
    return tmp_path / "x y%é.db"


@pytest.fixture
def guarded(file):
    """Connect to the file as a source does, up to the query."""
    with connected(checked_url(f"sqlite:///{file}"), file.parent, 10, TOLD) as (connection, reading):
        reading.guard(connection)
        yield connection


def test_a_path_is_relative_to_the_folder_of_the_run(file):
    with connected(checked_url(f"sqlite:///{file.name}"), file.parent, 10, TOLD) as (connection, _):
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0


@pytest.mark.fault("F77")
@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE t",
        "INSERT INTO t VALUES (1)",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA query_only = OFF",
        "CREATE TEMP TABLE u AS SELECT 1",
        "SELECT load_extension('evil')",
        "BEGIN EXCLUSIVE",
    ],
)
def test_sqlite_refuses_everything_but_reading(guarded, file, statement):
    with pytest.raises(sqlalchemy.exc.DatabaseError, match=r"not authorized|authorization denied"):
        guarded.exec_driver_sql(statement)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.fault("F77")
def test_sqlite_opens_the_file_for_reading_only_even_before_the_guard(file):
    with (
        connected(checked_url(f"sqlite:///{file}"), file.parent, 10, TOLD) as (connection, _),
        pytest.raises(sqlalchemy.exc.OperationalError, match="readonly"),
    ):
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")


def test_a_file_that_another_process_writes_to_is_read_as_of_its_last_commit(tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as writer:
        writer.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1); BEGIN")
        writer.execute("INSERT INTO t VALUES (2)")
        with connected(checked_url("sqlite:///x.db"), tmp_path, 10, TOLD) as (connection, _):
            assert connection.exec_driver_sql("SELECT a FROM t").scalars().all() == [1]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:///x.db", "there is no file .*x.db. Did you mean 'x y%é.db'"),
        ("sqlite:///nowhere/x.db", "there is no file .*nowhere/x.db. Nothing is offered"),
        ("sqlite://", "'' is no file"),
        ("sqlite:///:memory:", "':memory:' is no file"),
        ("sqlite:///file:x.db", "'file:x.db' is no file"),
    ],
)
def test_a_file_must_be_there(file, url, told):
    with (
        pytest.raises(DataError, match=told),
        connected(checked_url(url), file.parent, 10, TOLD),
    ):
        pass
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "x.db").write_text("a,b\n1,2\n" * 100)
    with (
        pytest.raises(DataError, match=r"file is not a database\. The file is no SQLite database"),
        connected(checked_url("sqlite:///x.db"), tmp_path, 10, TOLD) as (connection, _),
    ):
        TOLD.attempt("reading", lambda: connection.exec_driver_sql("SELECT * FROM t"))


def test_the_clock_runs_from_the_last_restart(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("runner_builtin.sources.sql_connecting.monotonic", lambda: now[0])
    clock = Clock(5)
    now[0] = 5
    assert not clock.is_over()
    now[0] = 6
    assert clock.is_over()
    clock.restart()
    assert not clock.is_over()


def test_a_missing_driver_is_told_with_the_command_that_installs_it(tmp_path):
    code = (
        "import sys; sys.modules['pymysql'] = None; from pathlib import Path\n"
        "from runner.contracts import SourceContext; from runner.errors import PluginError\n"
        "from runner_builtin.sources.sql_source import SqlSource\n"
        "try: SqlSource(url='mysql://ann@host/x', table='t').load(SourceContext(Path(), 0))\n"
        "except PluginError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "source 'sql' needs the driver 'mysql+pymysql'" in done.stdout
    assert "pip install 'runner-ml[mysql]'" in done.stdout
    assert PluginError.exit_code == 4


@pytest.mark.fault("F77", "F78")
def test_mysql_is_asked_for_reading_only_and_its_refusal_is_told(tmp_path, monkeypatch):
    pymysql = pytest.importorskip("pymysql")
    asked = {}

    def connect(**options):
        asked.update(options)
        raise pymysql.err.OperationalError(1045, "Access denied for user 'ann' (using password: YES)")

    monkeypatch.setattr(pymysql, "connect", connect)
    monkeypatch.setenv("DB_PASSWORD", "s3cr&t")
    url = checked_url("mysql://ann:${secret:env:DB_PASSWORD}@host/sales")
    with (
        pytest.raises(DataError, match=r"while connecting: Access denied .* Check the user and the password"),
        connected(url, tmp_path, 5, TOLD),
    ):
        pass
    assert asked["password"] == "s3cr&t"
    assert asked["init_command"] == "SET SESSION TRANSACTION READ ONLY"
    assert asked["local_infile"] is False
    assert asked["read_timeout"] == 5


@pytest.fixture
def at_postgres(postgres, tmp_path, monkeypatch):
    """Connect to PostgreSQL as a source does, up to the query."""
    monkeypatch.setenv("DB_PASSWORD", postgres.password)
    url = checked_url(postgres.url("${secret:env:DB_PASSWORD}"))
    with connected(url, tmp_path, 0.25, TOLD) as (connection, reading):
        reading.guard(connection)
        yield connection


@pytest.mark.fault("F77")
@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE u (a int)", "SELECT set_config('transaction_read_only', 'off', false)", "CREATE ROLE evil"],
)
def test_postgresql_refuses_to_write_though_the_user_could(at_postgres, statement):
    with pytest.raises(sqlalchemy.exc.DBAPIError) as caught:
        at_postgres.exec_driver_sql(statement)
    assert caught.value.orig.sqlstate in ("25006", "25001")


@pytest.mark.fault("F78")
def test_postgresql_ends_what_takes_too_long(at_postgres):
    with pytest.raises(sqlalchemy.exc.OperationalError, match="statement timeout"):
        at_postgres.exec_driver_sql("SELECT pg_sleep(20)")


def test_postgresql_reckons_in_utc_wherever_it_is_asked_from(at_postgres):
    assert at_postgres.exec_driver_sql("SHOW TIME ZONE").scalar() == "UTC"
