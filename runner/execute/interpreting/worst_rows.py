"""The rows that a model was most wrong about, by their ids."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.data import Dataset
from runner.label_sets import indicator
from runner.record.predictions import HeldOut

#: A chance of 0 counts as this much, so that a loss stays finite.
_LEAST = 1e-15


def worst_rows(parts: Sequence[HeldOut], most: int, data: Dataset | None = None) -> list[dict[str, Any]]:
    """Return held-out rows with the largest losses, the worst first. data: where values are told from; None for none.

    A row's loss is the negative logarithm of the chance its class was given; without chances, by how much the
    score of its class is behind the best, or 1 for a wrong label; of a regression it is the absolute error. Of
    several labels a row it is the mean over the labels.
    """
    found = [(float(loss), part, place) for part in parts for place, loss in _largest(part, most)]
    found.sort(key=lambda it: -it[0])
    return [_told(loss, part, place, data) for loss, part, place in found[:most]]


def _largest(part: HeldOut, most: int) -> list[tuple[int, float]]:
    losses = losses_of(part)
    order = np.argsort(-losses, kind="stable")[:most]
    return [(int(place), float(losses[place])) for place in order if losses[place] > 0]


def losses_of(part: HeldOut) -> NDArray[np.float64]:
    """Return the loss of each row, (n_rows,); see `worst_rows`."""
    said, truth = part.prediction, part.truth
    if said.classes is None:
        return np.abs(np.asarray(truth, dtype=np.float64) - np.asarray(said.labels, dtype=np.float64))
    if said.label_sets:
        return _of_sets(part)
    wrong = np.asarray(truth != said.labels, dtype=np.float64)
    place = np.searchsorted(said.classes, truth)
    known = (place < len(said.classes)) & (said.classes[np.minimum(place, len(said.classes) - 1)] == truth)
    place = np.where(known, place, 0)
    rows = np.arange(len(truth))
    if said.probabilities is not None and said.probabilities.shape[1] == len(said.classes):
        chance = np.where(known, said.probabilities[rows, place], 0.0)
        return np.asarray(-np.log(np.clip(chance, _LEAST, 1.0)))
    if said.scores is None:
        return wrong
    if said.scores.ndim == 1:
        ahead = np.where(place == 1, said.scores, -said.scores)
        return np.where(known, np.maximum(0.0, -ahead), np.abs(said.scores))
    best = said.scores.max(axis=1)
    return np.asarray(best - np.where(known, said.scores[rows, place], said.scores.min(axis=1)))


def _of_sets(part: HeldOut) -> NDArray[np.float64]:
    """Return the mean over the labels: of the negative logarithm of the chance, else of whether it is wrong."""
    said = part.prediction
    assert said.classes is not None
    truth = indicator(part.truth, said.classes)
    if said.probabilities is None:
        return np.asarray((truth != indicator(said.labels, said.classes)).mean(axis=1))
    chance = np.where(truth, said.probabilities, 1 - said.probabilities)
    return np.asarray(-np.log(np.clip(chance, _LEAST, 1.0)).mean(axis=1))


def _told(loss: float, part: HeldOut, place: int, data: Dataset | None) -> dict[str, Any]:
    told = {
        "row_id": int(part.row_ids[place]),
        "fold": part.fold,
        "truth": _plain(part.truth[place]),
        "label": _plain(part.prediction.labels[place]),
        "loss": loss,
    }
    if data is not None and hasattr(data.features, "iloc"):
        at = np.flatnonzero(data.row_ids == part.row_ids[place])
        if len(at):
            row = data.features.iloc[int(at[0])]
            told["row"] = {str(name): _plain(value) for name, value in row.items()}
    return told


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; None for a missing one."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if str(value) in ("NaT", "<NA>") else str(value)
