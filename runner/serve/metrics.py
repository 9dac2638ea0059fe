"""What the server counts, as Prometheus reads it. No value of a request is ever counted, shown or kept."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest

from runner.serve.replies import Reply
from runner.ship.opened import Opened

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts of one server."""

    def __init__(self, served: Opened) -> None:
        self._registry = CollectorRegistry()
        self._model = served.name
        self._requests = Counter(
            "runner_requests", "Requests for predictions, by status code", ["model", "code"], registry=self._registry
        )
        seconds = Histogram(
            "runner_request_seconds",
            "Seconds from a request's first byte to its answer",
            ["model"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        in_flight = Gauge("runner_in_flight", "Requests being answered", ["model"], registry=self._registry)
        rows = Counter("runner_rows", "Rows answered", ["model"], registry=self._registry)
        self.seconds, self.in_flight, self.rows = (
            seconds.labels(served.name),
            in_flight.labels(served.name),
            rows.labels(served.name),
        )
        info = Info("runner_model", "The model that answers", registry=self._registry)
        info.info({"model": served.name, "version": served.version, "engine": served.engine, "sha256": served.sha256})
        ProcessCollector(registry=self._registry)
        self._codes = {200: self._requests.labels(served.name, "200")}

    def answered(self, code: int, seconds: float) -> None:
        """Count a request that ended."""
        if code not in self._codes:
            self._codes[code] = self._requests.labels(self._model, str(code))
        self._codes[code].inc()
        self.seconds.observe(seconds)

    def page(self) -> Reply:
        """Write the counts."""
        return Reply(200, generate_latest(self._registry), _CONTENT_TYPE)
