import sqlite3

import pytest

from runner.errors import DataError
from runner.secrets import Secrets
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.sources.sql_reading import Bounds, answer
from runner_builtin.sources.sql_statements import Query, WholeTable
from runner_builtin.sources.sql_urls import checked_url

ORDERED = Query("SELECT a, b FROM t ORDER BY a", {})


@pytest.fixture
def ask(tmp_path):
    """Ask a table of 25 rows, and read the answer."""
    with sqlite3.connect(tmp_path / "x.db") as made:
        made.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        made.executemany("INSERT INTO t VALUES (?, ?)", [(number, f"é{number}") for number in range(25)])
    made.close()

    def ask(question=ORDERED, *, block=10, max_rows=25, timeout=10.0):
        bounds = Bounds(timeout, max_rows, block)
        with answer(checked_url("sqlite:///x.db"), question, tmp_path, bounds, Secrets()) as answered:
            return answered, list(answered.blocks)

    return ask


def test_rows_come_in_blocks(ask):
    answered, blocks = ask()
    assert answered.names == ("a", "b")
    assert [len(block) for block in blocks] == [10, 10, 5]
    assert blocks[2][0] == (20, "é20")
    assert answered.n_rows == 25


@pytest.mark.fault("F80")
def test_the_fingerprint_is_of_the_rows_and_the_question_and_not_of_the_blocks(ask):
    whole = ask()[0].fingerprint
    assert ask(block=3)[0].fingerprint == whole
    other_order = Query("SELECT a, b FROM t ORDER BY a DESC", {})
    fewer = Query("SELECT a, b FROM t ORDER BY a LIMIT 24", {})
    other_values = Query("SELECT a, b FROM t WHERE a > :a ORDER BY a", {"a": -1})
    prints = {whole, *(ask(question)[0].fingerprint for question in (other_order, fewer, other_values))}
    assert len(prints) == 4


@pytest.mark.fault("F80")
def test_the_same_question_answered_in_another_order_has_another_fingerprint(ask, tmp_path):
    question = Query("SELECT b, a FROM t", {})
    before = ask(question)[0]
    with sqlite3.connect(tmp_path / "x.db") as made:
        made.executescript(
            "CREATE TABLE u AS SELECT * FROM t ORDER BY a DESC; DROP TABLE t; ALTER TABLE u RENAME TO t"
        )
    made.close()
    after = ask(question)[0]
    assert before.fingerprint != after.fingerprint
    assert "add ORDER BY for replay" in before.notes[0]
    with pytest.raises(DataError, match="other rows, or another order"):
        after.check_same(before)
    assert ask()[0].notes == []


def test_a_table_is_told_to_add_the_option(ask):
    answered, _ = ask(WholeTable("t", None, ColumnRoles(), ()))
    assert answered.notes[0].endswith("add order_by for replay")


def test_more_rows_than_allowed_are_an_error(ask):
    with pytest.raises(DataError, match="gives more than 24 rows"):
        ask(max_rows=24)


def test_no_rows_are_an_error(ask):
    with pytest.raises(DataError, match="has no rows"):
        ask(Query("SELECT a FROM t WHERE a > 25", {}))


@pytest.mark.fault("F78")
def test_a_query_that_never_ends_is_stopped(ask):
    endless = Query("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r", {})
    with pytest.raises(DataError, match=r"interrupted\. Make the query lighter"):
        ask(endless, timeout=0.1)


@pytest.mark.fault("F78")
def test_a_database_that_another_process_locks_is_waited_for_and_then_told_of(ask, tmp_path):
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(DataError, match=r"database is locked\. Another process writes to the file"):
            ask(timeout=0.1)
    finally:
        other.close()


@pytest.mark.fault("F79")
def test_text_that_is_not_utf8_is_named_by_column_and_not_shown(ask, tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as made:
        made.execute("INSERT INTO t VALUES (25, CAST(x'636166E9' AS TEXT))")
    made.close()
    with pytest.raises(DataError) as caught:
        ask()
    assert "while reading the rows from 20 on: column 'b' holds text that is not UTF-8" in str(caught.value)
    assert "caf" not in str(caught.value)
