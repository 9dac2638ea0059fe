"""The workers of a cluster: that some are there which can do what they will be asked for, and that they stay."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from distributed import Client

from runner.errors import PluginError, ResourceError

log = logging.getLogger("runner")
#: What workers must have, by its distribution.
_OURS = "runner-ml"
#: Seconds between two looks.
_LOOK = 0.2


@dataclass(frozen=True)
class Needs:
    """What tasks ask of a worker: each task, and each fused training, by Dask's abstract resources."""

    each: Mapping[str, float] = field(default_factory=dict)
    together: Mapping[str, float] = field(default_factory=dict)

    @property
    def most(self) -> dict[str, float]:
        """The amounts with which a worker can do both."""
        names = {**self.each, **self.together}
        return {name: max(self.each.get(name, 0), self.together.get(name, 0)) for name in names}


def awaited(client: Client, what: str, needs: Needs, wait: float) -> None:
    """Wait for workers that can do everything. Raises ResourceError where none comes in time, PluginError for others.

    what: the cluster, in words. A task that no worker can do would wait for ever, and one that a worker cannot read
    would end that worker.
    """
    until = time.monotonic() + wait
    while not (there := workers_of(client)):
        if time.monotonic() > until:
            raise ResourceError(
                f"{what} has no worker after {wait:g} s. Start one with 'dask worker', look at the queue, or "
                "wait longer with 'executor.wait'."
            )
        time.sleep(_LOOK)
    for asked in (needs.each, needs.together):
        while not any(_has(worker, asked) for worker in workers_of(client).values()):
            if time.monotonic() > until:
                raise ResourceError(_lacking(what, asked, there))
            time.sleep(_LOOK)
    _assert_same(client, what)


def workers_of(client: Client) -> Mapping[str, Any]:
    """Return the workers that are there: address -> what is known of one."""
    return client.scheduler_info(n_workers=-1)["workers"]  # type: ignore[no-any-return]


class Watch:
    """Says so, once, when all workers have gone for `patience` seconds while something is to be done."""

    def __init__(self, count: Callable[[], int], patience: float) -> None:
        self._count, self._patience = count, patience
        self._gone_since: float | None = None
        self._told = False

    def look(self, now: float) -> None:
        """Look at how many there are. now: seconds, by any clock."""
        if self._count():
            self._gone_since, self._told = None, False
            return
        self._gone_since = now if self._gone_since is None else self._gone_since
        if not self._told and now - self._gone_since >= self._patience:
            self._told = True
            log.warning(
                "executor 'dask': no worker has been there for %.0f s, and what is to be done waits for one. Look at "
                "what the workers wrote last, start others with 'dask worker', or end this by Ctrl-C; a sweep goes "
                "on from there by the same command.", now - self._gone_since, extra={"at_once": True},
            )  # fmt: skip


def _has(worker: Mapping[str, Any], asked: Mapping[str, float]) -> bool:
    held = worker.get("resources") or {}
    return all(held.get(name, 0) >= amount for name, amount in asked.items())


def _lacking(what: str, asked: Mapping[str, float], workers: Mapping[str, Any]) -> str:
    found = {tuple(sorted((worker.get("resources") or {}).items())) for worker in workers.values()}
    held = ", ".join(sorted(str(dict(one)) for one in found))
    words = " ".join(f"{name}={amount:g}" for name, amount in asked.items())
    return (
        f"{what} has no worker with {dict(asked)!r}, which executor.resources or executor.together asks for; they "
        f"have {held}. Start one with 'dask worker … --resources \"{words}\"', or ask for less."
    )


def _assert_same(client: Client, what: str) -> None:
    """Raise PluginError where a worker has another version of ours, or none."""
    ours = version(_OURS)
    told = client.run(version, _OURS, on_error="return")
    others = {address: found for address, found in told.items() if found != ours}
    if others:
        named = ", ".join(
            f"{address} has {'none' if isinstance(found, Exception) else found}"
            for address, found in sorted(others.items())
        )
        raise PluginError(
            f"{what}: workers must have {_OURS} {ours}, as here; {named}. Start them in the same environment, or "
            f"there: pip install {_OURS}=={ours}, and the plugins of the experiment."
        )
