"""Reading finished runs.

>>> from pathlib import Path
>>> runs(Path("a/folder/without/runs"))
[]
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, Self, TypeVar

from runner.errors import ConfigError, IntegrityError, PluginError, RunnerError, did_you_mean
from runner.record import layout, manifest, strict_json
from runner.record.fold_scores import FoldScore, read_scores
from runner.record.records import SCHEMA, Metrics, RunInfo, State, StepRecord
from runner.record.sizes import Size

Record = TypeVar("Record")


@dataclass(frozen=True)
class Run:
    """A run folder, read piece by piece as it is asked for. path: wherever it lies now; it may have moved."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a finished run. Raises IntegrityError if it is none, PluginError if a newer runner made it."""
        manifest.read(path)
        run = cls(path)
        _ = run.info
        return run

    @property
    def finished(self) -> bool:
        """Whether the run was committed; its state says how it went."""
        return manifest.is_finished(self.path)

    @cached_property
    def info(self) -> RunInfo:
        """Which run this is and how it ended."""
        record = self._json(layout.RUN)
        if record.get("schema", SCHEMA) > SCHEMA:
            raise PluginError(
                f"the run '{self.path}' was made by runner {record.get('versions', {}).get('runner')!r}, this is "
                f"{_our_version()!r}: its folder has schema {record['schema']}, and this version reads up to "
                f"{SCHEMA}. Install the newer runner to read it."
            )
        return _typed(RunInfo.of, record, self.path / layout.RUN)

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.info.experiment

    @property
    def state(self) -> State:
        """How the run ended."""
        return self.info.state

    @cached_property
    def scores(self) -> Metrics:
        """The scores on held-out rows; empty where the run ended before any were made."""
        if layout.METRICS not in self.files:
            return Metrics()
        return _typed(Metrics.of, self._json(layout.METRICS), self.path / layout.METRICS)

    @cached_property
    def fold_scores(self) -> list[FoldScore]:
        """Every number that a metric gave, fold by fold; empty where the run ended before any were made."""
        return read_scores(self.path / layout.SCORES) if layout.SCORES in self.files else []

    @cached_property
    def sizes(self) -> list[Size]:
        """The shipped model as trained and after each compressor; empty where there was no compressor."""
        if layout.SIZES not in self.files:
            return []
        return _typed(
            lambda record: [Size.of(one) for one in record["models"]],
            self._json(layout.SIZES),
            self.path / layout.SIZES,
        )

    @cached_property
    def steps(self) -> list[StepRecord]:
        """The steps carried out, in their order."""
        if layout.STEPS not in self.files:
            return []
        try:
            lines = (self.path / layout.STEPS).read_text(encoding="utf-8").splitlines()
            return [StepRecord.of(json.loads(line)) for line in lines]
        except (OSError, ValueError, KeyError) as error:
            raise _unreadable(self.path / layout.STEPS, error) from error

    @cached_property
    def config(self) -> dict[str, Any]:
        """The whole resolved declaration."""
        import yaml  # `runner ls` shows no declarations and should not pay for a YAML parser

        try:
            return dict(yaml.safe_load((self.path / layout.RESOLVED).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
            raise _unreadable(self.path / layout.RESOLVED, error) from error

    @cached_property
    def fingerprints(self) -> Mapping[str, Any]:
        """Stage ("raw", "clean", …) -> its data as `fingerprint()` tells them; empty if the run ended before."""
        return self._json(layout.FINGERPRINT) if layout.FINGERPRINT in self.files else {}

    @cached_property
    def files(self) -> dict[str, Any]:
        """Relative path -> {"sha256", "size"}, from the manifest."""
        return manifest.read(self.path)

    def verify(self) -> None:
        """Compare every byte with the manifest; raises IntegrityError naming each file that differs."""
        manifest.verify(self.path)

    def _json(self, name: str) -> dict[str, Any]:
        record = strict_json.read(self.path / name)
        if not isinstance(record, dict):
            raise _unreadable(self.path / name, TypeError(f"a mapping is expected, not {type(record).__name__}"))
        return record


def runs(root: Path) -> list[Run]:
    """Return the finished runs below an outputs folder, oldest first.

    Unfinished ones are never among them. A run whose record was damaged is: reading it tells what is wrong.
    """
    if not root.is_dir():
        return []
    found = [Run(path) for shelf in root.iterdir() if shelf.is_dir() for path in shelf.iterdir()]
    return sorted((run for run in found if run.finished), key=_start)


def find(root: Path, words: str) -> Run:
    """Return the run that somebody means: a path, `<experiment>/<id>`, an id, or a unique beginning of one.

    The beginning may also be that of the 8 hex digits at an id's end. Raises ConfigError if no run or several
    match.
    """
    for path in (Path(words), root / words):
        if words and manifest.is_finished(path):
            return Run.open(path)
    known = {run.path.name: run for run in runs(root)}
    matches = [known[words]] if words in known else [run for run in known.values() if _begins(run, words)]
    if len(matches) == 1:
        return Run.open(matches[0].path)
    if matches:
        names = ", ".join(run.path.name for run in matches[:10])
        raise ConfigError(f"{words!r} could be any of {len(matches)} runs in '{root}': {names}. Give more of the id.")
    raise ConfigError(
        f"no finished run {words!r}: it is neither a run folder nor the beginning of an id in '{root}'. "
        f"{did_you_mean(words, known)} 'runner ls' lists the runs."
    )


def _typed(reader: Callable[[dict[str, Any]], Record], record: dict[str, Any], path: Path) -> Record:
    try:
        return reader(record)
    except (KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> IntegrityError:
    return IntegrityError(
        f"'{path}' does not hold what a run writes there ({type(error).__name__}: {error}). "
        "'runner verify' says whether it was changed since."
    )


def _begins(run: Run, words: str) -> bool:
    """Say whether a run's id, or the random part of it, begins with these words."""
    _, _, token = run.path.name.rpartition("-")
    return bool(words) and (run.path.name.startswith(words) or token.startswith(words))


def _start(run: Run) -> tuple[str, str]:
    """Order by the recorded start; a record that cannot be read leaves the time in the folder's name."""
    try:
        started = run.info.started
    except RunnerError:
        started = run.path.name
    return started.replace("-", "").replace(":", "")[:15], run.path.name


def _our_version() -> str:
    try:
        return metadata.version("runner-ml")
    except metadata.PackageNotFoundError:  # a checkout that is on the path but not installed
        return "not installed"
