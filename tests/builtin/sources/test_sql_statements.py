import sqlite3

import pytest
import sqlalchemy

from runner.errors import ConfigError, DataError
from runner.secrets import Secrets
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.sources.sql_statements import Query, WholeTable


@pytest.fixture
def connection(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as made:
        made.executescript(
            """CREATE TABLE people (id INTEGER, "the name" TEXT, age REAL, photo BLOB);
            INSERT INTO people VALUES (1, 'ann', 40.0, x'00'), (2, 'bob', 30.0, x'00'), (3, 'cy; DROP', 20.0, x'00');
            CREATE VIEW old AS SELECT id, age FROM people WHERE age > 25;"""
        )
    made.close()
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'x.db'}", poolclass=sqlalchemy.pool.NullPool)
    with engine.connect() as connection:
        yield connection


def rows(connection, question):
    return [tuple(row) for row in connection.execute(question.statement(connection, Secrets()))]


def whole(name, roles=None, **options):
    return WholeTable(**{"name": name, "schema": None, "roles": roles or ColumnRoles(), "order_by": (), **options})


@pytest.mark.fault("F77")
def test_values_are_bound_and_not_pasted(connection):
    found = rows(connection, Query('SELECT id FROM people WHERE "the name" = :name', {"name": "cy; DROP"}))
    assert found == [(3,)]
    assert rows(connection, Query("SELECT id FROM people WHERE id = :id", {"id": "1 OR 1=1"})) == []


def test_a_list_is_bound_value_by_value(connection):
    for ids in ([1, 3], (1, 3)):
        asked = Query("SELECT id FROM people WHERE id IN :ids AND age > :age", {"ids": ids, "age": 25})
        assert rows(connection, asked) == [(1,)]


def test_a_value_may_be_a_secret_that_is_revealed_for_the_database_only(connection, monkeypatch):
    monkeypatch.setenv("NAME_SOUGHT", "bob")
    asked = Query('SELECT id FROM people WHERE "the name" = :name', {"name": "${secret:env:NAME_SOUGHT}"})
    assert rows(connection, asked) == [(2,)]
    assert "bob" not in str(asked.identity)


@pytest.mark.parametrize(
    ("query", "params", "told"),
    [
        ("SELECT :id", {}, "a place :id, but no value of that name is given"),
        ("SELECT :idea", {"idea": 1, "ide": 2}, "has no place :ide. Did you mean 'idea'"),
        ("SELECT 1", {"id": 1}, "has no place :id. Nothing is offered."),
        ("SELECT 1; SELECT 2", {}, "several statements"),
    ],
)
def test_places_and_values_must_agree(connection, query, params, told):
    with pytest.raises(ConfigError, match=told):
        Query(query, params).statement(connection, Secrets())


def test_a_colon_that_is_text_can_be_written(connection):
    assert rows(connection, Query(r"SELECT '{\:a} 12:30'", {})) == [("{:a} 12:30",)]


def test_a_table_gives_its_columns_in_their_order(connection):
    assert rows(connection, whole("people", ColumnRoles(drop=["photo"])))[1] == (2, "bob", 30.0)
    assert rows(connection, whole("people", ColumnRoles("id", ["age"]), order_by=("age",))) == [
        (3, 20.0),
        (2, 30.0),
        (1, 40.0),
    ]


def test_names_are_quoted_where_they_need_it(connection):
    assert rows(connection, whole("people", ColumnRoles(features=["the name"])))[0] == ("ann",)


def test_a_view_is_read_like_a_table(connection):
    assert rows(connection, whole("old", order_by=("id",))) == [(1, 40.0), (2, 30.0)]


@pytest.mark.fault("F77")
@pytest.mark.parametrize(
    ("question", "told"),
    [
        (whole("people; DROP TABLE people"), "no table or view 'people; DROP TABLE people'"),
        (whole("poeple"), "Did you mean 'people'?"),
        (whole("people", schema="evil; --"), "no schema 'evil; --'. Offered: main."),
        (whole("people", order_by=("age; DROP TABLE people",)), "order_by of table 'people': there is no column"),
        (whole("people", ColumnRoles("1 OR 1=1")), "target of table 'people': there is no column '1 OR 1=1'"),
        (whole("people", ColumnRoles(drop=["foto"])), "Did you mean 'photo'?"),
    ],
)
def test_names_must_be_in_the_catalogue(connection, question, told):
    with pytest.raises(DataError) as caught:
        question.statement(connection, Secrets())
    assert told in str(caught.value)
    assert len(rows(connection, whole("people"))) == 3


@pytest.mark.fault("F80")
def test_it_is_known_whether_the_order_is_stated():
    assert not Query("SELECT 1", {}).ordered
    assert Query("SELECT 1 ORDER BY 1", {}).ordered
    assert not whole("people").ordered
    assert whole("people", order_by=("id",)).ordered
