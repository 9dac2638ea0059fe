"""The gate: an export answers like its model, or does not leave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runner.data import Dataset
from runner.errors import ExitCode
from runner.ship.asking import Question, Reply, answered
from runner.ship.gate import Proof, disagrees, examined, passed, refusal
from runner.ship.signature import Signature


class Shifted:
    """A model whose probabilities are off, and its labels too if they are far off."""

    def __init__(self, model: Any, by: float) -> None:
        self._model, self._by = model, by

    def predict(self, rows: Any) -> Any:
        return np.where(self.predict_proba(rows)[:, 1] > 0.5, "yes", "no")

    def predict_proba(self, rows: Any) -> Any:
        chances = self._model.predict_proba(rows)
        return chances + np.array([self._by, -self._by])


def proven(model: Any, export: Any, signature: Signature, rows: Dataset, **limits: float) -> tuple[Proof, Any, Any]:
    examination = examined(model, signature, rows.features, edges=True)
    question = Question("nobody:Asks", {}, "", [], signature, {})

    def reply(asked: Question) -> Reply:
        return answered(asked, export)

    allowed = {"tolerance": 1e-4, "changed": 0.0, **limits}
    proof, apart = passed(question, examination, reply, model, size=7, fresh=False, **allowed)
    return proof, apart, examination


def test_an_equal_export_passes_and_what_it_takes_is_measured(
    model: Any, signature: Signature, rows: Dataset
) -> None:
    proof, apart, _ = proven(model, model, signature, rows)
    assert not disagrees(proof, apart)
    assert (proof.rows, proof.labels, proof.worst, proof.bytes) == (40, 0, 0.0, 7)
    assert proof.edge_rows > 5
    assert 0 < proof.latency < 1
    assert 0 < proof.latency_of_model < 1


def test_edge_rows_that_the_model_cannot_answer_are_counted_and_not_asked(
    model: Any, signature: Signature, rows: Dataset
) -> None:
    # scaling takes a missing number and the model after it does not
    examination = examined(model, signature, rows.features, edges=True)
    assert examination.refused == 1
    assert None not in examination.columns["age"]
    assert examined(model, signature, rows.features, edges=False).n_edges == 0


@pytest.mark.parametrize(("by", "passes"), [(5e-5, True), (2e-4, False), (0.4, False)])
def test_probabilities_may_be_off_by_the_tolerance(
    model: Any, signature: Signature, rows: Dataset, by: float, passes: bool
) -> None:
    proof, apart, _ = proven(model, Shifted(model, by), signature, rows)
    assert disagrees(proof, apart) is not passes
    assert proof.worst == pytest.approx(by)


def test_an_export_that_may_change_labels_is_held_to_their_share(
    model: Any, signature: Signature, rows: Dataset
) -> None:
    export = Shifted(model, 0.49)
    strict, apart, _ = proven(model, export, signature, rows, changed=0.01)
    assert disagrees(strict, apart)
    lenient, apart, _ = proven(model, export, signature, rows, changed=1.0)
    assert not disagrees(lenient, apart)


@pytest.mark.fault("F100")
def test_a_refusal_says_how_far_it_is_off_where_and_what_to_do(
    model: Any, signature: Signature, rows: Dataset
) -> None:
    proof, apart, examination = proven(model, Shifted(model, 0.2), signature, rows)
    error = refusal("mine", proof, apart, examination, "scale")
    assert error.exit_code == ExitCode.INTEGRITY
    told = str(error)
    assert "the export 'mine' does not answer like the model" in told
    assert "differ by up to 0.2 where 0.0001 is allowed. The first step that differs is 'scale'" in told
    assert "'quarantine/mine'. Choose another exporter" in told


def test_a_refusal_shows_edge_rows_and_no_row_of_the_data(model: Any, signature: Signature, rows: Dataset) -> None:
    proof, apart, examination = proven(model, Shifted(model, 0.2), signature, rows)
    first = apart.__class__(apart.rows, apart.labels, apart.ties, apart.worst, first=3)
    assert "row 3 of those compared" in str(refusal("mine", proof, first, examination, None))
    last = apart.__class__(apart.rows, apart.labels, apart.ties, apart.worst, first=apart.rows - 1)
    assert "edge row {'age':" in str(refusal("mine", proof, last, examination, None))
