"""The coefficients of a linear model, by the names of what they multiply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.execute.interpreting.asking import LeftOutError, Subject
from runner.execute.interpreting.feature_names import feature_names

#: So many classes are told of.
_MOST_CLASSES = 20
_NOTE = (
    "A coefficient is for one unit of what the step before the model gives, so sizes compare only where these have "
    "one scale; of columns that go together, one can have the weight of another."
)


def coefficients(subject: Subject, most: int) -> dict[str, Any]:
    """Return the part `coefficients`: for each of several classes those that speak most for it.

    Of two classes they are the second's; there, and of a regression, they are the largest of either sign. most:
    terms of one class. Raises LeftOutError for a model that has none.
    """
    table = coefficient_table(subject)
    names = feature_names(subject.pipeline, subject.rows.features, table.shape[1])
    classes = subject.classes
    if classes is None:
        labels: Sequence[str | None] = [None] * len(table)
    else:
        labels = [str(classes[-1])] if len(table) == 1 else [str(label) for label in classes.tolist()]
    groups = list(zip(labels, table, strict=True))[:_MOST_CLASSES]
    more = f" Of {len(table)} classes the first {_MOST_CLASSES} are told." if len(table) > _MOST_CLASSES else ""
    return {
        "classes": None if classes is None else [str(label) for label in classes.tolist()],
        "groups": [
            {"class": label, "terms": _terms(names, row, most, both=len(table) == 1)} for label, row in groups
        ],
        "note": f"Coefficients of {subject.told}. {_NOTE}{more}",
    }


def coefficient_table(subject: Subject) -> NDArray[np.float64]:
    """Return the coefficients, (n_outputs, n_features). Raises LeftOutError for a model that has none.

    Of a model that goes around another and says so by `model_`, they are the inner one's.
    """
    model, classes = getattr(subject.model, "model_", subject.model), subject.classes
    coef = getattr(model, "coef_", None)
    if coef is None:
        raise LeftOutError(f"{subject.called} has no coefficients")
    if hasattr(model, "dual_coef_") and classes is not None and len(classes) > 2:
        raise LeftOutError(f"{subject.called} compares the classes pair by pair and has no coefficients of a class")
    table = np.atleast_2d(np.asarray(coef.toarray() if hasattr(coef, "toarray") else coef, dtype=np.float64))
    if classes is not None and len(table) not in (1, len(classes)):
        raise LeftOutError(f"{subject.called} has {len(table)} rows of coefficients for {len(classes)} classes")
    return table


def _terms(names: Sequence[str], row: NDArray[np.float64], most: int, *, both: bool) -> list[dict[str, Any]]:
    """Return the terms from the most positive to the most negative. both: signs count the same."""
    first = np.argsort(-np.abs(row), kind="stable")
    if not both:  # what speaks for the class comes first, whatever speaks against it
        first = np.concatenate([first[row[first] > 0], first[row[first] <= 0]])
    first = first[:most]
    ordered = first[np.argsort(-row[first], kind="stable")]
    return [{"name": names[it], "value": float(row[it])} for it in ordered if row[it]]
