"""A plugin of components that go wrong in every way, as an installed distribution offers them."""

from __future__ import annotations

from runner import hookimpl


@hookimpl
def runner_models() -> dict[str, str]:
    return {"faulty": "faulty.model:Faulty"}


@hookimpl
def runner_metrics() -> dict[str, str]:
    return {"picky": "faulty.metric:Picky"}


@hookimpl
def runner_sources() -> dict[str, str]:
    return {"moving_csv": "faulty.source:MovingCsv"}


@hookimpl
def runner_transforms() -> dict[str, str]:
    return {"patient": "faulty.transform:Patient"}
