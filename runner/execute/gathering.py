"""The data of a trial, from the source to the folds, checked and accounted for: all that happens before training."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from sklearn.base import is_classifier

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner.execute import cleaning, collecting
from runner.execute.change_report import change_of
from runner.execute.checks import check_folds, check_target
from runner.execute.collecting import Fold
from runner.execute.components import Components
from runner.execute.data_report import DataReport, data_report
from runner.execute.judging import final_fold, for_choosing
from runner.execute.observing import Stages
from runner.record.fingerprint import fingerprint

log = logging.getLogger("runner")


@dataclass(frozen=True)
class Gathered:
    """The rows a trial learns from. raw: as loaded; clean: as parted; folds: positions in these.

    fingerprints: stage -> what the data looked like there. final: what is shipped learns from and is judged by, None
    where the splitter keeps no rows for that.
    """

    raw: Dataset
    clean: Dataset
    folds: Sequence[Fold]
    fingerprints: Mapping[str, Any]
    report: DataReport
    final: Fold | None = None


def gather(components: Components, context: SourceContext, stages: Stages, *, strict: bool = False) -> Gathered:
    """Load, clean, part and check the data. strict: a leak is an error.

    Raises DataError, PluginError, ConfigError.
    """
    classifier = bool(is_classifier(components.one("model").component))
    raw = clean = collecting.load(components, context, stages)
    changes = []
    for called in cleaning.parted(components.many("cleaners"))[0]:
        before, clean = clean, collecting.clean(called, clean, stages)
        changes.append(change_of(f"clean/{called.name}", before, clean))
    folds = checked_folds(components, clean, stages)
    final = final_fold(components, clean, folds)
    if final is not None:
        folds = for_choosing(folds)
    parted = folds if final is None else [*folds, final]
    # Columns that only part the rows are not what a model is asked with later.
    offered = collecting.without_taken(components, raw)
    data = {"raw": fingerprint(offered), "clean": fingerprint(clean)}
    digests = {**{stage: told["sha256"] for stage, told in data.items()}, "split": _split_digest(parted)}
    report = data_report(
        raw,
        collecting.without_taken(components, clean),
        changes,
        parted,
        classifier=classifier,
        overlaps=bool(getattr(components.one("splitter").component, "overlaps", False)),
        fingerprints=digests,
    )
    tell(report, strict=strict)
    return Gathered(raw, clean, folds, {**data, "split": digests["split"]}, report, final)


def checked_folds(components: Components, clean: Dataset, stages: Stages) -> list[Fold]:
    """Part the rows, and make sure that each training part can be learned from. Raises DataError, PluginError."""
    classifier = bool(is_classifier(components.one("model").component))
    check_target(clean, classifier=classifier)
    folds = collecting.split(components, clean, stages)
    check_folds(folds, clean.target, classifier=classifier, splitter=str(components.one("splitter")))
    return folds


def tell(report: DataReport, *, strict: bool) -> None:
    """Warn of leaks; refuse them where the experiment is strict."""
    if report.leaks and strict:
        raise DataError(
            "the experiment is strict and its data give the target away, or let training rows into the test: "
            + "; ".join(report.leaks)
        )
    for leak in report.leaks:
        log.warning("%s", leak)
    for remark in report.remarks:
        log.info("%s", remark)


def _split_digest(folds: Sequence[Fold]) -> str:
    digest = sha256()
    for train, held, n_validation in folds:
        parts = (train, held[:n_validation], held[n_validation:]) if n_validation else (train, held)
        digest.update(b"|".join(np.asarray(part, np.int64).tobytes() for part in parts))
    return digest.hexdigest()
