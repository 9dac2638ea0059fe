"""One of each event that trackers hear, with all that it tells: what `docs/hooks.md` says in words."""

from __future__ import annotations

from typing import Any

from runner.contracts import Event

#: What an event tells of an error, of scores, and of a fold of a trial.
_ERROR = {"kind": "DataError", "message": "no rows “left”"}
_METRICS: dict[str, Any] = {
    "primary": "accuracy",
    "direction": "maximize",
    "folds": [{"accuracy": 0.9, "confusion_matrix": [[1, 0], [0, 1]]}],
    "total": {"accuracy": {"mean": 0.9, "std": None, "n": 1}},
    "intervals": {"accuracy": {"low": 0.8, "high": None, "confidence": 0.95}},
}
_NO_METRICS: dict[str, Any] = {"primary": None, "direction": None, "folds": [], "total": {}, "intervals": {}}
_CURVES = {"loss": [0.5, float("nan")], "learning_rate": [0.1, 0.1]}
_FOLD = {"metrics": {"accuracy": 0.9}, "curves": _CURVES, "seconds": 0.5, "diverged": None}
_FILES: dict[str, list[str]] = {
    name: [] for name in ("figures", "artifacts", "deployments", "report", "tables", "config", "log")
}
_DECLARATION = {"seed": 0, "model": {"use": "softmax", "l2": 1e-5}, "metrics": {"accuracy": {"use": "accuracy"}}}
_PLACE = {"folder": "outputs/conformance/0.partial", "final": "outputs/conformance/0", "id": "0"}
_BEGUN = {"experiment": "conformance", "declaration": _DECLARATION, "command": ["runner"], "code": None}
_TRIAL = {
    "settings": {"model.l2": 1e-5, "model": "softmax"},
    "attempt": 1,
    "folder": "outputs/conformance/s/trials/0",
}
_MEASURED = {"waited": 0.0, "peak_bytes": None, "model_bytes": 80, "fused": None, "share": 1.0, "data": None}

#: Each event that a run tells, in the order in which it may come, with all that it tells.
OF_RUNS = (
    Event("run_started", details={**_BEGUN, **_PLACE, "seed": 0, "sweep": None}),
    Event("stage_started", stage="load/csv"),
    Event("stage_finished", "load/csv", None, 0.01, {"rows_in": None, "rows_out": 60, "note": None}),
    Event("fold_started", fold=0),
    Event("stage_failed", "train/softmax", 0, 0.01, _ERROR),
    Event("epochs_finished", fold=0, details={"first": 0, "of": 2, "curves": _CURVES}),
    Event("fold_finished", fold=0, seconds=0.5, details={"metrics": _METRICS["folds"][0], "diverged": None}),
    Event("fold_finished", seconds=0.5, details={"metrics": {}, "diverged": {"step": 3, "learning_rate": None}}),
    Event("fold_failed", fold=1, seconds=0.5, details=_ERROR),
    Event("an_event_of_a_later_version", details={"unknown": "ignored"}),
    Event(
        "run_failed",
        seconds=1.5,
        details={**_PLACE, "state": "failed", "metrics": _NO_METRICS, "files": _FILES, "error": _ERROR},
    ),
    Event(
        "run_finished",
        seconds=1.5,
        details={**_PLACE, "state": "done", "metrics": _METRICS, "files": _FILES, "error": None},
    ),
)
#: Likewise those of a sweep.
OF_SWEEPS = (
    Event(
        "sweep_started",
        details={
            **_BEGUN,
            "id": "s",
            "folder": "outputs/conformance/s",
            "axes": ["model.l2"],
            "seeds": 1,
            "workers": 2,
            "known": 1,
            "objective": {"metric": "accuracy", "direction": "maximize", "aggregate": "mean"},
        },
    ),
    Event("trial_resumed", trial=0, seconds=0.5, details={**_TRIAL, "state": "done", "score": 0.9, "std": 0.1}),
    Event("trial_started", trial=1, details={**_TRIAL, "total": 2}),
    Event("trial_failed", trial=1, details={**_TRIAL, "state": "killed", "error": _ERROR}),
    Event("trial_started", trial=1, details={**_TRIAL, "attempt": 2, "total": 2}),
    Event(
        "trial_finished",
        trial=1,
        seconds=0.5,
        details={
            **_TRIAL,
            **_MEASURED,
            "attempt": 2,
            "state": "done",
            "score": 0.9,
            "std": None,
            "error": None,
            "metrics": _METRICS,
            "folds": [{**_FOLD, "repetition": 0, "fold": 0}],
        },
    ),
    Event("trial_failed", trial=2, details={**_TRIAL, "state": "interrupted", "error": None}),
    Event("an_event_of_a_later_version", details={"unknown": "ignored"}),
    Event(
        "sweep_failed",
        seconds=2.0,
        details={"trials": 2, "states": {"done": 1}, "reason": "interrupted by signal 2"},
    ),
    Event(
        "sweep_finished",
        seconds=2.0,
        details={
            "trials": 2,
            "states": {"done": 2},
            "reason": None,
            "why": "the best score",
            "run": None,
            "winner": {"trial": 1, "score": 0.9, "settings": {"model.l2": 1e-5}},
            "folder": "outputs/conformance/s",
            "files": {"tables": ["results.csv"]},
        },
    ),
)
