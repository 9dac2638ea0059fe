import socket

import httpx
import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.sources.http_addresses import Places, declared_url, looked_up, shown
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import context_of, http

TABLE = "a,y\n1,0\n2,1\n"


def places(url, answers=(), **allowed):
    return Places(httpx.URL(url), resolve=lambda host, port: list(answers), **allowed)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://a.org/x.csv", "is no web address"),
        ("file:///etc/passwd", "is no web address"),
        ("/data.csv", "is no web address"),
        ("https:///x.csv", "is no web address"),
        ("https://a.org:notaport/", "this is no address"),
        ("https://ann:hunter2@a.org/x.csv", "holds a user or a password"),
        ("https://a.org/?key=${secret:env:KEY}", "Give the secret in headers or params"),
    ],
)
def test_what_is_no_web_address_is_refused(url, told):
    with pytest.raises(ConfigError, match=told) as caught:
        declared_url(url)
    assert "hunter2" not in str(caught.value)


def test_an_address_is_shown_without_user_and_query():
    assert shown(httpx.URL("https://ann:pw@a.org:8443/x.csv?token=abc")) == "https://a.org:8443/x.csv?…"
    assert shown(declared_url("https://a.org/x.csv#part")) == "https://a.org/x.csv"


def test_an_address_without_encryption_has_to_be_allowed(tmp_path):
    with pytest.raises(ConfigError, match=r"is not encrypted.*Write https, or set allow_http: true"):
        http("http://a.org/x.csv", allow_http=False).load(context_of(tmp_path))
    places("http://a.org/", allow_http=True).check_declared()


@pytest.mark.fault("F72")
@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "100.100.100.200",
        "192.0.0.192", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
    ],
)  # fmt: skip
def test_addresses_that_hold_no_data_are_refused_even_where_they_are_declared(address):
    with pytest.raises(DataError, match="link-local, metadata or reserved"):
        places("https://data.org/", [address], allow_private=True).addresses("data.org", 443)


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "::1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "fd12::1",
    "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
]  # fmt: skip


@pytest.mark.fault("F72")
@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_stands_for_a_private_address_has_to_be_allowed(address):
    with pytest.raises(DataError, match=r"data\.org .* is refused: the name stands for .*allow_private: true"):
        places("https://data.org/", [address]).addresses("data.org", 443)
    assert places("https://data.org/", [address], allow_private=True).addresses("data.org", 443) == [address]


@pytest.mark.fault("F72")
@pytest.mark.parametrize("address", PRIVATE)
def test_no_other_server_at_a_private_address_is_spoken_to(address):
    with pytest.raises(DataError, match="no redirect and no link is followed"):
        places("https://data.org/", [address], allow_private=True).addresses("other.org", 443)
    with pytest.raises(DataError, match="no redirect and no link is followed"):
        places("https://data.org/", [address], allow_private=True).addresses("data.org", 8443)


@pytest.mark.fault("F72")
def test_one_forbidden_answer_among_good_ones_is_enough_to_refuse():
    with pytest.raises(DataError, match=r"data\.org \(127\.0\.0\.1\) is refused"):
        places("https://data.org/", ["93.184.216.34", "127.0.0.1"]).addresses("data.org", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_private_address_may_be_declared_literally(host):
    assert places(f"https://{host}/", ["127.0.0.1"]).addresses(host, 443) == ["127.0.0.1"]


@pytest.mark.fault("F72")
@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1"])
def test_an_address_in_disguise_is_a_name_like_any_other(host):
    found = looked_up(host, 80)
    assert found == ["127.0.0.1"]
    with pytest.raises(DataError, match="the name stands for this machine"):
        places(f"http://{host}/", found).addresses(host, 80)


@pytest.mark.fault("F72")
@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("file:///etc/passwd", "leads to a file: address"),
        ("ftp://a.org/x", "leads to a ftp: address"),
        ("javascript:alert(1)", "leads to a javascript: address"),
        ("http://a.org/x", "leads from https to http://a.org/x, which is not encrypted"),
        ("https://a.org:notaport/", "is no address"),
    ],
)
def test_references_that_lead_elsewhere_than_to_https_are_refused(reference, told):
    with pytest.raises(DataError, match=f"https://a.org/data.csv: a redirect {told}"):
        places("https://a.org/").followed(httpx.URL("https://a.org/data.csv"), reference, "a redirect")


def test_references_are_read_relative_to_where_they_stand_and_lose_their_user():
    here = httpx.URL("https://a.org/x/data.csv")
    assert str(places("https://a.org/").followed(here, "../y.csv#z", "a link")) == "https://a.org/y.csv"
    assert str(places("https://a.org/").followed(here, "//u:p@b.org/y", "a link")) == "https://b.org/y"


@pytest.mark.parametrize(
    ("declared", "other", "home"),
    [
        ("https://a.org/x", "https://a.org/y?z", True),
        ("https://a.org/x", "https://a.org:443/y", True),
        ("http://a.org/x", "https://a.org/x", True),
        ("http://a.org:8080/x", "https://a.org/x", False),
        ("https://a.org/x", "https://a.org:8443/x", False),
        ("https://a.org/x", "https://b.a.org/x", False),
        ("https://a.org/x", "https://a.org.evil.net/x", False),
    ],
)
def test_only_the_declared_server_is_home(declared, other, home):
    assert places(declared).is_home(httpx.URL(other)) is home


@pytest.mark.fault("F72")
@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("file:///etc/passwd", "leads to a file: address"),
        ("ftp://127.0.0.1/x", "leads to a ftp: address"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254 is refused: a link-local"),
        ("http://[fd00:ec2::254]/latest", "fd00:ec2::254 is refused: a link-local"),
        ("http://127.0.0.1:{other}/secret", "127.0.0.1 is refused: .* no redirect and no link is followed"),
        ("http://localhost:{other}/secret", r"localhost \(.*\) is refused: .* no redirect"),
    ],
)
def test_a_redirect_into_this_machine_or_its_surroundings_is_refused(tmp_path, location, told):
    with FaultServer({"/secret": lambda exchange: exchange.answer(TABLE)}) as other:
        target = location.format(other=other.port)
        acts = {"/t.csv": lambda exchange: exchange.answer("", "302 Found", Location=target)}
        with FaultServer(acts) as server, pytest.raises(DataError, match=told):
            http(server.url("/t.csv")).load(context_of(tmp_path))
        assert other.requests == []


@pytest.mark.fault("F72")
def test_a_name_that_changes_its_mind_is_asked_once(tmp_path, monkeypatch):
    asked = []
    real = socket.getaddrinfo

    def rebinding(host, port, *rest, **options):
        asked.append(host)
        address = "127.0.0.1" if asked.count("data.test") == 1 else "169.254.169.254"
        return real(address if host == "data.test" else host, port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)

    def act(exchange):
        if exchange.number == 0:
            exchange.answer("", "503 Service Unavailable")
        else:
            exchange.answer(TABLE)

    with FaultServer({"/t.csv": act}) as server:
        source = http(server.url("/t.csv", "data.test"), allow_private=True)
        assert source.load(context_of(tmp_path)).n_rows == 2
        assert asked.count("data.test") == 1
        assert [request.headers["host"] for request in server.requests] == [f"data.test:{server.port}"] * 2
        with pytest.raises(DataError, match="link-local"):
            source.load(context_of(tmp_path))
        assert len(server.requests) == 2
