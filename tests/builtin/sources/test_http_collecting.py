import hashlib
import json
import time

import pytest

from runner.errors import DataError
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import JSON_LINES, context_of, http

ROWS = [{"text": f"message {number}", "y": number % 2} for number in range(7)]


def api(**options):
    """The source on a JSON API whose items are at `data.rows`."""
    return lambda url: http(url, JSON_LINES, items="data.rows", **options)


def part(exchange, start, **more):
    """Answer with two rows."""
    exchange.answer(json.dumps({"data": {"rows": ROWS[start : start + 2]}, **more}), Content_Type="application/json")


def by_header(exchange):
    start = int(exchange.query.get("start", 0))
    link = {"Link": f'</items?start={start + 2}>; rel="next"'} if start + 2 < len(ROWS) else {}
    exchange.answer(json.dumps({"data": {"rows": ROWS[start : start + 2]}}), **link)


def by_link(exchange):
    start = int(exchange.query.get("start", 0))
    part(exchange, start, next=f"?start={start + 2}" if start + 2 < len(ROWS) else None)


def by_cursor(exchange):
    start = int(exchange.query.get("after", "c0")[1:])
    part(exchange, start, meta={"cursor": f"c{start + 2}" if start + 2 < len(ROWS) else ""})


def by_page(exchange):
    part(exchange, 2 * (int(exchange.query["page"]) - 1))


@pytest.mark.parametrize(
    ("act", "paging", "requests"),
    [
        (by_header, {"by": "link"}, 4),
        (by_link, {"by": "link", "path": "next"}, 4),
        (by_cursor, {"by": "cursor", "path": "meta.cursor", "param": "after"}, 4),
        (by_page, {"by": "page"}, 5),
        (by_page, {"by": "page", "size": 2}, 4),
    ],
)
def test_the_items_of_all_pages_are_one_table(tmp_path, act, paging, requests):
    with FaultServer({"/items": act}) as server:
        dataset = api(paging=paging)(server.url("/items")).load(context_of(tmp_path))
        assert len(server.requests) == requests
    assert dataset.features["text"].tolist() == [row["text"] for row in ROWS]
    assert dataset.target.tolist() == [row["y"] for row in ROWS]
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    assert dataset.fingerprint == hashlib.sha256(lines.encode()).hexdigest()
    assert f"7 items of {requests} answers, 0 of them the same as before." in dataset.notes[0]


def test_one_answer_needs_no_paging(tmp_path):
    with FaultServer({"/items": lambda exchange: exchange.answer(json.dumps(ROWS))}) as server:
        dataset = http(server.url("/items"), JSON_LINES, items="").load(context_of(tmp_path))
    assert dataset.n_rows == 7


def test_a_page_that_fails_is_asked_for_again(tmp_path):
    def act(exchange):
        if exchange.number == 2:
            exchange.answer("", "502 Bad Gateway")
        else:
            by_cursor(exchange)

    with FaultServer({"/items": act}) as server:
        paging = {"by": "cursor", "path": "meta.cursor", "param": "after"}
        assert api(paging=paging)(server.url("/items")).load(context_of(tmp_path)).n_rows == 7
        assert len(server.requests) == 5


def test_pages_that_have_not_changed_are_not_sent_again(tmp_path):
    def act(exchange):
        start = int(exchange.query.get("start", 0))
        told = {"ETag": f'"{start}"'}
        if exchange.headers.get("if-none-match") == told["ETag"]:
            exchange.answer("", "304 Not Modified", **told)
            return
        link = {"Link": f'</items?start={start + 2}>; rel="next"'} if start + 2 < len(ROWS) else {}
        exchange.answer(json.dumps({"data": {"rows": ROWS[start : start + 2]}}), **told, **link)

    context = context_of(tmp_path, cache=True)
    with FaultServer({"/items": act}) as server:
        source = api(paging={"by": "link"})(server.url("/items"))
        assert source.fingerprint(context) == source.load(context).fingerprint
        assert "7 items of 4 answers, 4 of them the same as before." in source.load(context).notes[0]
        assert ["if-none-match" in request.headers for request in server.requests] == [False] * 4 + [True] * 8


@pytest.mark.parametrize(
    ("paging", "acts", "told"),
    [
        ({"by": "link", "path": "next"}, lambda e: part(e, 0, next="/items"), "page 1 leads back to an earlier one"),
        ({"by": "cursor", "path": "c", "param": "c"}, lambda e: part(e, 0, c="x"), "page 2 leads back to an earlier"),
        ({"by": "page", "max_pages": 3}, lambda e: part(e, 0), r"there are more than 3 pages \(paging.max_pages\)"),
    ],
)
def test_pages_without_end_are_an_error(tmp_path, paging, acts, told):
    with FaultServer({"/items": acts}) as server:
        with pytest.raises(DataError, match=told):
            api(paging=paging)(server.url("/items")).load(context_of(tmp_path))
        assert len(server.requests) <= 3


@pytest.mark.fault("F72")
def test_a_link_to_another_server_of_this_machine_is_refused(tmp_path):
    with FaultServer({"/items": by_page}) as other:
        act = lambda exchange: part(exchange, 0, next=other.url("/items?page=2"))  # noqa: E731
        with (
            FaultServer({"/items": act}) as server,
            pytest.raises(DataError, match="no redirect and no link is followed"),
        ):
            api(paging={"by": "link", "path": "next"})(server.url("/items")).load(context_of(tmp_path))
        assert other.requests == []


@pytest.mark.fault("F73")
def test_all_pages_together_stay_below_the_limit(tmp_path):
    with (
        FaultServer({"/items": by_page}) as server,
        pytest.raises(DataError, match=r"pages have \d+ bytes; at most 200 are taken \(max_bytes\)"),
    ):
        api(paging={"by": "page"}, max_bytes=200)(server.url("/items")).load(context_of(tmp_path))


@pytest.mark.fault("F75")
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"error": "token expired"}', 'the body is an error message: "token expired"'),
        (
            '{"message": "who are you?"}',
            r"items: 'data.rows' is not there; it must be a list\. The answer has: 'message'\.",
        ),
        ('{"data": {"rows": {"0": {}}}}', "items: 'data.rows' holds dict; it must be a list"),
        ("[1, 2]", r"is not there; it must be a list\. If the answer itself is the list, write items: ''\."),
        ("<!DOCTYPE html><p>login", "a web page"),
        ('{"data": {"rows": [', "items, column 20: not JSON: .*The answer must be JSON"),
        (b'{"data": "\xff"}', "the answer is not JSON: invalid start byte at byte 10"),
        ('{"data": {"rows": [{"a": NaN}]}}', "NaN is not JSON"),
        ('{"data": {"rows": [{"a": 1, "a": 2}]}}', "the key 'a' is given twice"),
        ('{"data": {"rows": [{"a": 1e999}]}}', "an item holds a number that is larger than numbers can be"),
        ('{"data": {"rows": []}}', "'data.rows' holds no items"),
    ],
)
def test_an_answer_without_the_items_is_explained(tmp_path, body, told):
    with (
        FaultServer({"/items": lambda exchange: exchange.answer(body)}) as server,
        pytest.raises(DataError, match=told),
    ):
        api()(server.url("/items")).load(context_of(tmp_path))


@pytest.mark.fault("F71")
def test_an_answer_that_is_cut_is_no_page(tmp_path):
    cut = lambda exchange: exchange.send(b'HTTP/1.1 200 OK\r\n\r\n{"data": {"rows": [{"y": 1}')  # noqa: E731
    with FaultServer({"/items": cut}) as server, pytest.raises(DataError, match="column 28: not JSON"):
        api()(server.url("/items")).load(context_of(tmp_path))


def test_letters_of_all_kinds_survive(tmp_path):
    texts = ["é", "\u2028", "\U0001f600", "line\nend"]
    body = json.dumps({"data": {"rows": [{"text": text, "y": 0} for text in texts]}})
    with FaultServer({"/items": lambda exchange: exchange.answer(body)}) as server:
        dataset = api()(server.url("/items")).load(context_of(tmp_path))
    assert dataset.features["text"].tolist() == texts


def test_pages_are_asked_for_at_the_pace_that_is_allowed(tmp_path):
    with FaultServer({"/items": by_page}) as server:
        began = time.monotonic()
        api(paging={"by": "page"}, per_second=10.0)(server.url("/items")).load(context_of(tmp_path))
        assert time.monotonic() - began >= 0.4
