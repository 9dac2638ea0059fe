"""Bring texts into one form: characters, markup, addresses, case, spaces. Of no particular language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from runner.data import Dataset
from runner.options import Columns
from runner_builtin.cleaners.html_text import text_of_html
from runner_builtin.cleaners.pii_patterns import EMAIL
from runner_builtin.text_values import change_texts

_URL = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"']+", re.IGNORECASE)
_EMAIL = re.compile(EMAIL)
#: Zero-width spaces and joiners, marks of direction, byte order marks, soft hyphens.
_INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")

_CASES: Mapping[str, Callable[[str], str]] = {"keep": str, "lower": str.lower, "fold": str.casefold}


@dataclass(frozen=True, kw_only=True)
class CleanText:
    """Write texts in one form, so that equal ones look equal; missing texts stay missing.

    unicode: the normal form of characters (Unicode Annex 15), None leaves them. html: take tags away and decode
    entities. urls, emails: keep them, remove them, or put <URL> and <EMAIL> in their place. invisible: remove
    control and zero-width characters. whitespace: one space for every run of white space, none at the ends.
    case: "fold" also writes "ß" as "ss". columns: of a table, None for all columns of texts. Raises DataError.
    """

    columns: Columns | None = None
    unicode: Literal["NFC", "NFKC", "NFD", "NFKD"] | None = "NFC"
    html: bool = False
    urls: Literal["keep", "remove", "mark"] = "keep"
    emails: Literal["keep", "remove", "mark"] = "keep"
    invisible: bool = True
    case: Literal["keep", "lower", "fold"] = "keep"
    whitespace: bool = True

    keeps_rows: ClassVar[bool] = True
    row_by_row: ClassVar[bool] = True

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows with their texts in one form."""
        return change_texts(dataset, self.columns, "clean_text", self.cleaned)

    def cleaned(self, text: str) -> str:
        """Return one text in that form.

        >>> CleanText(html=True, urls="mark", case="lower").cleaned("<b>See</b>&nbsp; www.acme.org ")
        'see <URL>'
        """
        text = text_of_html(text) if self.html else text
        text = unicodedata.normalize(self.unicode, text) if self.unicode else text
        text = _CONTROL.sub("", text.translate(_INVISIBLE)) if self.invisible else text
        text = _CASES[self.case](text)
        text = _replaced(_URL, text, self.urls, "<URL>")
        text = _replaced(_EMAIL, text, self.emails, "<EMAIL>")
        return " ".join(text.split()) if self.whitespace else text


def _replaced(pattern: re.Pattern[str], text: str, what: str, mark: str) -> str:
    return text if what == "keep" else pattern.sub(mark if what == "mark" else " ", text)
