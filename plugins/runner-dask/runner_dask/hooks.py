"""What this plugin offers, by name."""

from __future__ import annotations

from collections.abc import Mapping

from runner import hookimpl


@hookimpl
def runner_executors() -> Mapping[str, str]:
    """Offer the executor."""
    return {"dask": "runner_dask.executor:DaskExecutor"}
