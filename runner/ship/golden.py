"""Questions with their answers, by which whoever runs a model can see that it runs right.

The questions are rows at the edge around a made-up typical row, so that no row of the data travels with a model.
"""

from __future__ import annotations

from typing import Any

from runner.ship.answers import Answers, Difference, ask, difference
from runner.ship.edge_rows import answerable, typical_row
from runner.ship.rows import features_of
from runner.ship.signature import Signature


def golden(model: Any, signature: Signature) -> dict[str, Any]:
    """Return JSON-ready questions and the model's answers: `columns`, `predict`, and `predict_proba` where given."""
    typical = typical_row(signature)
    rows, _ = answerable(model, signature, typical)
    columns = {one.name: [row[one.name] for row in rows] for one in signature.inputs}
    if not rows:
        return {"columns": columns, "predict": [], "predict_proba": None}
    answers = ask(model, features_of(signature, columns))
    chances = None if answers.probabilities is None else answers.probabilities.tolist()
    return {"columns": columns, "predict": answers.labels.tolist(), "predict_proba": chances}


def compared(model: Any, signature: Signature, record: dict[str, Any]) -> Difference:
    """Ask a model the questions of a record and compare. Raises KeyError for a record that is none."""
    import numpy as np

    chances = record["predict_proba"]
    expected = Answers(
        np.asarray(record["predict"]), None if chances is None else np.asarray(chances, dtype=np.float64)
    )
    if not len(expected.labels):
        return Difference(0, 0, 0, 0.0, None)
    return difference(expected, ask(model, features_of(signature, record["columns"])))
