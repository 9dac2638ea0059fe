"""How many requests does a served model answer, and how soon? `runner serve` against MLflow's own scoring server.

    pip install 'runner-ml[serve,onnx,bench]'
    python benchmarks/serving.py [--seconds 3] [--rounds 3] [--quick] [--soak SECONDS]

Two models are trained and shipped by `runner`: a linear model over TF-IDF (docstrings of libraries, four classes) and
a softmax regression of 8 x 8 images (digits). The same fitted pipeline is saved by `mlflow.sklearn` and answered by
`mlflow.pyfunc.scoring_server` under uvicorn, as `mlflow models serve` starts it, with one worker. All get the same
bodies, one row each, by POST to /invocations, from an asyncio client in this process that keeps 1, 16 or 64
connections busy. In each round every contender is asked in turn, so that all meet the same noise. Printed are, over
all rounds, requests per second, the median and the 99th percentile of the latency, the CPU time of the server for a
request (on a busy machine the steadiest of these), and the median ratios to MLflow.

Then, in process: one row through the ONNX engine and through the pipeline's `predict_proba`.
`--soak` keeps 16 clients busy for so long and says how the server's memory grew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import numpy as np

import runner
from runner.record.read import runs
from runner.ship.answers import latency

CLIENTS = (1, 16, 64)
MODELS = {
    "docstrings": ["transforms=[tfidf]", "transforms.tfidf.ngram_range=[1,2]"],
    "digits": [],
}
PEER = "MLflow"


@dataclass
class Contender:
    """A server that is up. seen: clients -> (requests per second, latencies, CPU s a request) of each round."""

    name: str
    port: int
    process: subprocess.Popen[str]
    seen: dict[int, list[tuple[float, list[float], float]]] = field(default_factory=dict)

    def cpu(self) -> float:
        """Return the seconds of CPU that the process has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="half a second, one round, to see that it works")
    parser.add_argument("--soak", type=float, metavar="SECONDS", help="only this: is the memory flat?")
    options = parser.parse_args()
    seconds, rounds = (0.5, 1) if options.quick else (options.seconds, options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        for model, words in MODELS.items():
            run = trained(Path(folder), model, words)
            if options.soak:
                soak(run, model, options.soak)
            else:
                compare(run, model, Path(folder), seconds, rounds)
                alone(run, model)


def trained(folder: Path, model: str, words: Sequence[str]) -> Path:
    command = [sys.executable, "-m", "runner.cli", f"+experiment={model}", "exporters=[skops,onnx]", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return max(found.path for found in runs(folder / "outputs") if found.name == model)


def bodies(model: str) -> list[bytes]:
    """Return requests of one row each."""
    if model == "digits":
        from sklearn.datasets import load_digits

        rows = load_digits().images[:200]
        return [json.dumps({"instances": [row.tolist()]}).encode() for row in rows]
    texts = texts_of_libraries()
    return [json.dumps({"dataframe_split": {"columns": ["text"], "data": [[text]]}}).encode() for text in texts]


def texts_of_libraries() -> list[str]:
    import scipy.signal

    found = [getattr(scipy.signal, name).__doc__ or "" for name in dir(scipy.signal) if not name.startswith("_")]
    return [text[:600] for text in found if len(text) > 100]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def of_runner(run: Path, engine: str) -> Contender:
    command = [sys.executable, "-m", "runner.cli", "serve", str(run), "--port", "0", "--json", "--engine", engine]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    return Contender(f"runner, {engine}", int(told["url"].rpartition(":")[2]), process)


def of_mlflow(run: Path, model: str, folder: Path) -> Contender:
    import mlflow.sklearn

    saved = folder / f"{model}-mlflow"
    mlflow.sklearn.save_model(
        runner.load(run).pipeline, saved, serialization_format="cloudpickle", pip_requirements=[]
    )
    port = free_port()
    words = ["-m", "uvicorn", "--port", str(port), "--workers", "1", "--log-level", "error", "--no-access-log"]
    environment = {**os.environ, "__pyfunc_model_path__": str(saved)}
    process = subprocess.Popen(
        [sys.executable, *words, "mlflow.pyfunc.scoring_server.app:app"], env=environment, text=True
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/ping"):
                return Contender(PEER, port, process)
        except OSError:
            time.sleep(0.2)
    raise SystemExit("MLflow's server did not come up")


def compare(run: Path, model: str, folder: Path, seconds: float, rounds: int) -> None:
    contenders = [of_mlflow(run, model, folder), of_runner(run, "onnx"), of_runner(run, "sklearn")]
    asked = bodies(model)
    try:
        check_same(contenders, asked)
        for contender in contenders:
            asyncio.run(load(contender.port, asked, 4, 0.5))
        for _ in range(rounds):
            for clients in CLIENTS:
                for contender in contenders:
                    before = contender.cpu()
                    took = asyncio.run(load(contender.port, asked, clients, seconds))
                    cost = (contender.cpu() - before) / len(took)
                    contender.seen.setdefault(clients, []).append((len(took) / seconds, took, cost))
        show(model, contenders)
    finally:
        for contender in contenders:
            contender.stop()


def check_same(contenders: Sequence[Contender], asked: Sequence[bytes]) -> None:
    """Stop where one does not give the labels that the others give."""
    told = {contender.name: [answer(contender.port, body) for body in asked[:50]] for contender in contenders}
    first = told[PEER]
    for name, labels in told.items():
        if labels != first:
            raise SystemExit(f"{name} answers otherwise than {PEER}")


def answer(port: int, body: bytes) -> object:
    from urllib.request import Request

    request = Request(f"http://127.0.0.1:{port}/invocations", body, {"Content-Type": "application/json"})
    with urlopen(request) as told:
        return json.load(told)["predictions"]


async def load(port: int, asked: Sequence[bytes], clients: int, seconds: float) -> list[float]:
    """Keep connections busy and return the seconds that each request took."""
    took: list[float] = []
    end = time.perf_counter() + seconds
    await asyncio.gather(*(client(port, asked, place, end, took) for place in range(clients)))
    return took


async def client(port: int, asked: Sequence[bytes], place: int, end: float, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /invocations HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    while (start := time.perf_counter()) < end:
        place += 1
        body = asked[place % len(asked)]
        writer.write(head % len(body) + body)
        told = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", told)
        assert told.startswith(b"HTTP/1.1 200")
        assert length is not None
        await reader.readexactly(int(length[1]))
        took.append(time.perf_counter() - start)
    writer.close()
    await writer.wait_closed()


def show(model: str, contenders: Sequence[Contender]) -> None:
    print(f"\n| {model}, clients | requests/s | times {PEER} | p50 ms | p99 ms | of {PEER}'s | CPU ms | times less |")
    print("|---|---|---|---|---|---|---|---|")
    peer = next(contender for contender in contenders if contender.name == PEER)
    for clients in CLIENTS:
        for contender in contenders:
            own, other = contender.seen[clients], peer.seen[clients]
            rates = [one[0] / its[0] for one, its in zip(own, other, strict=True)]
            tails = [
                np.percentile(one[1], 99) / np.percentile(its[1], 99) for one, its in zip(own, other, strict=True)
            ]
            costs = [its[2] / one[2] for one, its in zip(own, other, strict=True)]
            every = np.concatenate([took for _, took, _ in own]) * 1000
            cells = [
                f"{contender.name}, {clients}",
                f"{statistics.median(rate for rate, _, _ in own):,.0f}",
                spread(rates),
                f"{np.percentile(every, 50):.2f}",
                f"{np.percentile(every, 99):.2f}",
                f"{statistics.median(tails):.2f}",
                f"{statistics.median(cost for _, _, cost in own) * 1000:.2f}",
                spread(costs),
            ]
            print(f"| {' | '.join(cells)} |", flush=True)


def spread(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f})"


def alone(run: Path, model: str) -> None:
    """Compare the engines on one row, in this process."""
    import pandas as pd

    if model == "digits":
        row: object = np.array([[[0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0, 0.0]] * 8])
    else:
        row = pd.DataFrame({"text": texts_of_libraries()[:1]})
    pipeline, graph = runner.load(run).pipeline, runner.load(run, engine="onnx").pipeline
    ratios, shown = [], (0.0, 0.0)
    for _ in range(5):
        shown = latency(pipeline, row), latency(graph, row)
        ratios.append(shown[0] / shown[1])
    print(
        f"\none row of {model} in process: pipeline {shown[0] * 1e6:,.0f} µs, ONNX {shown[1] * 1e6:,.0f} µs, "
        f"{statistics.median(ratios):.1f} times faster ({min(ratios):.1f}-{max(ratios):.1f})"
    )


def soak(run: Path, model: str, seconds: float) -> None:
    server = of_runner(run, "onnx")
    try:
        points = asyncio.run(watched(server.port, bodies(model), seconds))
    finally:
        server.stop()
    times, memory, requests = (np.array(values) for values in zip(*points, strict=True))
    settled = times > seconds / 5
    slope = np.polyfit(times[settled], memory[settled], 1)[0] * 60 / 2**20
    print(
        f"{model}: {requests[-1]:,.0f} requests in {seconds:g} s; {memory[settled][0] / 2**20:.1f} MB after a fifth, "
        f"{memory[-1] / 2**20:.1f} MB at the end, {slope:+.3f} MB a minute"
    )


async def watched(port: int, asked: Sequence[bytes], seconds: float) -> list[tuple[float, float, float]]:
    """Return (seconds, bytes resident, requests answered) about once a second."""
    points: list[tuple[float, float, float]] = []
    start = time.monotonic()
    busy = asyncio.create_task(load(port, asked, 16, seconds))
    while not busy.done():
        await asyncio.sleep(1)
        page = await asyncio.to_thread(lambda: urlopen(f"http://127.0.0.1:{port}/metrics").read().decode())
        resident = re.search(r"^process_resident_memory_bytes (\S+)", page, re.MULTILINE)
        answered = re.search(r'^runner_requests_total\{code="200".*\} (\S+)', page, re.MULTILINE)
        assert resident is not None
        points.append((time.monotonic() - start, float(resident[1]), float(answered[1]) if answered else 0.0))
    await busy
    return points


if __name__ == "__main__":
    main()
