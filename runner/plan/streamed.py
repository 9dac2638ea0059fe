"""Whether an experiment's rows come in batches: `source.stream: true`."""

from __future__ import annotations

from collections.abc import Iterator

from runner.errors import ConfigError
from runner.plan.experiment import Experiment, Step


def streams(experiment: Experiment) -> bool:
    """Say whether the rows come in batches. Raises ConfigError where a source within another is told so."""
    source = experiment.one("source")
    if source is None:
        return False
    for inner in _within(source):
        if _is_told(inner):
            raise ConfigError(f"{inner.path}.stream: the outermost source streams, or none: 'source.stream: true'.")
    return _is_told(source)


def _is_told(source: Step) -> bool:
    """Say whether the core is asked to stream; a source may have an option `stream` of its own."""
    return bool(source.settings.get("stream")) and "stream" in source.offer.placed_by_core()


def _within(step: Step) -> Iterator[Step]:
    for inner in step.inner:
        yield inner
        yield from _within(inner)
