"""The source as a run uses it: on SQLite, and on a PostgreSQL that the tests start."""

import base64
import sqlite3
import subprocess
import sys
import time
import traceback
from contextlib import closing
from urllib.parse import quote, quote_plus

import numpy as np
import pandas as pd
import pytest

from runner.contracts import SourceContext
from runner.errors import ConfigError, DataError, ExitCode
from runner_builtin.sources.sql_source import SqlSource
from tests.servers.postgres import PASSWORD, postgres_server  # noqa: F401 - the fixture 'postgres'

pytest.importorskip("sqlalchemy")

PEOPLE = """
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, height DOUBLE PRECISION, kind TEXT);
    INSERT INTO people VALUES (1, 'ann', 40, 1.7, 'x'), (2, 'bob', NULL, 1.8, 'y'), (3, 'çelik', 20, NULL, 'x');
"""


class Asked:
    """A database and how to ask it."""

    def __init__(self, folder, url, execute):
        self.context, self.url, self.execute = SourceContext(folder, 0), url, execute

    def source(self, **options):
        return SqlSource(**{"url": self.url, "target": "kind", **options})

    def load(self, **options):
        return self.source(**options).load(self.context)

    def refusal(self, error=DataError, **options):
        with pytest.raises(error) as caught:
            self.load(**options)
        return str(caught.value)


@pytest.fixture
def sqlite(tmp_path):
    def execute(script):
        with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
            connection.executescript(script)

    execute(PEOPLE)
    return Asked(tmp_path, "sqlite:///x.db", execute)


@pytest.fixture
def server(postgres, tmp_path, monkeypatch):
    """Give a fresh database of the server."""
    monkeypatch.setenv("DB_PASSWORD", postgres.password)
    postgres.execute("DROP DATABASE IF EXISTS fresh WITH (FORCE)", "CREATE DATABASE fresh")

    def execute(script):
        postgres.execute(script, database="fresh")

    execute(PEOPLE)
    return Asked(tmp_path, postgres.url("${secret:env:DB_PASSWORD}", "fresh"), execute)


@pytest.fixture(params=["sqlite", "server"])
def asked(request):
    return request.getfixturevalue(request.param)


# --- rows ---------------------------------------------------------------------------------------------------


def test_a_table_is_read_with_its_types(asked):
    dataset = asked.load(table="people", order_by=["id"])
    expected = pd.DataFrame(
        {"id": [1, 2, 3], "name": ["ann", "bob", "çelik"], "age": [40, np.nan, 20], "height": [1.7, 1.8, np.nan]}
    )
    pd.testing.assert_frame_equal(dataset.features, expected)
    assert dataset.target.tolist() == ["x", "y", "x"]
    assert dataset.notes == ()


def test_a_query_gives_what_it_selects(asked):
    query = "SELECT name, age + :more AS later, kind FROM people WHERE id IN :ids ORDER BY id DESC"
    dataset = asked.load(query=query, params={"more": 1, "ids": [1, 3]}, groups="name")
    assert dataset.features.to_dict("list") == {"later": [21, 41]}
    assert dataset.groups.tolist() == ["çelik", "ann"]


def test_views_of_all_sorts_are_read_like_tables(server):
    server.execute("CREATE VIEW old AS SELECT * FROM people; CREATE MATERIALIZED VIEW older AS SELECT * FROM people")
    assert server.load(table="old").n_rows == 3
    assert server.load(table="older", schema="public").n_rows == 3


@pytest.mark.parametrize("kept", [{"features": ["age", "id"]}, {"drop": ["name", "height"]}])
@pytest.mark.parametrize(
    "asking", [{"table": "people", "order_by": ["id"]}, {"query": "SELECT * FROM people ORDER BY 1"}]
)
def test_columns_are_chosen_in_tables_and_queries(asked, kept, asking):
    assert sorted(asked.load(**asking, **kept).features.columns) == ["age", "id"]


def test_without_a_target_every_column_is_a_feature(asked):
    dataset = asked.load(table="people", target=None)
    assert dataset.target is None
    assert "kind" in dataset.features


def test_rows_without_a_target_are_refused_or_dropped(asked):
    asked.execute("INSERT INTO people VALUES (4, 'dee', 1, 1, NULL)")
    assert "Set drop_missing_target: true" in asked.refusal(table="people")
    dataset = asked.load(table="people", drop_missing_target=True)
    assert dataset.n_rows == 3
    assert dataset.dropped == {"missing target": 1}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "neither is given"),
        ({"table": "people", "query": "SELECT 1"}, "both are given"),
        ({"table": "people", "params": {"a": 1}}, "params: it goes with 'query'"),
        ({"query": "SELECT 1", "order_by": ["a"]}, "order_by: it goes with 'table'"),
        ({"query": "SELECT 1", "schema": "public"}, "schema: it goes with 'table'"),
        ({"table": "people", "features": ["id"], "drop": ["age"]}, "exclude each other"),
    ],
)
def test_options_that_exclude_each_other_are_refused(sqlite, options, told):
    assert told in sqlite.refusal(ConfigError, **options)


def test_without_sqlalchemy_the_command_that_installs_it_is_told():
    code = (
        "import sys; sys.modules['sqlalchemy'] = None; from pathlib import Path\n"
        "from runner.contracts import SourceContext; from runner.errors import PluginError\n"
        "from runner_builtin.sources.sql_source import SqlSource\n"
        "try: SqlSource(url='sqlite:///x.db', table='t').load(SourceContext(Path(), 0))\n"
        "except PluginError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'runner-ml[sql]'" in done.stdout


# --- batches and fingerprints -------------------------------------------------------------------------------


def test_batches_are_the_rows_of_the_whole(asked):
    options = {"table": "people", "order_by": ["id"]}
    whole = asked.load(**options)
    batches = list(asked.source(**options, fetch=1).batches(asked.context))
    assert len(batches) == 3
    joined = pd.concat([batch.features for batch in batches], ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole.features)
    assert np.concatenate([batch.row_ids for batch in batches]).tolist() == whole.row_ids.tolist()
    assert np.concatenate([batch.target for batch in batches]).tolist() == whole.target.tolist()
    assert {batch.fingerprint for batch in batches} == {whole.fingerprint}


def test_notes_are_told_once_with_the_first_batch(server):
    server.execute(
        "CREATE TABLE prices AS SELECT i AS id, i::numeric AS price, 'x' AS kind FROM generate_series(1, 6) i"
    )
    batches = list(server.source(table="prices", fetch=2).batches(server.context))
    assert [len(batch.notes) for batch in batches] == [2, 0, 0]
    assert "6 decimals" in batches[0].notes[1]


def test_rows_that_change_between_the_two_passes_of_batches_are_an_error(asked):
    class Changing(SqlSource):
        passes = 0

        def _answer(self, context):
            Changing.passes += 1
            if Changing.passes == 2:
                asked.execute("UPDATE people SET age = 41 WHERE id = 1")
            return super()._answer(context)

    with pytest.raises(DataError, match="other rows, or another order"):
        list(Changing(url=asked.url, target="kind", table="people", order_by=["id"]).batches(asked.context))


@pytest.mark.fault("F80")
def test_the_fingerprint_is_that_of_load_and_changes_with_the_rows(asked):
    source = asked.source(table="people", order_by=["id"])
    before = source.load(asked.context).fingerprint
    assert source.fingerprint(asked.context) == before
    assert SqlSource(**{**vars(source), "fetch": 2}).fingerprint(asked.context) == before
    asked.execute("UPDATE people SET height = 1.71 WHERE id = 1")
    assert source.fingerprint(asked.context) != before


@pytest.mark.fault("F80")
def test_another_order_is_another_fingerprint_unless_order_by_holds_it(server):
    loose, firm = {"table": "people"}, {"table": "people", "order_by": ["id"]}
    before = server.load(**loose), server.load(**firm)
    # PostgreSQL writes a row that changes to another place, and reads in the order of places
    server.execute("UPDATE people SET age = 41 WHERE id = 1; UPDATE people SET age = 40 WHERE id = 1")
    after = server.load(**loose), server.load(**firm)
    assert after[0].features["id"].tolist() == [2, 3, 1]
    assert after[0].fingerprint != before[0].fingerprint
    assert after[1].fingerprint == before[1].fingerprint
    assert "another run may get another; add order_by for replay" in before[0].notes[0]
    assert before[1].notes == ()


# --- only reading -------------------------------------------------------------------------------------------


@pytest.mark.fault("F77")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"table": "people; DROP TABLE people"}, "no table or view 'people; DROP TABLE people'"),
        ({"table": "people", "order_by": ["id; DROP TABLE people"]}, "no column 'id; DROP TABLE people'"),
        ({"query": "SELECT 1 AS kind; DROP TABLE people"}, "several statements"),
        ({"query": "DROP TABLE people"}, "begins with 'DROP'"),
        ({"query": "INSERT INTO people (id) VALUES (9)"}, "INTO writes"),
        ({"query": "WITH x AS (DELETE FROM people RETURNING *) SELECT * FROM x"}, "DELETE writes"),
        ({"query": "COPY people TO PROGRAM 'cat > /tmp/out'"}, "begins with 'COPY'"),
        ({"query": "ATTACH 'y.db' AS y"}, "begins with 'ATTACH'"),
    ],
)
def test_whatever_the_declaration_says_nothing_is_written(asked, options, told):
    assert told in asked.refusal((ConfigError, DataError), **options)
    assert asked.load(table="people").n_rows == 3


@pytest.mark.fault("F77")
def test_a_value_stays_a_value(asked):
    options = {"query": "SELECT * FROM people WHERE name = :name", "params": {"name": "ann' OR '1'='1"}}
    assert "no rows" in asked.refusal(**options)


@pytest.mark.fault("F77")
def test_a_text_is_not_compared_with_numbers(asked):
    asked.refusal(query="SELECT * FROM people WHERE id = :id", params={"id": "1 OR 1=1"})


@pytest.mark.fault("F77")
def test_functions_that_write_are_refused_or_undone(server):
    server.execute(
        "CREATE SEQUENCE s; CREATE FUNCTION wipe() RETURNS int LANGUAGE sql AS 'DELETE FROM people; SELECT 1'"
    )
    for call in ("nextval('s')", "wipe()"):
        told = server.refusal(query=f"SELECT {call} AS a, 'x' AS kind")
        assert "in a read-only transaction. A source only reads" in told
    server.load(query="SELECT lo_create(4711) AS a, 'x' AS kind")
    assert "no rows" in server.refusal(query="SELECT oid, 'x' AS kind FROM pg_largeobject_metadata")
    assert server.load(table="people").n_rows == 3


# --- databases that fail ------------------------------------------------------------------------------------


def forms_of(password):
    return {password, quote(password, safe=""), quote_plus(password), base64.b64encode(password.encode()).decode()}


@pytest.mark.fault("F46", "F78")
@pytest.mark.parametrize("wrong", ["password", "port", "database"])
def test_a_failing_connection_tells_no_password_in_any_exception(server, monkeypatch, wrong):
    password = PASSWORD + "!" if wrong == "password" else PASSWORD
    monkeypatch.setenv("DB_PASSWORD", password)
    url = {
        "password": server.url,
        "port": server.url.replace(server.url.split(":")[-1], "1/fresh"),
        "database": server.url + "s",
    }[wrong]
    with pytest.raises(DataError) as caught:
        server.load(url=url, table="people")
    assert "***@127.0.0.1" in str(caught.value)
    assert "while connecting: connection failed" in str(caught.value)
    assert caught.value.exit_code == ExitCode.DATA
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    told = "".join(traceback.format_exception(caught.value))
    assert not [form for form in forms_of(password) if form in told]


@pytest.mark.fault("F78")
def test_a_connection_that_is_dropped_in_mid_fetch_is_told(server):
    server.execute("CREATE TABLE long AS SELECT i AS a, 'x' AS kind FROM generate_series(1, 50000) i")
    batches = server.source(table="long", order_by=["a"], fetch=1000).batches(server.context)
    assert next(batches).n_rows == 1000
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'fresh' AND pid <> pg_backend_pid()"
    )
    with pytest.raises(DataError) as caught:
        list(batches)
    assert "while reading the rows from 1000 on: " in str(caught.value)
    assert "terminating connection" in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.fault("F78")
@pytest.mark.parametrize("query", ["SELECT pg_sleep(3600) AS a, 'x' AS kind", "SELECT a, 'x' AS kind FROM slow"])
def test_a_query_of_an_hour_is_ended_by_the_server(server, query):
    server.execute("CREATE VIEW slow AS SELECT pg_sleep(1)::text AS a FROM generate_series(1, 3600)")
    began = time.monotonic()
    told = server.refusal(query=query, timeout=0.3)
    assert "canceling statement due to statement timeout. Make the query lighter" in told
    assert time.monotonic() - began < 5


@pytest.mark.fault("F78")
def test_a_lock_is_not_waited_for_longer_than_the_time_out(server, postgres):
    import psycopg

    with psycopg.connect(
        host="127.0.0.1", port=postgres.port, user="owner", password=PASSWORD, dbname="fresh"
    ) as other:
        other.execute("LOCK TABLE people IN ACCESS EXCLUSIVE MODE")
        assert "statement timeout" in server.refusal(table="people", timeout=0.3)
        other.rollback()
    assert server.load(table="people").n_rows == 3


# --- values -------------------------------------------------------------------------------------------------

ODD = """CREATE TABLE odd AS SELECT 1.10::numeric AS price, timestamptz '2026-01-31 12:00+03' AS at,
    date '2026-01-31' AS day, '00000000-0000-0000-0000-000000000001'::uuid AS key, NULL::int AS nothing, true AS flag,
    '{"b": 1}'::jsonb AS document, ARRAY[1, 2] AS list, interval '1 day' AS span, '\\xff'::bytea AS photo, 'x' AS kind
"""


@pytest.mark.fault("F79")
def test_types_of_the_database_are_mapped_or_said_to_be_lost(server):
    server.execute(ODD)
    dataset = server.load(table="odd", drop=["document", "list", "span", "photo"], order_by=["key"])
    (row,) = dataset.features.to_dict("records")
    assert row["price"] == 1.1
    assert row["at"] == pd.Timestamp("2026-01-31 09:00")
    assert row["day"] == pd.Timestamp("2026-01-31")
    assert row["key"] == "00000000-0000-0000-0000-000000000001"
    assert np.isnan(row["nothing"])
    assert row["flag"] is True
    assert [note.split(" of ")[0] for note in dataset.notes] == ["column 'price'", "column 'at'"]


@pytest.mark.fault("F79")
@pytest.mark.parametrize(
    ("column", "told"),
    [("document", "type dict"), ("list", "type list"), ("span", "type timedelta"), ("photo", "type bytes")],
)
def test_a_type_without_a_place_in_a_table_is_refused_by_column(server, column, told):
    server.execute(ODD)
    text = server.refusal(table="odd", features=[column])
    assert f"column '{column}' of postgresql://owner:***@" in text
    assert f"holds values of {told}." in text


@pytest.mark.fault("F79")
def test_types_can_be_stated(server):
    server.execute(ODD)
    types = {"price": "string", "document": "string", "list": "string", "span": "string", "flag": "integer"}
    features = server.load(table="odd", features=list(types), types=types).features
    assert features.to_dict("records") == [
        {"price": "1.10", "document": '{"b": 1}', "list": "[1, 2]", "span": "1 day, 0:00:00", "flag": 1}
    ]


@pytest.mark.fault("F79")
def test_text_of_a_server_without_encoding_is_read_as_utf8_or_refused_by_column(server, postgres):
    postgres.execute(
        "DROP DATABASE IF EXISTS bytes", "CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'"
    )
    postgres.execute(
        "CREATE TABLE t (good text, bad text, kind text)",
        r"INSERT INTO t VALUES (E'caf\xc3\xa9', E'caf\xe9', 'x')",
        database="bytes",
    )
    url = postgres.url("${secret:env:DB_PASSWORD}", "bytes")
    assert server.load(url=url, table="t", features=["good"]).features["good"].tolist() == ["café"]
    assert "column 'bad' of " in server.refusal(url=url, table="t")
    assert "text that is not UTF-8" in server.refusal(url=url, table="t")


@pytest.mark.fault("F79")
def test_text_of_another_encoding_is_converted(server, postgres):
    postgres.execute(
        "DROP DATABASE IF EXISTS latin", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'"
    )
    postgres.execute("CREATE TABLE t AS SELECT 'café'::text AS a, 'x'::text AS kind", database="latin")
    url = postgres.url("${secret:env:DB_PASSWORD}", "latin")
    assert server.load(url=url, table="t").features["a"].tolist() == ["café"]


# --- size ---------------------------------------------------------------------------------------------------


def test_reading_in_batches_needs_the_memory_of_blocks(server):
    server.execute("CREATE TABLE wide AS SELECT i AS a, repeat('x', 1000) AS b FROM generate_series(1, 60000) i")
    code = (
        "import sys; from pathlib import Path; from runner.contracts import SourceContext\n"
        "from runner_builtin.sources.sql_source import SqlSource\n"
        "def peak():\n"
        "    return int(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1]) // 1024\n"
        "def rows(table):\n"
        "    source = SqlSource(url=sys.argv[1], target='a', table=table, order_by=['a'], fetch=1000)\n"
        "    return sum(batch.n_rows for batch in source.batches(SourceContext(Path(), 0)))\n"
        "rows('short'); before = peak(); print(rows('wide'), peak() - before)"
    )
    server.execute("CREATE TABLE short AS SELECT 1 AS a, 'x' AS b")
    done = subprocess.run([sys.executable, "-c", code, server.url], capture_output=True, text=True, check=True)
    count, more = map(int, done.stdout.split())
    assert count == 60_000
    assert more < 30  # MiB; the table has 60
