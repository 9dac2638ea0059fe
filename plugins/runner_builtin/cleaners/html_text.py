"""The text that a reader of an HTML document sees.

Written here because the parser of the standard library takes minutes for 60 kB of broken tags; each piece of markup
below is looked for no further than the next "<", or is the last one, so that time grows with the length alone.
"""

from __future__ import annotations

import html
import re

#: Between these, words run on; all other tags part words.
_INLINE = frozenset(
    {"a", "abbr", "b", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u"}
)
#: What stands between these tags is no text.
_SILENT = {
    name: re.compile(rf"</{name}(?:\s[^<>]*)?>", re.IGNORECASE)
    for name in ("script", "style", "template", "noscript")
}
_TAG = re.compile(r"""</?([A-Za-z][A-Za-z0-9:-]{0,63})(?:[\s/](?:[^<>"']|"[^"<]*"|'[^'<]*')*)?>""")
#: A tag with quotes that do not match.
_LOOSE_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]{0,63})(?:[\s/][^<>]*)?>")
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,8}(?!\d)|#[xX][0-9A-Fa-f]{1,8}(?![0-9A-Fa-f])|[A-Za-z][A-Za-z0-9]{1,31});?")


def text_of_html(document: str) -> str:
    """Return the text without tags, comments, scripts and styles, with entities decoded.

    A "<" that begins no tag is text; what begins as comment or script and does not end, goes on to the end.

    >>> text_of_html("<p>1 &lt; 2</p><script>x()</script><b>b</b>old")
    ' 1 < 2 bold'
    """
    parts: list[str] = []
    position = 0
    while (start := document.find("<", position)) >= 0:
        parts.append(_decoded(document[position:start]))
        position, written = _after_markup(document, start)
        parts.append(written)
    return "".join([*parts, _decoded(document[position:])])


def _after_markup(document: str, start: int) -> tuple[int, str]:
    """Return where the text goes on after the "<" at `start`, and what is written in its place."""
    if document.startswith("<!--", start):
        end = document.find("-->", start + 4)
        return (len(document) if end < 0 else end + 3), ""
    tag = _TAG.match(document, start) or _LOOSE_TAG.match(document, start)
    if tag is None:
        declaration = _DECLARATION.match(document, start)
        return (start + 1, "<") if declaration is None else (declaration.end(), "")
    name = tag[1].lower()
    if name in _SILENT and not tag[0].startswith("</"):
        end_tag = _SILENT[name].search(document, tag.end())
        return (len(document) if end_tag is None else end_tag.end()), ""
    return tag.end(), "" if name in _INLINE or name in _SILENT else " "


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text
