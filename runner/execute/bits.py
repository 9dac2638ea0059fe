"""The bits of a trial: digests of what each stage after the split gave, for a replay to be compared with."""

from __future__ import annotations

from typing import Any

from runner.execute.fold import FittedFold
from runner.execute.trial import Trial
from runner.record.content import content_digest


def trial_bits(trial: Trial) -> dict[str, Any]:
    """Return what `bits.json` holds: for each training the digests of its stages, and that of what is shipped.

    transforms, model: what was learned. prediction: of the held-out rows, with probabilities and scores.
    A digest is None where an object is nested too deeply to be taken apart.
    """
    return {
        "folds": [_training_bits(fold) for fold in trial.folds],
        "final": None if trial.final is None else _training_bits(trial.final),
        "refit": None if trial.refit is None else _training_bits(trial.refit),
        "shipped": None if trial.winner is None else _digest(trial.winner.pipeline),
    }


def _training_bits(fold: FittedFold) -> dict[str, str | None]:
    *transforms, (_, model) = fold.tail.steps
    told = {"transforms": _digest([*fold.repairs, *(step for _, step in transforms)]), "model": _digest(model)}
    return told if fold.prediction is None else {**told, "prediction": _digest(vars(fold.prediction))}


def _digest(value: Any) -> str | None:
    try:
        return content_digest(value)
    except RecursionError:
        return None
