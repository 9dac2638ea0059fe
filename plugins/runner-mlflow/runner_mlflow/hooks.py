"""What this plugin offers, by name."""

from __future__ import annotations

from collections.abc import Mapping

from runner import hookimpl


@hookimpl
def runner_trackers() -> Mapping[str, str]:
    """Offer the tracker."""
    return {"mlflow": "runner_mlflow.tracker:MlflowTracker"}
