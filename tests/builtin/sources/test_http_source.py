import base64
import gzip
import hashlib
import json
import logging
import os
import subprocess
import sys
import traceback
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np
import pytest

from runner.contracts import Source, SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError, RunnerError
from runner_builtin.sources.http_source import HttpSource
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import CSV, JSON_LINES, context_of, http

TABLE = "a,y\n1,0\n2,1\n"
SECRET = "s3cr&t+/t0ken=="
FORMS = [
    SECRET,
    quote(SECRET),
    quote(SECRET, safe=""),
    base64.b64encode(SECRET.encode()).decode(),
    json.dumps(SECRET),
]


@dataclass
class Pieces:
    """A reader that gives the lines of a file, all at once or piece by piece."""

    path: str

    def load(self, context):
        with open(self.path) as file:
            rows = Dataset.of(np.array([len(line) for line in file]), fingerprint="its own")
        return rows.noting(f"{self.path}: ok")

    def batches(self, context):
        with open(self.path) as file:
            for line in file:
                yield Dataset.of(np.array([len(line)]), fingerprint="its own")


@pytest.fixture
def pieces(tmp_path):
    """A context whose nested sources are `Pieces`."""
    return SourceContext(tmp_path, 0, build=lambda declared: Pieces(declared["path"]))


@pytest.fixture
def token(monkeypatch):
    monkeypatch.setenv("HTTP_TEST_TOKEN", SECRET)
    return "${secret:env:HTTP_TEST_TOKEN}"


def test_it_is_a_source_that_no_seed_changes():
    source = http("https://a.org/t.csv")
    assert isinstance(source, Source)
    assert source.draws is False


def test_the_fingerprint_is_that_of_the_bytes_fetched(tmp_path):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as server:
        source = http(server.url("/t.csv"))
        dataset = source.load(context_of(tmp_path))
        assert (
            dataset.fingerprint
            == source.fingerprint(context_of(tmp_path))
            == hashlib.sha256(TABLE.encode()).hexdigest()
        )
        assert dataset.features["a"].tolist() == [1, 2]
        assert dataset.notes == (f"{server.url('/t.csv')}: 12 bytes, fetched.",)


def test_the_fingerprint_of_the_reader_is_not_that_of_the_web(pieces):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as server:
        assert http(server.url("/t.csv")).load(pieces).fingerprint == hashlib.sha256(TABLE.encode()).hexdigest()


def test_a_packed_file_reaches_the_reader_as_it_is(tmp_path):
    packed = gzip.compress(TABLE.encode())
    sizes = []
    context = SourceContext(
        tmp_path,
        0,
        build=lambda declared: sizes.append(os.path.getsize(declared["path"])) or Pieces(declared["path"]),
    )
    with (
        FaultServer({"/t.csv.gz": lambda exchange: exchange.answer(packed)}) as server,
        pytest.raises(UnicodeDecodeError),
    ):
        http(server.url("/t.csv.gz")).load(context)
    assert sizes == [len(packed)]


def test_notes_and_errors_of_the_reader_name_the_address(pieces, tmp_path):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer("a,y\n1\n")}) as server:
        url = server.url("/t.csv")
        assert f"{url}: ok" in http(url).load(pieces).notes
        with pytest.raises(DataError, match=f"^{url}.*line 2 has 1"):
            http(url).load(context_of(tmp_path))
        with pytest.raises(ConfigError, match="separator: '::'"):
            http(url, {**CSV, "separator": "::"}).load(context_of(tmp_path))


def test_rows_come_in_batches_where_the_reader_gives_them(pieces, tmp_path):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as server:
        source = http(server.url("/t.csv"))
        batches = list(source.batches(pieces))
        assert [batch.features.tolist() for batch in batches] == [[4], [4], [4]]
        assert {batch.fingerprint for batch in batches} == {source.fingerprint(pieces)}
        assert len(server.requests) == 2
        built = SourceContext(tmp_path, 0, build=lambda declared: object())
        with pytest.raises(ConfigError, match="the source 'csv' does not give its rows in batches"):
            next(iter(source.batches(built)))


def test_secrets_are_sent_and_not_kept_in_the_source(tmp_path, token):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as server:
        source = http(server.url("/t.csv"), headers={"Authorization": f"Bearer {token}"}, params={"key": token})
        dataset = source.load(context_of(tmp_path))
        (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.query == {"key": SECRET}
    assert SECRET not in repr(source)
    assert not any(form in " ".join(dataset.notes) for form in FORMS)


def test_a_missing_secret_is_asked_for_by_name(tmp_path):
    with pytest.raises(ConfigError, match="the environment has no variable 'NOT_THERE'"):
        http("https://a.org/t.csv", headers={"X-Key": "${secret:env:NOT_THERE}"}).load(context_of(tmp_path))


def echoing(exchange):
    """Repeat what was sent, in every form a server may choose."""
    exchange.answer(
        " ".join([exchange.target, *exchange.headers.values(), *FORMS]), "400 Bad Request", Content_Type="text/plain"
    )


def dribbling(exchange):
    told = f"you sent {SECRET}".encode()
    exchange.send(f"HTTP/1.1 400 Bad\r\nContent-Type: text/plain\r\nContent-Length: {len(told)}\r\n\r\n".encode())
    for start in range(0, len(told), 15):
        exchange.send(told[start : start + 15])
        exchange.stall(0.05)


def redirecting(exchange):
    exchange.answer(
        "",
        "302 Found",
        X_Echo=exchange.headers["authorization"],
        Location=f"ftp://x/{quote(SECRET, safe='')}?{exchange.target}",
    )


def telling(exchange):
    exchange.answer(json.dumps({"error": {"you sent": exchange.headers["authorization"], "to": exchange.target}}))


def not_json(exchange):
    exchange.answer(json.dumps(FORMS) + "}")


def wrong_header(exchange):
    exchange.send(b"HTTP/1.1 200 OK\r\n" + SECRET.encode() + b"\r\n\r\n")


@pytest.mark.fault("F46")
@pytest.mark.parametrize("act", [echoing, dribbling, redirecting, telling, not_json, wrong_header])
@pytest.mark.parametrize("read", [CSV, JSON_LINES])
def test_no_message_holds_a_secret_even_if_the_server_repeats_it(tmp_path, token, act, read, caplog):
    caplog.set_level(logging.DEBUG)
    items = {"items": "rows"} if read is JSON_LINES else {}
    options = {"headers": {"Authorization": f"Bearer {token}"}, "params": {"key": token}, "tries": 2, **items}
    with FaultServer({"/t.csv": act}) as server, pytest.raises(RunnerError) as caught:
        http(server.url("/t.csv"), read, **options).load(context_of(tmp_path, cache=True))
    told = "".join(traceback.format_exception(caught.value))
    chain = [caught.value]
    while (error := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(error)
    texts = [told, *map(str, chain), *map(repr, chain), caplog.text]
    assert [form for form in FORMS for text in texts if form in text] == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


WITHOUT_HTTPX = """
import sys
sys.modules["httpx"] = None
from runner.contracts import SourceContext
from runner.errors import PluginError
from pathlib import Path
from runner_builtin.sources.http_source import HttpSource
try:
    HttpSource(url="https://a.org", read={}).load(SourceContext(Path(), 0))
except PluginError as error:
    print(error)
"""


def test_without_httpx_it_is_said_how_to_install_it():
    done = subprocess.run([sys.executable, "-c", WITHOUT_HTTPX], capture_output=True, text=True, check=True)
    assert (
        done.stdout == "source 'http' needs httpx, which is not installed or too old: pip install 'runner-ml[http]'\n"
    )


def test_reading_the_options_imports_no_library_for_the_net():
    heavy = "{'httpx', 'httpcore', 'ssl', 'pandas'}"
    code = f"import sys, runner_builtin.sources.http_source; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_defaults_are_those_of_a_careful_client():
    source = HttpSource(url="https://a.org", read=CSV)
    assert (source.tries, source.connect, source.stall, source.total) == (5, 10.0, 60.0, 3600.0)
    assert source.max_bytes == 2 * 1024**3
    assert not source.allow_http
    assert not source.allow_private
    assert source.ca_bundle is None
