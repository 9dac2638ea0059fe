import gzip
import zlib

import pytest

from runner.errors import DataError
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import context_of, http

ROWS = "".join(f"{number},{number % 2}\n" for number in range(20_000))
TABLE = f"a,y\n{ROWS}".encode()
CUT = len(TABLE) * 9 // 10
HEAD = "HTTP/1.1 200 OK\r\n{headers}\r\n"


def head(**headers):
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode()


def files_left(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def rest(exchange, etag='"v1"'):
    """Answer a request for the rest as servers do."""
    start = int(exchange.headers["range"].removeprefix("bytes=").removesuffix("-"))
    exchange.answer(
        TABLE[start:],
        "206 Partial Content",
        Content_Range=f"bytes {start}-{len(TABLE) - 1}/{len(TABLE)}",
        ETag=etag,
    )


@pytest.mark.fault("F71")
@pytest.mark.parametrize("end", ["reset", "close", "stall"])
def test_what_is_missing_is_asked_for_and_put_behind(tmp_path, end):
    def act(exchange):
        if exchange.number == 0:
            exchange.send(head(Content_Length=len(TABLE), ETag='"v1"') + TABLE[:CUT])
            exchange.stall(0.2)  # so that the reader has it before the connection breaks
            {"reset": exchange.reset, "close": exchange.connection.close, "stall": exchange.stall}[end]()
        else:
            rest(exchange)

    with FaultServer({"/t.csv": act}) as server:
        dataset = http(server.url("/t.csv"), stall=0.5).load(context_of(tmp_path))
        assert dataset.n_rows == 20_000
        second = server.requests[1].headers
        assert 0 < int(second["range"].removeprefix("bytes=").removesuffix("-")) <= CUT
        assert second["if-range"] == '"v1"'


@pytest.mark.fault("F71")
def test_a_file_that_changed_in_between_is_begun_anew(tmp_path):
    def act(exchange):
        if exchange.number == 0:
            exchange.send(head(Content_Length=len(TABLE), ETag='"old"') + b"x" * CUT)
            exchange.stall(0.2)
            exchange.reset()
        else:
            exchange.answer(TABLE, ETag='"v1"')  # If-Range does not hold: the whole

    with FaultServer({"/t.csv": act}) as server:
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 20_000
        assert "range" in server.requests[1].headers


@pytest.mark.fault("F71")
@pytest.mark.parametrize("etag", [None, 'W/"v1"'])
def test_without_a_strong_validator_all_of_it_is_asked_for_again(tmp_path, etag):
    told = {} if etag is None else {"ETag": etag}

    def act(exchange):
        if exchange.number == 0:
            exchange.send(head(Content_Length=len(TABLE), **told) + TABLE[:CUT])
            exchange.stall(0.2)
            exchange.reset()
        else:
            exchange.answer(TABLE, **told)

    with FaultServer({"/t.csv": act}) as server:
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 20_000
        assert "range" not in server.requests[1].headers


@pytest.mark.fault("F71")
@pytest.mark.parametrize("wrong", ["range", "etag", "status"])
def test_a_part_that_does_not_fit_is_thrown_away(tmp_path, wrong):
    def act(exchange):
        if exchange.number == 0:
            exchange.send(head(Content_Length=len(TABLE), ETag='"v1"') + TABLE[:CUT])
            exchange.stall(0.2)
            exchange.reset()
        elif exchange.number > 1:
            exchange.answer(TABLE, ETag='"v1"')
        elif wrong == "range":
            exchange.answer(
                TABLE[5:], "206 Partial Content", Content_Range=f"bytes 5-{len(TABLE) - 1}/{len(TABLE)}", ETag='"v1"'
            )
        elif wrong == "etag":
            rest(exchange, etag='"v2"')
        else:
            exchange.answer("", "416 Range Not Satisfiable")

    with FaultServer({"/t.csv": act}) as server:
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 20_000
        assert ["range" in request.headers for request in server.requests] == [False, True, False]


@pytest.mark.fault("F71")
def test_a_part_that_is_shorter_than_the_rest_is_followed_by_another(tmp_path):
    def act(exchange):
        if exchange.number == 0:
            exchange.send(head(Content_Length=len(TABLE), ETag='"v1"') + TABLE[:1000])
            exchange.stall(0.2)
            exchange.reset()
        else:
            start = int(exchange.headers["range"].removeprefix("bytes=").removesuffix("-"))
            end = min(start + 80_000, len(TABLE))
            told = f"bytes {start}-{end - 1}/{len(TABLE)}"
            exchange.answer(TABLE[start:end], "206 Partial Content", Content_Range=told, ETag='"v1"')

    with FaultServer({"/t.csv": act}) as server:
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 20_000
        assert len(server.requests) > 2


@pytest.mark.fault("F71")
@pytest.mark.parametrize(
    "start",
    [
        head(Content_Length=len(TABLE)) + TABLE[:CUT],
        head(Transfer_Encoding="chunked") + b"%x\r\n" % CUT + TABLE[:CUT] + b"\r\n",
        head(Transfer_Encoding="chunked") + b"%x\r\n" % len(TABLE) + TABLE[:CUT],
    ],
)
def test_a_short_file_is_never_accepted(tmp_path, start):
    with (
        FaultServer({"/t.csv": lambda exchange: exchange.send(start)}) as server,
        pytest.raises(DataError, match=r"gave up after 3 tries"),
    ):
        http(server.url("/t.csv"), tries=3).load(context_of(tmp_path, cache=True))
    assert files_left(tmp_path) == []


@pytest.mark.fault("F71")
def test_a_file_whose_end_is_not_told_is_refused_without_a_hash(tmp_path):
    with (
        FaultServer({"/t.csv": lambda exchange: exchange.send(head() + TABLE[:CUT])}) as server,
        pytest.raises(DataError, match=r"tells neither the length of the file nor its end.*Give .* sha256"),
    ):
        http(server.url("/t.csv")).load(context_of(tmp_path))


def test_a_chunked_file_is_whole_at_its_last_chunk(tmp_path):
    body = b"%x\r\n" % len(TABLE) + TABLE + b"\r\n0\r\n\r\n"
    with FaultServer({"/t.csv": lambda exchange: exchange.send(head(Transfer_Encoding="chunked") + body)}) as server:
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 20_000


@pytest.mark.fault("F73")
def test_a_body_that_is_said_to_be_too_large_is_not_read(tmp_path):
    def act(exchange):
        exchange.send(head(Content_Length=10**12) + b"x" * 1000)
        exchange.stall()

    with FaultServer({"/t.csv": act}) as server:
        with pytest.raises(
            DataError, match=r"has 1,000,000,000,000 bytes or more; at most 50,000 are taken \(max_bytes\)"
        ):
            http(server.url("/t.csv"), max_bytes=50_000).load(context_of(tmp_path, cache=True))
        assert len(server.requests) == 1
    assert files_left(tmp_path) == []


@pytest.mark.fault("F73")
def test_a_body_that_grows_too_large_is_stopped(tmp_path):
    sent = []

    def act(exchange):
        exchange.send(head(Transfer_Encoding="chunked"))
        for _ in range(10_000):
            exchange.send(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            sent.append(4096)

    with (
        FaultServer({"/t.csv": act}) as server,
        pytest.raises(DataError, match=r"the body has .* bytes or more; at most 100,000 are taken \(max_bytes\)"),
    ):
        http(server.url("/t.csv"), max_bytes=100_000).load(context_of(tmp_path, cache=True))
    assert sum(sent) < 40_000_000
    assert files_left(tmp_path) == []


@pytest.mark.fault("F73")
def test_a_bomb_by_content_encoding_stops_at_the_limit(tmp_path):
    zeros = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(zeros.compress(bytes(1024**2)) for _ in range(40)) + zeros.flush()
    assert len(bomb) < 1024**2
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(bomb, Content_Encoding="gzip")}) as server:
        with pytest.raises(DataError, match=r"http://.*/t\.csv unpacks to more than 2,000,000 bytes"):
            http(server.url("/t.csv"), max_bytes=2_000_000).load(context_of(tmp_path, cache=True))
        with pytest.raises(DataError, match=r"http://.*/t\.csv unpacks to .* times as many"):
            http(server.url("/t.csv")).load(context_of(tmp_path, cache=True))
    assert files_left(tmp_path) == []


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_an_encoding_that_came_unasked_is_undone(tmp_path, encoding):
    act = lambda exchange: exchange.answer(gzip.compress(TABLE), Content_Encoding=encoding)  # noqa: E731
    with FaultServer({"/t.csv": act}) as server:
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 20_000


@pytest.mark.parametrize(
    ("body", "encoding", "told"),
    [
        (TABLE, "gzip", r"http://.*/t\.csv: the data are damaged"),
        (gzip.compress(TABLE)[:-20], "gzip", r"http://.*/t\.csv: .*truncated"),
        (b"x", "br", "the body comes encoded as 'br', which was not asked for"),
        (b"x", "gzip, gzip", "the body comes encoded as 'gzip, gzip'"),
    ],
)
def test_an_encoding_that_cannot_be_undone_is_an_error(tmp_path, body, encoding, told):
    with (
        FaultServer({"/t.csv": lambda exchange: exchange.answer(body, Content_Encoding=encoding)}) as server,
        pytest.raises(DataError, match=told),
    ):
        http(server.url("/t.csv")).load(context_of(tmp_path))


@pytest.mark.fault("F75")
@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        ("<html><body>Please log in", "text/csv", "a web page"),
        ("\ufeff \n<!DOCTYPE HTML><title>x", "text/csv", "a web page"),
        ("a,y\n1,0\n", "text/html; charset=utf-8", "a web page"),
        ('{"error": "quota used up"}', "application/json", 'the body is an error message: "quota used up"'),
        ('{"errors": [{"code": 7}]}', "text/csv", 'an error message: [{"code": 7}]'),
        ('{"title": "gone", "status": 410}', "application/problem+json", 'an error message: {"title": "gone"'),
        ("", "text/csv", "the body is empty"),
    ],
)
def test_a_page_or_an_error_in_place_of_the_data_is_told_and_not_kept(tmp_path, body, kind, told):
    act = lambda exchange: exchange.answer(body, Content_Type=kind, ETag='"v1"')  # noqa: E731
    with FaultServer({"/t.csv": act}) as server, pytest.raises(DataError) as caught:
        http(server.url("/t.csv")).load(context_of(tmp_path, cache=True))
    assert told in str(caught.value)
    assert files_left(tmp_path) == []


def test_json_without_an_error_is_data_and_so_is_a_page_that_is_called_one(tmp_path):
    acts = {
        "/t": lambda exchange: exchange.answer(
            '{"y": 1, "error": null}\n{"y": 0}\n', Content_Type="application/json"
        ),
        "/deep.csv": lambda exchange: exchange.answer('{"a":' * 9000 + ",y\n1,0\n"),
        "/page.html": lambda exchange: exchange.answer("<html>,y\n1,0\n", Content_Type="text/html"),
    }
    with FaultServer(acts) as server:
        lines = http(server.url("/t"), {"use": "json_lines", "target": "y"}).load(context_of(tmp_path))
        assert lines.n_rows == 2
        for path in ("/page.html", "/deep.csv"):
            assert http(server.url(path)).fingerprint(context_of(tmp_path))


@pytest.mark.fault("F73")
def test_bytes_beyond_the_length_told_are_no_part_of_the_file(tmp_path):
    with FaultServer(
        {"/t.csv": lambda exchange: exchange.send(head(Content_Length=8) + b"a,y\n1,0\n2,1\n")}
    ) as server:
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 1


@pytest.mark.fault("F75")
def test_a_part_that_was_not_asked_for_is_an_error(tmp_path):
    act = lambda exchange: exchange.answer(TABLE, "206 Partial Content", Content_Range="bytes 0-9/99")  # noqa: E731
    with (
        FaultServer({"/t.csv": act}) as server,
        pytest.raises(DataError, match="answers 206, a part, where the whole was asked for"),
    ):
        http(server.url("/t.csv")).load(context_of(tmp_path))
