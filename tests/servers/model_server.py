"""`runner serve` in a process of its own, on a port of loopback that the system chose."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from urllib.error import HTTPError
from urllib.request import Request, urlopen


class ModelServer:
    """A served run. Given as a context it is told to end, and waited for, at the end."""

    def __init__(self, run: Path, *words: str, environment: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-P", "-m", "runner.cli", "serve", str(run), "--port", "0", "--json", *words]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"it ended with {self.process.wait()}: {self.process.communicate()[1]}")
        self.told = json.loads(line)
        self.url: str = self.told["url"]
        self.port = int(self.url.rpartition(":")[2])

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body."""
        return self._ask(Request(self.url + path))

    def post(self, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        """Return status and body. headers: underscores stand for hyphens."""
        told = {"Content-Type": "application/json"} | {key.replace("_", "-"): value for key, value in headers.items()}
        return self._ask(Request(self.url + path, data=body, headers=told))

    def _ask(self, request: Request) -> tuple[int, bytes]:
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()

    def stop(self) -> tuple[int, str]:
        """Send SIGTERM; return the exit code and what was written to standard error."""
        self.process.send_signal(signal.SIGTERM)
        _, told = self.process.communicate(timeout=60)
        return self.process.returncode, told

    def __enter__(self) -> ModelServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
