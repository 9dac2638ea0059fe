import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.sources.http_requests import checked_headers
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import context_of, http

TABLE = "a,y\n1,0\n2,1\n"


def test_declared_headers_and_params_are_sent(tmp_path):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as server:
        options = {"headers": {"accept": "text/csv", "X-Key": "abc"}, "params": {"n": 7, "q": "a b&c", "all": True}}
        http(server.url("/t.csv?v=1"), **options).load(context_of(tmp_path))
        (request,) = server.requests
    assert request.query == {"v": "1", "n": "7", "q": "a b&c", "all": "true"}
    assert request.headers["accept"] == "text/csv"
    assert request.headers["x-key"] == "abc"
    assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirects_on_the_same_server_are_followed_with_the_headers(tmp_path, status):
    acts = {
        "/old.csv": lambda exchange: exchange.answer("", status, Location="new.csv"),
        "/new.csv": lambda exchange: exchange.answer(TABLE),
    }
    with FaultServer(acts) as server:
        assert (
            http(server.url("/old.csv"), headers={"Authorization": "Bearer x1234"}).load(context_of(tmp_path)).n_rows
            == 2
        )
        assert [request.headers["authorization"] for request in server.requests] == ["Bearer x1234"] * 2


@pytest.mark.fault("F72")
def test_declared_headers_are_not_sent_to_another_server(tmp_path, monkeypatch):
    # a second public server cannot be had on loopback, so both pass as public here
    monkeypatch.setattr(
        "runner_builtin.sources.http_addresses.Places.addresses", lambda self, host, port: ["127.0.0.1"]
    )
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as other:
        away = lambda exchange: exchange.answer("", "302 Found", Location=other.url("/t.csv", "mirror.test"))  # noqa: E731
        with FaultServer({"/t.csv": away}) as server:
            headers = {"Authorization": "Bearer x1234", "X-Api-Key": "k1234"}
            assert http(server.url("/t.csv"), headers=headers).load(context_of(tmp_path)).n_rows == 2
            assert server.requests[0].headers["x-api-key"] == "k1234"
        (request,) = other.requests
    assert "authorization" not in request.headers
    assert "x-api-key" not in request.headers


@pytest.mark.fault("F72")
def test_thirty_redirects_are_too_many(tmp_path):
    def on(exchange):
        exchange.answer("", "302 Found", Location=f"/hop?n={exchange.number}")

    with FaultServer({"/hop": on}) as server:
        with pytest.raises(DataError, match=r"more than 10 redirects; the last is http://127.0.0.1:\d+/hop\?…"):
            http(server.url("/hop")).load(context_of(tmp_path))
        assert len(server.requests) == 11


def test_a_redirect_that_leads_nowhere_is_an_error(tmp_path):
    with (
        FaultServer({"/t.csv": lambda exchange: exchange.answer("", "302 Found")}) as server,
        pytest.raises(DataError, match=r"is a redirect \(302\) that leads nowhere"),
    ):
        http(server.url("/t.csv")).load(context_of(tmp_path))


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        ("404 Not Found", "nothing\nhere", "text/plain", r"the server answers 404: 'nothing here'\.$"),
        (
            "401 Unauthorized",
            '{"message": "no"}',
            "application/json",
            r"401: '{\"message\": \"no\"}'\. Is the secret in",
        ),
        ("403 Forbidden", "<html>", "text/html", r"the server answers 403\. Is the secret"),
        ("410 Gone", "", "text/plain", r"the server answers 410\.$"),
        ("204 No Content", "", "text/plain", r"the server answers 204\.$"),
    ],
)
def test_other_answers_are_told_with_what_the_server_says(tmp_path, status, body, kind, told):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(body, status, Content_Type=kind)}) as server:
        with pytest.raises(DataError, match=told):
            http(server.url("/t.csv")).load(context_of(tmp_path))
        assert len(server.requests) == 1


def test_what_is_not_http_is_given_up(tmp_path):
    with (
        FaultServer({"/t.csv": lambda exchange: exchange.send(b"SSH-2.0-OpenSSH\r\n")}) as server,
        pytest.raises(DataError, match="gave up after 2 tries"),
    ):
        http(server.url("/t.csv"), tries=2).load(context_of(tmp_path))


@pytest.mark.parametrize("name", ["Range", "host", "If-None-Match", "Content-Length", "a b", "x:y", ""])
def test_headers_that_are_not_the_declarations_are_refused(name):
    with pytest.raises(ConfigError, match="is no header that can be chosen"):
        checked_headers({name: "x"}, str)


@pytest.mark.parametrize("value", ["s3cret\n", "s3cret\r\nX: y", " s3cret", "s3crét", "", "s3cret\0"])
def test_a_value_that_cannot_be_sent_is_not_shown(value):
    with pytest.raises(ConfigError, match=r"headers\.X-Key: its value holds characters") as caught:
        checked_headers({"X-Key": "${secret:env:KEY}"}, lambda text: value)
    assert "s3cr" not in str(caught.value)
