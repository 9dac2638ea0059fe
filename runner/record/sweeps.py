"""What a sweep leaves in writing, as typed records: what it is, and how each trial went.

A trial's record is sealed: it carries a checksum over everything else it says, the hashes of its other files
included, so that a change of any byte is found without a list kept elsewhere.

>>> trial = TrialRecord(
...     number=17, key="0badcafe", state="done", attempt=1, settings={"model.l2": 0.1}, score=0.9,
...     started="2026-01-31T12:00:00Z", seconds=1.5,
... ).sealed()
>>> TrialRecord.of(json.loads(strict_json.dumps(trial))) == trial
True
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from runner.errors import IntegrityError, PluginError
from runner.record import strict_json
from runner.record.records import SCHEMA, ErrorRecord, Metrics, StepRecord

INFO = "sweep.json"
JOURNAL = "journal.jsonl"
LOCK = "driver.lock"
TRIALS = "trials"
ATTEMPTS = "attempts"
TRIAL = "trial.json"
BEST = "best.json"
BEST_LINK = "best"

TrialState = Literal["done", "failed", "diverged", "timeout", "oom", "killed", "pruned", "interrupted"]

Direction = Literal["maximize", "minimize"]

Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True)
class SweepInfo:
    """`sweep.json`: which sweep this is; written once, when the sweep begins.

    created: ISO 8601 in UTC. command: already redacted. axes: the swept keys, in order. base: the declaration
    that all trials share. objective: "metric", "direction" and "aggregate". seeds: how often each is repeated.
    directions: "maximize" or "minimize" of every metric that ranks.
    """

    schema: int = SCHEMA
    id: str
    experiment: str
    identity: str
    created: str
    command: Sequence[str]
    axes: Sequence[str]
    base: Mapping[str, Any]
    objective: Mapping[str, Any]
    seeds: int
    versions: Mapping[str, str]
    directions: Mapping[str, Direction] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read it back. Keys that a later version of the same schema may have added are left alone."""
        return cls(
            schema=record["schema"],
            id=record["id"],
            experiment=record["experiment"],
            identity=record["identity"],
            created=record["created"],
            command=tuple(record["command"]),
            axes=tuple(record["axes"]),
            base=dict(record["base"]),
            objective=dict(record["objective"]),
            seeds=record["seeds"],
            versions=dict(record["versions"]),
            directions=dict(record.get("directions", {})),  # a sweep of before they were noted has none
        )


@dataclass(frozen=True, kw_only=True)
class TrialSummary:
    """One trial in a list of ten thousand; the journal's `ended` event holds exactly this.

    kind: of the error, None if there was none. check: the trial's seal.
    """

    number: int
    key: str
    attempt: int
    state: TrialState
    score: float | None
    std: float | None
    seconds: float
    settings: Mapping[str, Any]
    kind: str | None
    check: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """Read it back from an `ended` event."""
        return cls(**{name: event[name] for name in cls.__dataclass_fields__})

    def event(self) -> dict[str, Any]:
        """Return the journal's `ended` event."""
        return {"event": "ended", **{name: getattr(self, name) for name in self.__dataclass_fields__}}


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """`trial.json`: how one attempt at a trial went.

    attempt: counts from 1. overrides: as given. settings: swept key -> value. changes, removed: how the
    declaration differs from the sweep's base. score: the objective, None unless done or pruned; std: its spread
    over folds and seeds. curves: name -> value per epoch of the first training. components: where -> name,
    version and source digest. data: fingerprint of the source. started: ISO 8601 in UTC. seconds, waited: by a
    monotonic clock. peak_bytes: of memory. model_bytes: of the fitted model, on average over folds and seeds; where
    there are compressors or the sweep chooses some, of the whole pipeline after them, deflated. latency: seconds that
    one row alone takes that pipeline, None elsewhere.
    fused: how many trials were trained together. share: of its epochs. files: the folder's other files -> sha256.
    check: the seal; empty until `sealed()`. non_finite: dotted paths of numbers that were NaN or infinite.
    """

    schema: int = SCHEMA
    number: int
    key: str
    state: TrialState
    attempt: int
    overrides: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    removed: Sequence[str] = ()
    score: float | None = None
    std: float | None = None
    metrics: Metrics = field(default_factory=Metrics)
    steps: Sequence[StepRecord] = ()
    curves: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)
    data: str | None = None
    started: str
    seconds: float
    waited: float = 0.0
    peak_bytes: int | None = None
    model_bytes: int | None = None
    latency: float | None = None
    fused: int | None = None
    share: float = 1.0
    error: ErrorRecord | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    non_finite: Sequence[str] = ()
    check: str = ""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read it back, without looking at its seal."""
        error = record["error"]
        # a trial of before they were measured has none
        since = {name: record.get(name) for name in ("model_bytes", "latency")}
        names = (name for name in cls.__dataclass_fields__ if name not in (strict_json.NON_FINITE, *since))
        plain = {name: record[name] for name in names} | since
        return cls(
            **{
                **plain,
                "overrides": tuple(record["overrides"]),
                "removed": tuple(record["removed"]),
                "metrics": Metrics.of(record["metrics"]),
                "steps": tuple(StepRecord.of(step) for step in record["steps"]),
                "curves": {name: tuple(values) for name, values in record["curves"].items()},
                "error": None if error is None else ErrorRecord(error["kind"], error["message"]),
                "non_finite": tuple(record[strict_json.NON_FINITE]),
            }
        )

    def sealed(self) -> Self:
        """Return the record as it will be read back, its check filled in."""
        return self.of(self.written())

    def written(self) -> dict[str, Any]:
        """Return what `trial.json` holds: JSON's own types, numbers that are not finite listed, and the seal."""
        plain: dict[str, Any] = json.loads(strict_json.dumps(self, indent=None))
        return {**plain, "check": seal(plain)}

    def summary(self) -> TrialSummary:
        """Return what a list of trials shows of it."""
        return TrialSummary(
            number=self.number,
            key=self.key,
            attempt=self.attempt,
            state=self.state,
            score=self.score,
            std=self.std,
            seconds=self.seconds,
            settings=self.settings,
            kind=None if self.error is None else self.error.kind,
            check=self.check,
        )


def seal(record: Mapping[str, Any]) -> str:
    """Return the sha256 over the canonical JSON of a trial's record, its `check` left out."""
    rest = {name: value for name, value in record.items() if name != "check"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()).hexdigest()


def read_info(sweep: Path) -> SweepInfo:
    """Read a sweep's `sweep.json`. Raises IntegrityError if it is damaged, PluginError if it is too new."""
    path = sweep / INFO
    return _typed(SweepInfo.of, _mapping(path), path)


def read_trial(folder: Path) -> TrialRecord:
    """Read a trial's `trial.json` and compare it with its seal; raises IntegrityError if it differs."""
    path = folder / TRIAL
    record = _mapping(path)
    expected, actual = record.get("check"), seal(record)
    if expected != actual:
        raise IntegrityError(
            f"'{path}' is not as it was written: its seal says sha256 {expected}, its contents have {actual}. "
            "Restore it from a copy, or run the sweep again: the trial is then carried out anew."
        )
    return _typed(TrialRecord.of, record, path)


def _mapping(path: Path) -> dict[str, Any]:
    record = strict_json.read(path)
    if not isinstance(record, dict):
        raise _unreadable(path, TypeError(f"a mapping is expected, not {type(record).__name__}"))
    return record


def _typed(reader: Callable[[Mapping[str, Any]], Record], record: dict[str, Any], path: Path) -> Record:
    try:
        if record["schema"] > SCHEMA:
            raise PluginError(
                f"'{path}' was made by a newer runner {record.get('versions', {}).get('runner', '')!r}: it has "
                f"schema {record['schema']}, and this one reads up to {SCHEMA}. Install the newer runner to read it."
            )
        return reader(record)
    except (KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> IntegrityError:
    return IntegrityError(
        f"'{path}' does not hold what a sweep writes there ({type(error).__name__}: {error}). "
        "Restore it from a copy, or delete it and run the sweep again."
    )
