"""What events are for MLflow: parameters, metrics and tags, by names that it allows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlflow.entities import Metric, Param

Told = Mapping[str, Any]
#: What a name may not have in it.
_STRANGE = re.compile(r"[^\w\-. :/]", re.ASCII)
_LONGEST_NAME = 250
#: How a trial or a run ended -> MLflow's word; everything else has failed.
_STATUS = {"done": "FINISHED", "pruned": "FINISHED", "interrupted": "KILLED"}


def params_of(settings: Told) -> list[Param]:
    """Return each leaf of nested settings as a parameter with a dotted name."""
    return [Param(_name(key), value) for key, value in _leaves(settings)]


def metrics_of(values: Told, when: float | None, step: int = 0, under: str = "") -> list[Metric]:
    """Return what is a number of some values. when: seconds since 1970; matrices stay in the run's own files."""
    stamp = milliseconds(when)
    return [
        Metric(_name(f"{under}{name}"), float(value), stamp, step)
        for name, value in values.items()
        if isinstance(value, int | float)
    ]


def curves_of(curves: Told, when: float | None, first: int, under: str) -> list[Metric]:
    """Return a value per epoch. first: how many epochs were before; steps count from 1."""
    return [
        metric
        for name, values in curves.items()
        for place, value in enumerate(values, start=first + 1)
        for metric in metrics_of({name: value}, when, place, under)
    ]


def totals_of(metrics: Told, when: float | None) -> list[Metric]:
    """Return scores over all folds: the mean by the metric's name, its spread and interval beside it."""
    flat: dict[str, Any] = {}
    for name, total in metrics.get("total", {}).items():
        flat |= {name: total["mean"], f"{name}_std": total["std"]}
    for name, interval in metrics.get("intervals", {}).items():
        flat |= {f"{name}_low": interval["low"], f"{name}_high": interval["high"]}
    return metrics_of(flat, when)


def folds_of(folds: Sequence[Told], when: float | None, *, curves: bool) -> list[Metric]:
    """Return the scores of a trial's folds, a step for each, and their curves."""
    found: list[Metric] = []
    for number, fold in enumerate(folds, start=1):
        found += metrics_of(fold["metrics"], when, number, "fold/")
        found += curves_of(fold["curves"], when, 0, f"fold_{number}/") if curves else []
    return found


def code_tags(details: Told) -> dict[str, str]:
    """Return by which command and code something was made, by MLflow's names."""
    code = details.get("code") or {}
    tags = {
        "mlflow.source.type": "LOCAL",
        "mlflow.source.name": " ".join(details.get("command") or ()),
        "mlflow.source.git.commit": code.get("commit"),
        "mlflow.source.git.branch": code.get("branch"),
        "runner.code.dirty": code.get("dirty"),
    }
    return {name: str(value) for name, value in tags.items() if value not in (None, "")}


def ended_tags(details: Told) -> dict[str, str]:
    """Return how something ended."""
    error = details.get("error")
    tags = {
        "runner.state": details.get("state"),
        "runner.data": details.get("data"),
        "runner.error": f"{error['kind']}: {error['message']}" if error else None,
    }
    return {name: str(value) for name, value in tags.items() if value is not None}


def status_of(state: str | None) -> str:
    """Return MLflow's word for how something ended."""
    return _STATUS.get(state or "", "FAILED")


def milliseconds(when: float | None) -> int:
    """Return a moment as MLflow has it."""
    return round((when or 0.0) * 1000)


def _name(name: str) -> str:
    return _STRANGE.sub("_", name)[:_LONGEST_NAME]


def _leaves(node: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """Give (dotted key, text) of each setting that is one value, or an empty group."""
    inner = node if isinstance(node, Mapping) else dict(enumerate(node)) if isinstance(node, list | tuple) else {}
    for key, value in inner.items():
        yield from _leaves(value, f"{above}.{key}" if above else str(key))
    if above and not inner:
        yield above, node if isinstance(node, str) else json.dumps(node, ensure_ascii=False)
