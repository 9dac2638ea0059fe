"""Three finished runs, and a way to ask the server's application without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner
from runner.record.read import Run
from runner.serve.application import Application
from runner.serve.limits import Limits
from runner.ship.opening import opened

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "text": RNG.choice(["a fine day", "rain again", "fine rain", "İß中 🙂"], 80),
        "age": RNG.normal(40, 10, size=80),
        "rooms": RNG.integers(1, 6, size=80),
    }
)
TARGET = np.where(TABLE["text"].str.contains("fine") ^ (TABLE["rooms"] > 4), "yes", "no")
ROWS = TABLE.iloc[:7]


def shipped(
    folder: Path, name: str, features: Any, target: Any, model: Any, transforms: Any = (), exporters: Any = ("skops",)
) -> Path:
    """Run an experiment on rows in memory and return its folder."""
    experiment = {
        "name": name,
        "source": {"use": "in_memory", "features": features, "target": target},
        "splitter": {"use": "holdout", "test_size": 0.25},
        "transforms": list(transforms),
        "model": model,
        "metrics": ["accuracy" if target.dtype.kind in "Uiub" else "r2"],
        "exporters": list(exporters),
    }
    return runner.run(experiment, outputs=folder).path


@pytest.fixture(scope="package")
def table_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of a table with a text, a number and a whole number; it cannot do with missing numbers."""
    transforms = [{"use": "tfidf", "columns": "text"}, {"use": "standard_scale", "columns": ["age", "rooms"]}]
    folder = tmp_path_factory.mktemp("table")
    return shipped(folder, "weather", TABLE, np.asarray(TARGET, dtype=str), "LogisticRegression", transforms)


@pytest.fixture(scope="package")
def numbers_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A regression of a table of numbers."""
    table = TABLE[["age", "rooms"]]
    return shipped(tmp_path_factory.mktemp("numbers"), "cost", table, table["age"].to_numpy() * 2, "LinearRegression")


@pytest.fixture(scope="package")
def array_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of arrays of two numbers, whose classes are whole numbers."""
    array = RNG.normal(size=(60, 2))
    return shipped(
        tmp_path_factory.mktemp("array"), "plane", array, (array[:, 0] > 0).astype(int), "LogisticRegression"
    )


@dataclass(frozen=True)
class Told:
    """An answer. json: of its body, None where it is none."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json["error"])


@dataclass(frozen=True)
class Asker:
    """Asks an application as uvicorn would."""

    application: Application

    def get(self, path: str, **headers: str) -> Told:
        return self("GET", path, b"", **headers)

    def infer(self, record: Any, **headers: str) -> Told:
        body = record if isinstance(record, bytes) else json.dumps(record).encode()
        return self("POST", f"/v2/models/{self.application.served.name}/infer", body, **headers)

    def invoke(self, record: Any, content_type: str = "application/json", **headers: str) -> Told:
        body = record if isinstance(record, bytes) else json.dumps(record).encode()
        return self("POST", "/invocations", body, content_type=content_type, **headers)

    def __call__(self, method: str, path: str, body: bytes, **headers: str) -> Told:
        return asyncio.run(self.told(method, path, body, **headers))

    async def told(
        self,
        method: str,
        path: str,
        body: bytes,
        receive: Callable[[], Awaitable[Mapping[str, Any]]] | None = None,
        **headers: str,
    ) -> Told:
        sent: list[Mapping[str, Any]] = []
        given = {"content-length": str(len(body))} | {key.replace("_", "-"): value for key, value in headers.items()}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": [(key.encode(), value.encode()) for key, value in given.items()],
        }

        async def whole() -> Mapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)

        await self.application(scope, receive or whole, send)
        start, end = sent
        return Told(start["status"], {key.decode(): value.decode() for key, value in start["headers"]}, end["body"])


def asker(run: Path, *, limits: Limits | None = None, token: str | None = None) -> Asker:
    """Open a run by its pipeline, as `runner serve` does."""
    served = opened(Run.open(run), "sklearn", lambda name: runner.load(run, engine=name))
    return Asker(Application(served, limits or Limits(), token, 0.002, "0.1.0"))


@pytest.fixture(scope="package")
def table(table_run: Path) -> Asker:
    return asker(table_run)


@pytest.fixture(scope="package")
def numbers(numbers_run: Path) -> Asker:
    return asker(numbers_run)


@pytest.fixture(scope="package")
def array(array_run: Path) -> Asker:
    return asker(array_run)
