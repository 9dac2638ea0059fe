"""What a query may be: one statement that reads.

The wall is the database itself, which is asked for a read-only transaction. This is the sign in front of it: it says
what is wrong in words, and it stops the few things that a read-only transaction lets pass, such as a second
statement or a file written on the server.

>>> check_query("SELECT 1; DROP TABLE x", "query")
Traceback (most recent call last):
runner.errors.ConfigError: query: it holds several statements (';' before 'DROP'); a source reads with one SELECT.
>>> is_ordered("SELECT a FROM (SELECT a FROM t ORDER BY a) s")
False
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from runner.errors import ConfigError

_TOKEN = re.compile(
    r"""
    (?P<comment> --[^\n]* | /\*.*?\*/ )
  | (?P<escaped> (?<!\w)[eE]'(?:[^'\\]|''|\\.)*' )
  | (?P<quoted> '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
  | (?P<word> [^\W\d][\w$]* )
  | (?P<number> \d[\w.]* )
  | (?P<space> \s+ )
  | (?P<mark> . )
    """,
    re.DOTALL | re.VERBOSE,
)
_READS = ("SELECT", "WITH", "VALUES")
#: What may stand after a bracket and write all the same; elsewhere only the first word says what a statement does.
_WRITES = ("DELETE", "INSERT", "MERGE", "UPDATE")


def check_query(query: str, where: str) -> None:
    """Refuse what is not one reading statement. where: how messages call it. Raises ConfigError."""
    first, before = "", ""
    for token in _tokens(query, where):
        if not first and token != "(":
            first = token
        if before == ";":
            raise ConfigError(
                f"{where}: it holds several statements (';' before {token!r}); a source reads with one SELECT."
            )
        if token == "INTO":
            raise ConfigError(f"{where}: INTO writes what was selected; a source only reads.")
        if token in _WRITES and before in ("(", ")"):
            raise ConfigError(
                f"{where}: {token} writes; a source only reads. If {token.lower()!r} is the name of a column, "
                f"put it in double quotes."
            )
        before = token
    if first not in _READS:
        raise ConfigError(f"{where}: it begins with {first!r}; a source reads with one SELECT.")


def is_ordered(query: str) -> bool:
    """Say whether the rows of a checked query come in an order that it states."""
    depth, before = 0, ""
    for token in _tokens(query, "query"):
        depth += (token == "(") - (token == ")")
        if depth == 0 and (before, token) == ("ORDER", "BY"):
            return True
        before = token
    return False


def _tokens(query: str, where: str) -> Iterator[str]:
    """Give words in capitals and marks; quoted texts as `?`, comments and spaces not at all."""
    for found in _TOKEN.finditer(query):
        kind, text = found.lastgroup, found[0]
        if kind == "comment":
            _check_comment(text, where)
        elif kind == "mark" and text in "'\"`":
            raise ConfigError(f"{where}: the quote {text} at character {found.start() + 1} is not closed.")
        elif kind in ("word", "mark"):
            yield text.upper()
        elif kind != "space":
            _check_backslash(text, kind, where)
            yield "?"


def _check_comment(text: str, where: str) -> None:
    if text.startswith(("/*!", "/*M!")) or (text.startswith("/*") and "/*" in text[2:]):
        raise ConfigError(
            f"{where}: databases disagree on where the comment {text[:40]!r} ends, or run it; leave it out."
        )


def _check_backslash(text: str, kind: str | None, where: str) -> None:
    """MySQL takes a backslash before a quote for a part of the text, the others for its end."""
    if kind == "quoted" and ("\\'" in text or '\\"' in text):
        raise ConfigError(
            f"{where}: databases disagree on where a text with a backslash before a quote ends; bind the value by "
            f"'params' instead."
        )
