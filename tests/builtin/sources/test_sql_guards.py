import pytest

from runner.errors import ConfigError
from runner_builtin.sources.sql_guards import check_query, is_ordered


def refusal(query):
    with pytest.raises(ConfigError) as caught:
        check_query(query, "query")
    return str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "select a from t where b = :b;",
        "select 1 ; -- the end; of it",
        "(select 1) union (select 2)",
        "with recursive x as (select 1) select * from x",
        "values (1, 2)",
        "select 'it''s; drop table x'",
        'select "update", "a;b" from t',
        "select $tag$ ; drop table x $tag$",
        r"select e'it\'s; drop'",
        "select replace(a, 'x', 'y'), truncate(b, 1), b::text from t /* insert; */",
        "select a from t where b = 'x' and c # 2 = 1",
    ],
)
def test_one_reading_statement_passes(query):
    check_query(query, "query")


@pytest.mark.fault("F77")
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select 1; drop table x", "several statements (';' before 'DROP')"),
        ("select 1;;", "several statements"),
        ("drop table x", "begins with 'DROP'"),
        ("insert into t values (1)", "INTO writes what was selected"),
        ("update t set a = 1", "begins with 'UPDATE'"),
        ("attach 'x.db' as x", "begins with 'ATTACH'"),
        ("copy t to program 'id'", "begins with 'COPY'"),
        ("pragma query_only = off", "begins with 'PRAGMA'"),
        ("explain analyze select 1", "begins with 'EXPLAIN'"),
        ("", "begins with ''"),
        ("-- nothing", "begins with ''"),
        ("with gone as (delete from t returning *) select * from gone", "DELETE writes"),
        ("with x as (select 1) update t set a = 1", "UPDATE writes"),
        ("select * into copy_of_t from t", "INTO writes what was selected"),
        ("select a from t into outfile '/tmp/x'", "INTO writes what was selected"),
        ("select 'a", "the quote ' at character 8 is not closed"),
        (r"select 'a\'; drop table x; --'", "a backslash before a quote"),
        ("select 1 /*! ; drop table x */", "databases disagree on where the comment"),
        ("select 1 /* /* */ ; drop table x -- */", "databases disagree on where the comment"),
    ],
)
def test_everything_else_is_refused(query, told):
    assert told in refusal(query)


def test_a_column_with_the_name_of_a_command_can_be_quoted():
    assert "put it in double quotes" in refusal("select max(update) from t")
    check_query('select max("update") from t', "query")


@pytest.mark.fault("F80")
@pytest.mark.parametrize(
    ("query", "ordered"),
    [
        ("select a from t order by a", True),
        ("select a from t ORDER /* hm */ BY a limit 3;", True),
        ("select a from t", False),
        ("select a from (select a from t order by a) x", False),
        ("select row_number() over (order by a) from t", False),
        ("select 'order by a' from t -- order by a", False),
    ],
)
def test_an_order_counts_where_it_is_that_of_the_rows(query, ordered):
    assert is_ordered(query) is ordered
