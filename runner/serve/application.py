"""The server's front: who may ask, how much, what for. One ASGI application with one table of routes.

It is written against ASGI itself. Nothing of a request is turned into objects that its route does not need, which
is what makes a prediction cheap (see docs/decisions/0018-serving.md).
"""

from __future__ import annotations

import asyncio
import hmac
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from runner.errors import DataError, did_you_mean
from runner.serve.batching import Batcher
from runner.serve.invocations import read_invocation, write_invocation
from runner.serve.limits import Limits
from runner.serve.metrics import Metrics
from runner.serve.openapi import document
from runner.serve.protocol import JSON_LENGTH, model_metadata, read_inference, server_metadata, write_inference
from runner.serve.questions import Question
from runner.serve.reading import Request
from runner.serve.replies import Refusal, Reply
from runner.ship.oddities import oddities
from runner.ship.opened import Answer, Opened

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Predicting = Callable[[Request], Awaitable[Reply]]

#: Answered to anyone, so that probes need no token; they tell nothing but yes or no.
_OPEN = frozenset({"/v2/health/live", "/v2/health/ready", "/ping", "/health"})


@dataclass
class Application:
    """One model's server. token: what every request but for health checks must bear; None lets everyone in.

    delay: seconds that a request may wait for others to be answered with it. stopping: set when the server has been
    told to end: it says that it is not ready, and answers what still comes.
    """

    served: Opened
    limits: Limits
    token: str | None
    delay: float
    runner_version: str
    stopping: bool = False

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.served)
        self.in_flight = 0
        self._batcher = Batcher(self.served, delay=self.delay)
        name, version = self.served.name, self.served.version
        models = (f"/v2/models/{name}", f"/v2/models/{name}/versions/{version}")
        metadata = Reply.of(model_metadata(self.served))
        described = Reply.of(document(self.served, self.runner_version))
        about = Reply.of(server_metadata(self.runner_version))
        self._told: dict[str, Callable[[], Reply]] = {
            "/v2": lambda: about,
            "/v2/health/live": lambda: Reply.of({"live": True}),
            "/v2/health/ready": self._ready,
            **{model: lambda: metadata for model in models},
            **{f"{model}/ready": self._ready for model in models},
            "/ping": self._ping,
            "/health": self._ping,
            "/version": lambda: Reply.text(self.runner_version),
            "/metrics": self.metrics.page,
            "/openapi.json": lambda: described,
        }
        self._predicted: dict[str, Predicting] = {
            **{f"{model}/infer": self._infer for model in models},
            "/invocations": self._invoke,
        }

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive, self.limits)
        try:
            reply = await self._reply(request)
        except Refusal as refusal:
            reply = _refused(request, refusal)
        except Exception as error:  # noqa: BLE001 - a bug of ours, which is noted, and ends no server
            reply = _refused(request, _failed(error))
        try:
            async with asyncio.timeout(self.limits.seconds):
                await _send(reply, send)
        except TimeoutError:  # a client that does not read; the connection is closed with the request
            return

    async def _reply(self, request: Request) -> Reply:
        self._admit(request)
        predicting = self._predicted.get(request.path)
        if predicting is None:
            return self._tell(request)
        if request.method != "POST":
            raise Refusal(405, f"{request.path} is asked by POST", {"Allow": "POST"})
        return await self._predict(predicting, request)

    def close(self) -> None:
        """Ask the model no more."""
        self._batcher.close()

    def _admit(self, request: Request) -> None:
        if self.token is None or request.path in _OPEN:
            return
        given = request.header(b"authorization")
        if not hmac.compare_digest(given.encode("latin-1"), f"Bearer {self.token}".encode()):
            raise Refusal(401, "a token is needed: 'Authorization: Bearer …'", {"WWW-Authenticate": "Bearer"})

    def _tell(self, request: Request) -> Reply:
        telling = self._told.get(request.path)
        if telling is None:
            raise self._unknown(request.path)
        if request.method != "GET":
            raise Refusal(405, f"{request.path} is asked by GET", {"Allow": "GET"})
        return telling()

    def _unknown(self, path: str) -> Refusal:
        """Say what there is instead."""
        name, version = self.served.name, self.served.version
        parts = path.split("/")
        if path.startswith("/v2/models/") and parts[3] != name:
            return Refusal(404, f"there is no model {parts[3]!r:.100} here; this server has {name!r}")
        if path.startswith(f"/v2/models/{name}/versions/") and parts[5] != version:
            return Refusal(
                404, f"there is no version {parts[5]!r:.100} of {name!r} here; this server has {version!r}"
            )
        return Refusal(
            404, f"there is nothing at {path!r:.200}. {did_you_mean(path, [*self._told, *self._predicted])}"
        )

    def _ready(self) -> Reply:
        return Reply.of({"ready": not self.stopping}, 503 if self.stopping else 200)

    def _ping(self) -> Reply:
        return Reply.text("\n", 503 if self.stopping else 200)

    async def _predict(self, predicting: Predicting, request: Request) -> Reply:
        """Answer within the limits, and count it."""
        start = time.perf_counter()
        code = 500
        try:
            if self.in_flight >= self.limits.at_once:
                raise Refusal.busy(f"{self.in_flight} requests are being answered, which is the limit; try again")
            self.in_flight += 1
            self.metrics.in_flight.inc()
            try:
                reply = await self._in_time(predicting, request)
            finally:
                self.in_flight -= 1
                self.metrics.in_flight.dec()
            code = reply.status
        except Refusal as refusal:
            code = refusal.status
            raise
        finally:
            self.metrics.answered(code, time.perf_counter() - start)
        return reply

    async def _in_time(self, predicting: Predicting, request: Request) -> Reply:
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await predicting(request)
        except TimeoutError:
            if not request.complete:
                message = f"the body did not come within {self.limits.seconds:g} seconds"
                raise Refusal(408, message, {"Connection": "close"}) from None
            raise Refusal.busy(f"the model did not answer within {self.limits.seconds:g} seconds") from None

    async def _infer(self, request: Request) -> Reply:
        body = await request.body()
        length = request.header(JSON_LENGTH)
        asked = read_inference(body, length.encode("latin-1") or None, self.served.signature, self.limits.rows)
        return write_inference(self.served, asked, await self._ask(asked.question))

    async def _invoke(self, request: Request) -> Reply:
        body = await request.body()
        kind = request.header(b"content-type").partition(";")[0].strip().lower()
        asked = read_invocation(body, kind, self.served.signature, self.limits.rows)
        return write_invocation(asked, await self._ask(asked))

    async def _ask(self, question: Question) -> Answer:
        try:
            answer = await self._batcher.ask(question)
        except Exception as error:  # noqa: BLE001 - the model's own, told by kind
            odd = oddities(self.served.signature, question.rows)
            if odd is not None:
                raise Refusal(400, f"the model has no answer: {odd}") from None
            if isinstance(error, DataError):
                raise Refusal(400, str(error)) from None
            raise _failed(error) from None
        self.metrics.rows.inc(question.rows.n_rows)
        return answer


def _failed(error: Exception) -> Refusal:
    """Note where the model failed, without what it says, which may show values of the request."""
    number = uuid4().hex[:8]
    places = "".join(traceback.format_tb(error.__traceback__))
    print(f"error {number}: {type(error).__name__} in\n{places}", file=sys.stderr, flush=True)
    return Refusal(500, f"the model failed on this request (error {number} of the server's log)")


def _refused(request: Request, refusal: Refusal) -> Reply:
    """Write a refusal as the protocol in question has it."""
    if request.path == "/invocations":
        code = "INTERNAL_ERROR" if refusal.status >= 500 else "BAD_REQUEST"
        reply = Reply.of({"error_code": code, "message": str(refusal)}, refusal.status)
    else:
        reply = Reply.of({"error": str(refusal)}, refusal.status)
    return Reply(reply.status, reply.body, reply.content_type, refusal.headers)


async def _send(reply: Reply, send: Send) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in reply.headers.items()),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
