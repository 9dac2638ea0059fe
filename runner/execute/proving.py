"""Every export proven before it may leave: read back, asked held-out rows, compared with the model.

An export that lies goes to `quarantine/`, and the run fails with the step that differs. In a run with nothing but
the default exporter the answers are compared here, which costs milliseconds; where other formats or a deployment
are made, an interpreter of its own reads each export, as whoever uses it will.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from runner.contracts import FinishedRun
from runner.data import Dataset
from runner.errors import IntegrityError, RunnerError
from runner.execute import collecting
from runner.execute.components import Called, Components
from runner.execute.trial import Trial
from runner.record.folder import RunFolder
from runner.ship.answers import Answers, ask, difference
from runner.ship.asking import Question, Reply, answered, asked_afresh
from runner.ship.gate import Examined, Proof, disagrees, examined, passed, refusal
from runner.ship.rows import features_of
from runner.ship.signature import Signature

#: So many rows are compared where a fresh interpreter does it, and where this one does.
_ROWS_AFRESH, _ROWS_HERE = 1000, 200
#: What probabilities may differ by where the exporter does not say.
_TOLERANCE = 1e-4
QUARANTINE = "quarantine"


@dataclass
class Proving:
    """The proofs of a run's exports. afresh: by an interpreter of its own, with rows at the edge.

    known: the signature, where it is known from before.
    """

    components: Components
    trial: Trial
    run: FinishedRun
    folder: RunFolder
    trusted: Collection[str]
    afresh: bool
    known: Signature | None = None

    @cached_property
    def signature(self) -> Signature:
        """What the model is asked with."""
        if self.known is not None:
            return self.known
        rows = collecting.without_taken(self.components, self.trial.data.raw)
        return Signature.of(rows, classes=self.run.classes, probabilities=hasattr(self.run.pipeline, "predict_proba"))

    @cached_property
    def rows(self) -> Examined:
        """The rows every export is asked, with the model's own answers."""
        features = self._held_out(_ROWS_AFRESH if self.afresh else _ROWS_HERE).features
        return examined(self.run.pipeline, self.signature, features, edges=self.afresh)

    def prove(self, called: Called, place: Path) -> Proof | None:
        """Compare an export with its model. None where loading runs others' code, or it cannot be read back.

        Raises IntegrityError for an export that answers otherwise, after moving it into quarantine.
        """
        exporter = called.component
        if not getattr(exporter, "loads", None) or (_runs_code(called) and not getattr(exporter, "own_code", False)):
            return None
        try:
            proof, apart = passed(
                self._question(called, place / exporter.loads),
                self.rows,
                lambda question: self._reply(called, question),
                self.run.pipeline,
                size=sum(path.stat().st_size for path in place.rglob("*") if path.is_file()),
                tolerance=float(getattr(exporter, "tolerance", _TOLERANCE)),
                changed=float(getattr(exporter, "may_change", 0.0)),
                fresh=self._asks_afresh(called),
            )
        except IntegrityError as error:
            self._quarantine(called, place)
            raise IntegrityError(
                f"the export {called.name!r} cannot be asked: {error} The files are in '{QUARANTINE}/{called.name}'. "
                "Choose another exporter, or another component for the step that it is about."
            ) from error
        if disagrees(proof, apart):
            self._quarantine(called, place)
            raise refusal(called.name, proof, apart, self.rows, self._first_step(called))
        return proof

    def _held_out(self, wanted: int) -> Dataset:
        """Take rows as loaded, those held out first. wanted: how many at most."""
        raw = collecting.without_taken(self.components, self.trial.data.raw)
        tests = [fold.test.row_ids for fold in self.trial.folds if fold.test is not None]
        held = np.isin(raw.row_ids, np.concatenate(tests)) if tests else np.zeros(raw.n_rows, dtype=bool)
        order = np.concatenate([np.flatnonzero(held), np.flatnonzero(~held)])
        return raw.take(order[:wanted])

    def _question(self, called: Called, path: Path) -> Question:
        target, settings = called.step.offer.target, called.step.settings
        named = target if isinstance(target, str) else f"{target.__module__}:{target.__qualname__}"
        plain = {name: value for name, value in settings.items() if name in called.step.offer.signature.names()}
        vouched = _sha256(path) if _runs_code(called) else None
        return Question(named, plain, str(path), sorted(self.trusted), self.signature, {}, vouched)

    def _asks_afresh(self, called: Called) -> bool:
        # A class typed in at a prompt or in a notebook is nowhere that a fresh interpreter could find it.
        return self.afresh and isinstance(called.step.offer.target, str)

    def _reply(self, called: Called, question: Question) -> Reply:
        if self._asks_afresh(called):
            return asked_afresh(question)
        model = called.call("reading its export back", called.component.load, *_trusting(question, self.trusted))
        return answered(question, model)

    def _quarantine(self, called: Called, place: Path) -> None:
        shutil.move(place, self.folder.folder(QUARANTINE) / called.name)

    def _first_step(self, called: Called) -> str | None:
        """Name the first step whose export differs, by exporting ever shorter ends of the pipeline."""
        steps: Sequence[tuple[str, Any]] = self.run.pipeline.steps
        features = features_of(self.signature, self.rows.columns)
        guilty = None
        for place in range(1, len(steps)):
            features = steps[place - 1][1].transform(features)
            tail = Pipeline(steps[place:])
            if self._same(called, tail, features):
                return steps[place - 1][0]
            guilty = steps[place][0]
        return guilty if len(steps) > 1 else steps[0][0]

    def _same(self, called: Called, tail: Any, features: Any) -> bool:
        """Say whether the export of a pipeline's end answers like it; one that cannot be exported tells nothing."""
        rows = self.run.sample.with_features(features[:0] if not hasattr(features, "iloc") else features.iloc[:0])
        sample = replace(rows, features=features[:5] if not hasattr(features, "iloc") else features.iloc[:5])
        tolerance = float(getattr(called.component, "tolerance", _TOLERANCE))
        with TemporaryDirectory() as folder:
            try:
                called.component.export(replace(self.run, pipeline=tail, sample=sample), Path(folder))
                question = self._question(called, Path(folder) / called.component.loads)
                model = called.component.load(*_trusting(question, self.trusted))
                found: Answers = ask(model, features)
            except RunnerError:
                return False
            return difference(ask(tail, features), found).within(tolerance)


def _runs_code(called: Called) -> bool:
    return bool(getattr(called.component, "runs_code", False))


def _trusting(question: Question, trusted: Collection[str]) -> tuple[Path, Any]:
    """Return what `load` takes: the file, and its sha256 if loading runs code, else the types that may be built."""
    return Path(question.path), question.vouched or trusted


def _sha256(path: Path) -> str:
    """Vouch for a file that this run has just written."""
    if not path.is_file():
        raise IntegrityError(f"the exporter wrote no '{path.name}', the file that it says it can load")
    return sha256(path.read_bytes()).hexdigest()
