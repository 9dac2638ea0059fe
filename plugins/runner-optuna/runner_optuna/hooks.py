"""What this plugin offers, by name."""

from __future__ import annotations

from collections.abc import Mapping

from runner import hookimpl


@hookimpl
def runner_searches() -> Mapping[str, str]:
    """Offer the searches."""
    return {"cmaes": "runner_optuna.cmaes_search:CmaEs", "nsga2": "runner_optuna.nsga2_search:Nsga2"}
