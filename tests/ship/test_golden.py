"""Golden rows: made up, answered once, and found again by whoever runs the model right."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from runner.record import strict_json
from runner.ship.golden import compared, golden
from runner.ship.signature import Signature


class Turned:
    """Answers with the classes exchanged."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, rows: Any) -> Any:
        return np.where(self._model.predict(rows) == "yes", "no", "yes")

    def predict_proba(self, rows: Any) -> Any:
        return self._model.predict_proba(rows)[:, ::-1]


class Refuses:
    """Has no answer to anything."""

    def predict(self, rows: Any) -> Any:
        raise ValueError("no")


def test_no_row_of_the_data_is_among_the_questions(model: Any, signature: Signature, rows: Any) -> None:
    columns = golden(model, signature)["columns"]
    asked = set(zip(columns["age"], columns["job"], strict=True))
    assert len(asked) > 5
    assert not asked & set(zip(rows.features["age"], rows.features["job"], strict=True))


def test_the_model_itself_answers_them_alike_after_a_round_through_json(model: Any, signature: Signature) -> None:
    record = json.loads(strict_json.dumps(golden(model, signature)))
    apart = compared(model, signature, record)
    assert apart.rows == len(record["predict"]) > 5
    assert apart.within(1e-9)


def test_another_model_is_found_out(model: Any, signature: Signature) -> None:
    apart = compared(Turned(model), signature, golden(model, signature))
    assert apart.labels > 0
    assert not apart.within(1e-4)


def test_a_model_with_no_answer_has_no_golden_rows(signature: Signature) -> None:
    record = golden(Refuses(), signature)
    assert record["predict"] == []
    assert compared(Refuses(), signature, record).within(0.0)
