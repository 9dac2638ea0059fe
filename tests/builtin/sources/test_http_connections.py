import re
import ssl
import time
from datetime import timedelta

import httpcore
import httpx
import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.sources.http_addresses import Places
from runner_builtin.sources.http_connections import PinnedNetwork, tls_context
from runner_builtin.sources.http_source import HttpSource
from runner_builtin.sources.http_waiting import Patience
from tests.servers.certificates import Authority
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import context_of, http

TABLE = "a,y\n1,0\n2,1\n"
ACTS = {"/t.csv": lambda exchange: exchange.answer(TABLE)}


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def test_a_certificate_of_ones_own_authority_is_trusted_by_its_bundle(tmp_path, authority):
    with FaultServer(ACTS, authority.server("127.0.0.1")) as server:
        source = http(server.url("/t.csv"), allow_http=False, ca_bundle=str(authority.bundle))
        assert source.load(context_of(tmp_path)).n_rows == 2
        relative = http(server.url("/t.csv"), allow_http=False, ca_bundle=authority.bundle.name)
        assert relative.load(context_of(tmp_path)).n_rows == 2


def test_the_certificate_is_that_of_the_name_though_the_address_is_pinned(tmp_path, authority, monkeypatch):
    monkeypatch.setattr(Places, "addresses", lambda self, host, port: ["127.0.0.1"])
    asked = []
    tls = authority.server("data.test")
    tls.sni_callback = lambda connection, name, context: asked.append(name)
    with FaultServer(ACTS, tls) as server:
        source = http(server.url("/t.csv", "data.test"), allow_private=True, ca_bundle=str(authority.bundle))
        assert source.load(context_of(tmp_path)).n_rows == 2
    assert asked == ["data.test"]


@pytest.mark.fault("F74")
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"self_signed": True}, "self-signed certificate"),
        ({"valid": timedelta(days=-1)}, "certificate has expired"),
        ({"host": "elsewhere.org"}, "IP address mismatch"),
    ],
)
def test_a_wrong_certificate_is_refused_at_once(tmp_path, authority, wrong, told):
    options = dict(wrong)
    tls = authority.server(options.pop("host", "127.0.0.1"), **options)
    with FaultServer(ACTS, tls) as server:
        with pytest.raises(DataError, match=f"the server's certificate is refused: .*{told}"):
            http(server.url("/t.csv"), ca_bundle=str(authority.bundle)).load(context_of(tmp_path))
        assert server.requests == []


@pytest.mark.fault("F74")
def test_an_authority_that_nobody_knows_is_refused(tmp_path, authority):
    with FaultServer(ACTS, authority.server("127.0.0.1")) as server:
        with pytest.raises(
            DataError, match=r"unable to get local issuer certificate.*give its certificates as ca_bundle"
        ):
            http(server.url("/t.csv")).load(context_of(tmp_path))
        assert server.requests == []


@pytest.mark.fault("F72")
def test_no_redirect_leads_out_of_encryption(tmp_path, authority):
    with FaultServer(ACTS) as plain:
        away = {"/t.csv": lambda exchange: exchange.answer("", "302 Found", Location=plain.url("/t.csv"))}
        with FaultServer(away, authority.server("127.0.0.1")) as server:
            source = http(server.url("/t.csv"), allow_http=True, ca_bundle=str(authority.bundle))
            with pytest.raises(DataError, match=r"leads from https to http://.*, which is not encrypted"):
                source.load(context_of(tmp_path))
        assert plain.requests == []


@pytest.mark.fault("F74")
def test_there_is_no_option_to_trust_anyone():
    assert [name for name in HttpSource.__dataclass_fields__ if re.search("verif|ssl|tls|insecure|cert", name)] == []
    assert tls_context(None).verify_mode is ssl.CERT_REQUIRED
    assert tls_context(None).check_hostname


@pytest.mark.fault("F74")
def test_a_bundle_that_is_none_is_a_mistake_of_the_declaration(tmp_path):
    (tmp_path / "notes.txt").write_text("no certificate")
    for name in ("notes.txt", "missing.pem"):
        with pytest.raises(ConfigError, match=f"ca_bundle: .*{name} holds no certificates in PEM form"):
            tls_context(tmp_path / name)


def test_what_does_not_speak_tls_is_given_up(tmp_path):
    with FaultServer(ACTS) as server:
        url = server.url("/t.csv").replace("http://", "https://")
        with pytest.raises(DataError, match=r"gave up after 2 tries \(no connection within 0\.3 s\)"):
            http(url, tries=2, connect=0.3).load(context_of(tmp_path))


@pytest.mark.fault("F71")
def test_a_server_that_says_nothing_is_given_up(tmp_path):
    with FaultServer({"/t.csv": lambda exchange: exchange.stall()}) as server:
        began = time.monotonic()
        with pytest.raises(DataError, match=r"gave up after 2 tries \(nothing came for 0\.3 s\)"):
            http(server.url("/t.csv"), stall=0.3, tries=2).load(context_of(tmp_path))
        assert time.monotonic() - began < 3


@pytest.mark.fault("F71")
@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"])
def test_a_byte_now_and_then_does_not_outlast_the_total(tmp_path, start):
    def drip(exchange):
        exchange.send(start)
        for _ in range(200):
            exchange.send(b"x")
            exchange.stall(0.05)

    with FaultServer({"/t.csv": drip}) as server:
        began = time.monotonic()
        with pytest.raises(
            DataError, match=r"/t\.csv: not finished within 1 s\. If so long is right, set total higher"
        ):
            http(server.url("/t.csv"), stall=5.0, total=1.0).load(context_of(tmp_path, cache=True))
        assert time.monotonic() - began < 3
    assert list((tmp_path / "cache" / "http").iterdir()) == []


def network(resolve):
    places = Places(httpx.URL("http://data.test/"), allow_private=True, resolve=resolve)
    return PinnedNetwork(places, Patience("x", tries=1, first_wait=1.0, total=10.0))


def test_a_name_that_nobody_knows_is_told_at_once(tmp_path):
    with pytest.raises(DataError, match=r"'data\.invalid': there is no machine of this name"):
        http("https://data.invalid/t.csv").load(context_of(tmp_path))


def test_the_next_address_is_tried_where_one_does_not_answer():
    with FaultServer({}) as server:
        port = server.port
        places = Places(
            httpx.URL(f"http://data.test:{port}/"), allow_private=True, resolve=lambda *_: ["127.9.9.9", "127.0.0.1"]
        )
        connected = PinnedNetwork(places, Patience("x", tries=1, first_wait=1.0, total=10.0))
        stream = connected.connect_tcp("data.test", port, timeout=1.0)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        stream.close()


def test_a_name_without_addresses_cannot_be_reached():
    with pytest.raises(httpcore.ConnectError, match="has no address"):
        network(lambda *_: []).connect_tcp("data.test", 80)
