"""What a database says against a query, told to the person: with what to do, and without a password.

The texts of drivers may hold the password, and their exceptions hang on to one another. So a refusal is raised when
the handling of theirs is over: nothing of theirs is chained to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from runner.errors import DataError
from runner.secrets import Secrets

Result = TypeVar("Result")

_TIME_OUT = "Make the query lighter (an index, fewer rows), or raise 'timeout'."
_LOGIN = "Check the user and the password in 'url'."
_READ_ONLY = "A source only reads; write SELECT queries."
#: SQLSTATE of PostgreSQL, name of SQLite's result, or number of MySQL's error -> what to do.
_ADVICE: Mapping[Any, str] = {
    "57014": _TIME_OUT,
    "SQLITE_INTERRUPT": _TIME_OUT,
    3024: _TIME_OUT,
    "55P03": "Another session holds a lock; wait for it, or raise 'timeout'.",
    "SQLITE_BUSY": "Another process writes to the file; wait for it, or raise 'timeout'.",
    "28P01": _LOGIN,
    "28000": _LOGIN,
    1045: _LOGIN,
    "25006": _READ_ONLY,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_AUTH": _READ_ONLY,
    1792: _READ_ONLY,
    "SQLITE_NOTADB": "The file is no SQLite database.",
    "SQLITE_CANTOPEN": "It must be readable, and one in WAL mode stand in a folder that may be written to.",
    "57P01": "The server ended the connection; run again when it is up.",
    2003: "Check the host and the port in 'url', and that the server is up.",
    2013: "The server ended the connection, or took longer than 'timeout' to answer.",
}
#: How sqlite3 tells of bytes that are no text; the bytes themselves are none of a message's business.
_NO_TEXT = re.compile(r"Could not decode to UTF-8 column '(.*?)' with text")


@dataclass(frozen=True)
class Told:
    """How a database is spoken of. origin: its name in messages; secrets: what must not be in them."""

    origin: str
    secrets: Secrets

    def attempt(self, doing: str, work: Callable[[], Result]) -> Result:
        """Do what a database may refuse. doing: "connecting", "reading rows 0 to 9999". Raises DataError instead."""
        try:
            return work()
        except SQLAlchemyError as error:
            refusal = DataError(self.secrets.mask(f"{self.origin}, while {doing}: {_message(error)}"))
        raise refusal


def _message(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    # what follows the first line repeats the query; MySQL's errors are pairs of a number and a text
    text = str(cause.args[-1] if cause.args else "").partition("\n")[0].rstrip(". ")
    no_text = _NO_TEXT.match(text)
    if no_text:
        return (
            f"column {no_text[1]!r} holds text that is not UTF-8. Repair it in the database, or leave the column out "
            f"of the query."
        )
    return f"{text or type(cause).__name__}. {_ADVICE.get(_code(cause), '')}".rstrip()


def _code(cause: BaseException) -> Any:
    """Return what a driver calls its error by."""
    return (
        getattr(cause, "sqlstate", None)
        or getattr(cause, "sqlite_errorname", None)
        or (cause.args[0] if cause.args else None)
    )
