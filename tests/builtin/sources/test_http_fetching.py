import gzip
import hashlib

import pytest

from runner.errors import ConfigError, DataError, ExitCode, IntegrityError
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import context_of, http

TABLE = b"a,y\n1,0\n2,1\n"
HASH = hashlib.sha256(TABLE).hexdigest()
OTHER = b"a,y\n1,1\n"
OTHER_HASH = hashlib.sha256(OTHER).hexdigest()


def test_a_file_with_the_published_hash_is_read(tmp_path):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as server:
        dataset = http(server.url("/t.csv"), sha256=HASH.upper()).load(context_of(tmp_path))
    assert dataset.fingerprint == HASH


@pytest.mark.fault("F76")
def test_a_file_with_another_hash_is_refused_with_both(tmp_path):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(OTHER, ETag='"v1"')}) as server:
        with pytest.raises(IntegrityError) as caught:
            http(server.url("/t.csv"), sha256=HASH).load(context_of(tmp_path, cache=True))
        assert len(server.requests) == 1
    assert caught.value.exit_code == ExitCode.INTEGRITY == 6
    assert f"sha256 {OTHER_HASH}, not the published {HASH}" in str(caught.value)
    assert list((tmp_path / "cache" / "http").iterdir()) == []


def test_a_kept_file_with_the_published_hash_needs_no_server(tmp_path):
    context = context_of(tmp_path, cache=True)
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as server:
        source = http(server.url("/t.csv"), sha256=HASH)
        source.load(context)
    assert source.load(context).fingerprint == HASH


def test_a_kept_file_with_another_hash_than_the_published_is_not_used(tmp_path):
    context = context_of(tmp_path, cache=True)

    def act(exchange):
        assert "if-none-match" not in exchange.headers
        exchange.answer(OTHER if exchange.number == 0 else TABLE, ETag='"v1"')

    with FaultServer({"/t.csv": act}) as server:
        http(server.url("/t.csv")).load(context)
        assert http(server.url("/t.csv"), sha256=HASH).load(context).fingerprint == HASH
        assert len(server.requests) == 2


def test_a_page_in_place_of_the_file_is_called_one_even_where_a_hash_is_published(tmp_path):
    with (
        FaultServer({"/t.csv": lambda exchange: exchange.answer("<html>login")}) as server,
        pytest.raises(DataError, match="a web page"),
    ):
        http(server.url("/t.csv"), sha256=HASH).load(context_of(tmp_path))


def test_a_file_whose_end_is_not_told_is_whole_if_the_published_hash_says_so(tmp_path):
    act = lambda exchange: exchange.send(b"HTTP/1.1 200 OK\r\n\r\n" + TABLE)  # noqa: E731
    with FaultServer({"/t.csv": act}) as server:
        assert http(server.url("/t.csv"), sha256=HASH).load(context_of(tmp_path)).n_rows == 2


def test_the_hash_of_a_packed_file_holds_where_the_server_calls_it_encoded(tmp_path):
    packed = gzip.compress(TABLE)
    published = hashlib.sha256(packed).hexdigest()
    act = lambda exchange: exchange.answer(packed, Content_Encoding="gzip")  # noqa: E731
    with FaultServer({"/t.csv.gz": act}) as server:
        assert http(server.url("/t.csv.gz"), sha256=published).fingerprint(context_of(tmp_path)) == published
        plain = http(server.url("/t.csv.gz"), sha256=HASH).load(context_of(tmp_path))
        assert plain.fingerprint == HASH


@pytest.mark.parametrize("sha256", ["abc", "g" * 64, ""])
def test_what_is_no_hash_is_refused(tmp_path, sha256):
    with pytest.raises(ConfigError, match="is no sha256, which has 64 hex digits"):
        http("http://127.0.0.1/t.csv", sha256=sha256).load(context_of(tmp_path))
