import time

import pytest

from runner_builtin.cleaners.html_text import text_of_html


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("plain", "plain"),
        ("a < b && c > d", "a < b && c > d"),
        ("<p>one</p><p>two</p>", " one  two "),
        ("o<b>n</b>e", "one"),
        ("a<br/>b", "a b"),
        ("a<!-- not this -->b", "ab"),
        ("x &amp; y &eacute; &#8364; &#x41;", "x & y é € A"),
        ("<style>p {}</style>a<SCRIPT>if (1 < 2) x('</p>')</SCRIPT>b", "ab"),
        ('<a href="http://x.org">link</a>', "link"),
        ("<p>unclosed <b>bold", " unclosed bold"),
        ("&amp;lt;", "&lt;"),
        ("a<br/>b<br>c", "a b c"),
        ("<a title='x>y'>z</a>", "z"),
        ("<!DOCTYPE html><?xml v?>x", "x"),
        ("a <!-- open", "a "),
        ("<p it's>x", " x"),
        ("it's <3", "it's <3"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
    ],
)
def test_a_reader_sees(document, text):
    assert text_of_html(document) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<a ",
        "<!--",
        "<a href='",
        '<a "',
        "</a ",
        "<![CDATA[",
        "<?",
        "&amp",
        "<script>",
        "<",
        "</style ",
        '<a "" \'\' " ',
    ],
)
def test_broken_markup_takes_no_longer_than_its_length(piece):
    began = time.perf_counter()
    text_of_html(piece * 50_000)
    assert time.perf_counter() - began < 2
