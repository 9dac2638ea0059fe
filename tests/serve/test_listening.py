"""A server in a process of its own, asked by clients that nobody here wrote, by slow ones, and by too many."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import runner
from runner.errors import ResourceError
from runner.serve.listening import bound, is_loopback

from ..servers.model_server import ModelServer
from .conftest import ROWS

triton = pytest.importorskip("tritonclient.http")


@pytest.fixture(scope="module")
def server(table_run: Path) -> Iterator[ModelServer]:
    with ModelServer(table_run, "--timeout", "2", "--notice", "0.2", "--engine", "sklearn") as server:
        yield server


@pytest.fixture(scope="module")
def client(server: ModelServer) -> Iterator[Any]:
    with triton.InferenceServerClient(f"127.0.0.1:{server.port}", concurrency=4) as client:
        yield client


def tensors(*, binary: bool) -> list[Any]:
    columns = {"text": ("BYTES", ROWS["text"].to_numpy(dtype=object)), "age": ("FP64", ROWS["age"].to_numpy())}
    columns["rooms"] = ("INT64", ROWS["rooms"].to_numpy())
    made = []
    for name, (datatype, values) in columns.items():
        tensor = triton.InferInput(name, list(values.shape), datatype)
        tensor.set_data_from_numpy(values, binary_data=binary)
        made.append(tensor)
    return made


@pytest.mark.parametrize("asked", [None, True, False], ids=["default", "binary", "json"])
@pytest.mark.parametrize("binary", [True, False], ids=["sent as bytes", "sent as json"])
def test_tritons_client_gets_what_python_gives(
    client: Any, table_run: Path, asked: bool | None, binary: bool
) -> None:
    wanted = (
        asked
        if asked is None
        else [triton.InferRequestedOutput(name, binary_data=asked) for name in ("predict", "predict_proba")]
    )
    told = client.infer("weather", tensors(binary=binary), outputs=wanted, request_id="7")
    model = runner.load(table_run)
    np.testing.assert_allclose(told.as_numpy("predict_proba"), model.predict_proba(ROWS), atol=1e-6)
    labels = [label.decode() if isinstance(label, bytes) else label for label in told.as_numpy("predict")]
    assert labels == model.predict(ROWS).tolist()
    assert told.get_response()["id"] == "7"


def test_tritons_client_reads_health_and_metadata(client: Any, server: ModelServer) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("weather")
    assert client.is_model_ready("weather", server.told["version"])
    assert not client.is_model_ready("wether")
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    assert [one["datatype"] for one in client.get_model_metadata("weather")["inputs"]] == ["BYTES", "FP64", "INT64"]


def test_tritons_client_is_told_of_a_model_that_is_not_there(client: Any) -> None:
    with pytest.raises(triton.InferenceServerException, match="there is no model 'wether' here"):
        client.infer("wether", tensors(binary=True))


@pytest.mark.fault("F97")
def test_a_body_of_50_megabytes_is_refused_to_a_client_that_sends_it_all(server: ModelServer) -> None:
    status, body = server.post("/v2/models/weather/infer", b" " * 50_000_000)
    assert (status, b"at most 16777216 are read" in body) == (413, True)


@pytest.mark.fault("F97")
def test_a_million_rows_are_refused(server: ModelServer) -> None:
    status, body = server.post("/invocations", b'{"inputs": {"age": [%s]}}' % b",".join([b"1"] * 1_000_000))
    assert (status, b"1000000 rows in one request" in body) == (413, True)


@pytest.mark.fault("F97")
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", b"408"),
        (b"POST /invocations HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"408"),
        (b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", b"408"),
        (b"GET /ping HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 100_000, b"431"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
    ids=["nothing", "half a header", "half a body", "an endless header", "no HTTP"],
)
def test_a_connection_that_asks_nothing_is_not_kept(server: ModelServer, sent: bytes, told: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(sent)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 " + told)


@pytest.mark.fault("F97")
def test_500_at_once_are_answered_or_asked_to_come_again_and_the_server_lives(server: ModelServer) -> None:
    body = b'{"dataframe_records": [{"text": "a fine day", "age": 40.0, "rooms": 2}]}'
    with ThreadPoolExecutor(100) as pool:
        told = list(pool.map(lambda _: server.post("/invocations", body), range(500)))
    assert {status for status, _ in told} <= {200, 503}
    assert {answer for status, answer in told if status == 200} == {b'{"predictions":["yes"]}'}
    assert server.get("/v2/health/ready")[0] == 200
    assert server.process.poll() is None


@pytest.mark.fault("F99")
def test_a_server_that_is_told_to_end_answers_what_came_and_ends_well(array_run: Path) -> None:
    with ModelServer(array_run, "--notice", "1", "--grace", "5") as server:
        head = (
            b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 29\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(head)
            assert server.get("/v2/health/ready")[0] == 200
            server.process.send_signal(signal.SIGTERM)
            until = time.monotonic() + 10
            while server.get("/v2/health/ready")[0] == 200:
                assert time.monotonic() < until
            assert server.get("/v2/health/live")[0] == 200
            connection.sendall(b'{"instances": [[9.0,  -1.0]]}')
            answer = b""
            while part := connection.recv(65536):
                answer += part
            assert answer.endswith(b'{"predictions":[1]}')
        assert server.process.wait(30) == 0
        assert server.process.communicate()[1] == ""


def test_only_names_and_addresses_of_this_machine_are_loopback() -> None:
    assert [host for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost") if not is_loopback(host)] == []
    assert [host for host in ("0.0.0.0", "::", "192.168.0.1", "example.org", "") if is_loopback(host)] == []


def test_a_port_that_is_taken_is_told() -> None:
    with bound("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ResourceError, match=f"cannot listen on '127.0.0.1', port {port}: Address already in use"):
            bound("127.0.0.1", port)
