import traceback

import pytest
from sqlalchemy.exc import ArgumentError, OperationalError

from runner.errors import DataError
from runner.secrets import Secrets
from runner_builtin.sources.sql_errors import Told

PASSWORD = "s3cr&t/wörd"


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    secrets = Secrets()
    secrets.reveal("${secret:env:DB_PASSWORD}")
    return Told("postgresql://ann:***@host/sales", secrets)


def refusal(told, error):
    def work():
        raise error

    with pytest.raises(DataError) as caught:
        told.attempt("connecting", work)
    return caught.value


def test_what_works_is_returned(told):
    assert told.attempt("counting", lambda: 3) == 3


@pytest.mark.fault("F46", "F78")
def test_nothing_of_the_drivers_exception_hangs_on_the_refusal(told):
    driver = ValueError(f"cannot reach postgresql://ann:s3cr%26t%2Fw%C3%B6rd@host or {PASSWORD}")
    error = refusal(told, OperationalError("SELECT 1", {"password": PASSWORD}, driver))
    told_of = "cannot reach postgresql://ann:[REDACTED]@host or [REDACTED]."
    assert str(error) == f"postgresql://ann:***@host/sales, while connecting: {told_of}"
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "s3cr" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ({"sqlstate": "57014"}, "raise 'timeout'"),
        ({"sqlstate": "25006"}, "A source only reads"),
        ({"sqlstate": "28P01"}, "Check the user and the password"),
        ({"sqlite_errorname": "SQLITE_BUSY"}, "Another process writes to the file"),
        ({"args": (2013, "Lost connection")}, "The server ended the connection"),
    ],
)
def test_what_can_be_done_is_told_by_the_code_of_the_database(told, code, advice):
    driver = ValueError("it failed\nLINE 1: SELECT …")
    for name, value in code.items():
        setattr(driver, name, value)
    text = str(refusal(told, OperationalError("SELECT 1", {}, driver)))
    assert advice in text
    assert "LINE 1" not in text


def test_an_error_of_sqlalchemy_itself_is_told_as_it_is(told):
    assert str(refusal(told, ArgumentError("no such thing"))).endswith("while connecting: no such thing.")


def test_other_errors_are_left_alone(told):
    def work():
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        told.attempt("connecting", work)
