"""Importance of inputs: by how much the score falls where one of them is shuffled (Breiman, 2001).

The rows are held out, so it is the importance for what the model has not learned by heart. It is that of one model
and says nothing of the world: what a bad model does not use may matter, and inputs that go together stand in for
each other, so that none of them seems to matter.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from runner.data import Prediction
from runner.errors import DataError
from runner.execute.components import Called
from runner.execute.interpreting.asking import LeftOutError, Subject
from runner.execute.interpreting.correlated import correlated_told
from runner.execute.interpreting.inputs import Inputs, inputs_of
from runner.plan.interpret import Interpret
from runner.plan.seeds import derive

#: What it may cost where nobody asked for it: seconds, and rows.
_SECONDS, _ROWS_UNASKED = 0.35, 300
_CONFIDENCE = 0.95


def importance(subject: Subject, metric: Called | None, wanted: Interpret, seed: int) -> dict[str, Any]:
    """Return the part `importance`: for each input the mean fall of the score, and how sure it is.

    low, high: of the mean, by Student's t over the repeats. metric: the one that ranks. seed: of the experiment.
    Raises LeftOutError where there is nothing to shuffle or to score, or where it takes long and was not asked for.
    """
    if metric is None:
        raise LeftOutError("no metric has a direction, so nothing can fall")
    features, truth = _rows(subject, wanted, seed)
    inputs = inputs_of(features, most=wanted.features)
    if len(inputs.names) == 1:
        raise LeftOutError(f"there is one input, {inputs.names[0]!r}, and the model has nothing else to go by")
    usual = _usual(subject, metric, features, truth)
    if wanted.importance is None:
        _check_time(subject, metric, features, len(inputs.names), wanted.repeats)
    falls = np.stack([
        _falls(subject, metric, features, truth, inputs, place, usual, wanted.repeats, seed)
        for place in range(len(inputs.names))
    ])  # fmt: skip
    return {
        "metric": metric.name,
        "rows": len(truth),
        "repeats": wanted.repeats,
        "features": _sorted(inputs.names, falls),
        "note": _note(subject, metric, usual, inputs, features),
    }


def _rows(subject: Subject, wanted: Interpret, seed: int) -> tuple[Any, NDArray[Any]]:
    """Return (features, truth) of held-out rows, drawn where there are more than are wanted."""
    rows = subject.rows
    if hasattr(rows.features, "indptr"):
        raise LeftOutError("the rows are a sparse matrix, of which no column is shuffled")
    most = wanted.rows if wanted.importance else min(wanted.rows, _ROWS_UNASKED)
    if rows.n_rows > most:
        drawn = np.random.default_rng(derive(seed, "interpret")).choice(rows.n_rows, most, replace=False)
        rows = rows.take(np.sort(drawn))
    assert rows.target is not None
    return rows.features, rows.target


def _usual(subject: Subject, metric: Called, features: Any, truth: NDArray[Any]) -> float:
    try:
        return _score(metric, truth, subject.answer(features, metric.component.needs))
    except DataError as error:
        raise LeftOutError(f"{metric.name} cannot score these rows: {error}") from None


def _check_time(subject: Subject, metric: Called, features: Any, n_inputs: int, repeats: int) -> None:
    """Find out what one input costs, the model being warm by now. Raises LeftOutError."""
    rows = np.tile(np.arange(features.shape[0]), repeats)
    start = time.perf_counter()
    subject.answer(features.iloc[rows] if hasattr(features, "iloc") else features[rows], metric.component.needs)
    seconds = (time.perf_counter() - start) * n_inputs
    if seconds > _SECONDS:
        raise LeftOutError(
            f"it would take about {seconds:.1f} s; 'interpret.importance=true' computes it all the same"
        )


def _falls(
    subject: Subject,
    metric: Called,
    features: Any,
    truth: NDArray[Any],
    inputs: Inputs,
    place: int,
    usual: float,
    repeats: int,
    seed: int,
) -> NDArray[np.float64]:
    """Return by how much the score falls in each repeat, (repeats,); all repeats are predicted in one call."""
    n_rows, rng = len(truth), np.random.default_rng(derive(seed, "importance", place))
    shuffled = np.concatenate([rng.permutation(n_rows) for _ in range(repeats)])
    rows = np.tile(np.arange(n_rows), repeats)
    said = subject.answer(inputs.replaced(features, rows, place, shuffled), metric.component.needs)
    scores = [_score(metric, truth, said.take(slice(n * n_rows, (n + 1) * n_rows))) for n in range(repeats)]
    better = 1 if metric.component.direction == "maximize" else -1
    return better * (usual - np.asarray(scores))


def _score(metric: Called, truth: NDArray[Any], said: Prediction) -> float:
    return float(metric.call("scoring", metric.component.score, truth, said))


def _sorted(names: Sequence[str], falls: NDArray[np.float64]) -> list[Mapping[str, Any]]:
    """Return each input with its mean fall and the interval of that, the most important first."""
    repeats = falls.shape[1]
    means = falls.mean(axis=1)
    reach = stdtrit(repeats - 1, (1 + _CONFIDENCE) / 2) * falls.std(axis=1, ddof=1) / np.sqrt(repeats)
    order = np.argsort(-means, kind="stable")
    return [
        {"name": names[it], "mean": float(means[it]), "low": float(means[it] - reach[it]),
         "high": float(means[it] + reach[it])}
        for it in order
    ]  # fmt: skip


def _note(subject: Subject, metric: Called, usual: float, inputs: Inputs, features: Any) -> str:
    told = [
        f"Importance for {subject.told}, whose {metric.name} is {usual:.4g} on these rows: what a poor model makes "
        "no use of may matter all the same."
    ]
    if not inputs.single:
        told.append("Neighbours are shuffled together, and each block can stand in for the next.")
    if inputs.left_out:
        told.append(f"The other {inputs.left_out} columns are not looked at; 'interpret.features' says how many are.")
    together = correlated_told(features, inputs) if inputs.single else None
    return " ".join([*told, *([together] if together else [])])
