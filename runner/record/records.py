"""What a run leaves in writing, as typed records: how it went, its steps, its scores.

The writer hands these to the run folder (`folder.write_json(layout.RUN, info)`, fields become keys); the
reader gets equal ones back.

>>> import json
>>> from runner.record import strict_json
>>> info = RunInfo(
...     id="20260131T120000Z-0badcafe", experiment="digits", state="done", started="2026-01-31T12:00:00Z",
...     seconds=1.5, command=("runner", "+experiment=digits"), seed=0, host="lab", versions={"runner": "0.1.0"},
... )
>>> RunInfo.of(json.loads(strict_json.dumps(info))) == info
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from runner.record.interval import Interval

#: The version of the layout and of these records. A reader refuses a newer one by name.
SCHEMA = 1

State = Literal["done", "failed", "diverged"]

#: A score: a number, None where it was not finite, or nested lists for a description (a confusion matrix).
Score = float | None | list[Any]


@dataclass(frozen=True)
class ErrorRecord:
    """Why a run did not end well. kind: the error's class name; message: its text, without traceback."""

    kind: str
    message: str


@dataclass(frozen=True, kw_only=True)
class RunInfo:
    """`run.json`: which run this is and how it ended.

    started: ISO 8601 in UTC. seconds: by a monotonic clock. command: already redacted. versions: of "runner"
    and "python". error: set if and only if the state is not "done".
    """

    schema: int = SCHEMA
    id: str
    experiment: str
    state: State
    started: str
    seconds: float
    command: Sequence[str]
    seed: int
    host: str
    versions: Mapping[str, str]
    error: ErrorRecord | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read it back. Keys that a later version of the same schema may have added are left alone."""
        error = record["error"]
        return cls(
            id=record["id"],
            experiment=record["experiment"],
            state=record["state"],
            started=record["started"],
            seconds=record["seconds"],
            command=tuple(record["command"]),
            seed=record["seed"],
            host=record["host"],
            versions=dict(record["versions"]),
            error=None if error is None else ErrorRecord(error["kind"], error["message"]),
            schema=record["schema"],
        )


@dataclass(frozen=True)
class StepRecord:
    """One line of `steps.jsonl`: a stage that was carried out.

    step: "<stage>/<component>", such as "clean/drop_duplicates". fold: counts from 0, None outside the folds.
    rows_in, rows_out: None where rows are not what the step works on. note: what a reader should know.
    """

    step: str
    seconds: float
    fold: int | None = None
    rows_in: int | None = None
    rows_out: int | None = None
    note: str | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read one line back."""
        return cls(
            step=record["step"],
            seconds=record["seconds"],
            fold=record["fold"],
            rows_in=record["rows_in"],
            rows_out=record["rows_out"],
            note=record["note"],
        )


@dataclass(frozen=True)
class Total:
    """A score over all folds. mean: None if a fold's score was not finite, nested lists for a description.

    std: the spread over the folds, None where there is no number to spread. n: how many folds.
    """

    mean: Score
    std: float | None
    n: int

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(record["mean"], record["std"], record["n"])


@dataclass(frozen=True)
class Metrics:
    """`metrics.json`: the scores on held-out rows.

    primary: the metric that ranks runs, None if there is none. direction: of the primary metric.
    folds: metric -> score, per fold. total: metric -> score over the folds. compressed: compressor -> metric ->
    score of the compressed pipeline. intervals: metric -> how sure its total is, where it has a direction.
    non_finite: dotted paths of the scores that were NaN or infinite.
    """

    primary: str | None = None
    direction: Literal["maximize", "minimize"] | None = None
    folds: Sequence[Mapping[str, Score]] = ()
    total: Mapping[str, Total] = field(default_factory=dict)
    compressed: Mapping[str, Mapping[str, Total]] = field(default_factory=dict)
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    non_finite: Sequence[str] = ()

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(
            primary=record["primary"],
            direction=record["direction"],
            folds=tuple(dict(fold) for fold in record["folds"]),
            total={name: Total.of(total) for name, total in record["total"].items()},
            compressed={
                step: {name: Total.of(total) for name, total in totals.items()}
                for step, totals in record["compressed"].items()
            },
            # a run of before there were intervals has none
            intervals={name: Interval.of(told) for name, told in record.get("intervals", {}).items()},
            non_finite=tuple(record["non_finite"]),
        )
