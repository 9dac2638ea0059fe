"""The gate: what an export is asked, what it is compared with, and what is said of one that lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from runner.data import Dataset
from runner.errors import ExitCode
from runner.ship.answers import Answers, ask
from runner.ship.asking import Question, Reply
from runner.ship.gate import Examined, Proof, disagrees, examined, passed, refusal
from runner.ship.rows import features_of
from runner.ship.signature import Signature

ROWS = pd.DataFrame({"a": np.linspace(-1, 1, 40), "b": np.arange(40.0)})
LABELS = (np.arange(40) > 19).astype(int)
CLASSIFIER = make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, LABELS)
SIGNATURE = Signature.of(Dataset.of(ROWS), classes=[0, 1], probabilities=True)


def asked(model: Any, rows: Examined, change: Any, **allowed: Any) -> tuple[Proof, Any]:
    def reply(question: Question) -> Reply:
        answers = ask(model, features_of(rows.signature, question.columns))
        return Reply(change(answers), 0.001, 0.01)

    question = Question("x:Y", {}, "model", [], rows.signature, {})
    given = {"size": 7, "tolerance": 1e-4, "changed": 0.0, "fresh": True, **allowed}
    return passed(question, rows, reply, model, **given)


def test_rows_at_the_edge_are_asked_beside_the_held_out_ones_where_the_model_has_an_answer() -> None:
    rows = examined(CLASSIFIER, SIGNATURE, ROWS, edges=True)
    assert rows.n_edges > 0
    assert rows.refused > 0  # a gap, which this model has no answer to
    assert len(rows.columns["a"]) == 40 + rows.n_edges
    assert examined(CLASSIFIER, SIGNATURE, ROWS, edges=False).n_edges == 0


def test_an_honest_export_passes_and_its_proof_tells_what_was_measured() -> None:
    rows = examined(CLASSIFIER, SIGNATURE, ROWS, edges=True)
    proof, apart = asked(CLASSIFIER, rows, lambda answers: answers)
    assert not disagrees(proof, apart)
    assert (proof.rows, proof.edge_rows, proof.labels, proof.worst) == (40, rows.n_edges, 0, 0.0)
    assert (proof.bytes, proof.latency, proof.load, proof.fresh) == (7, 0.001, 0.01, True)
    assert proof.latency_of_model > 0


def test_one_probability_too_far_off_is_enough_to_be_refused() -> None:
    def lie(answers: Answers) -> Answers:
        assert answers.probabilities is not None
        off = answers.probabilities.copy()
        off[17, 0] += 2e-4
        return Answers(answers.labels, off)

    rows = examined(CLASSIFIER, SIGNATURE, ROWS, edges=False)
    proof, apart = asked(CLASSIFIER, rows, lie)
    assert disagrees(proof, apart)
    error = refusal("onnx", proof, apart, rows, "scale")
    assert error.exit_code == ExitCode.INTEGRITY
    assert "every label is equal, and the probabilities differ by up to 0.0002 where 0.0001 is allowed" in str(error)
    assert "first step that differs is 'scale'. Farthest off is row 17 of those compared" in str(error)
    assert "'quarantine/onnx'" in str(error)


def test_the_values_of_an_edge_row_are_told_and_those_of_a_data_row_are_not() -> None:
    rows = examined(CLASSIFIER, SIGNATURE, ROWS, edges=True)

    def lie(answers: Answers) -> Answers:
        labels = answers.labels.copy()
        labels[-2] = 1 - labels[-2]  # the last one is a tie, of which either label is right
        return Answers(labels, answers.probabilities)

    proof, apart = asked(CLASSIFIER, rows, lie)
    told = str(refusal("onnx", proof, apart, rows, None))
    assert "1 of" in told
    assert "edge row {'a':" in told


@pytest.mark.parametrize(("changed", "refused"), [(0.0, True), (0.02, True), (0.03, False)])
def test_so_many_labels_may_change_as_the_exporter_says(changed: float, refused: bool) -> None:
    def lie(answers: Answers) -> Answers:
        labels = answers.labels.copy()
        labels[0] = 1 - labels[0]
        return Answers(labels, answers.probabilities)

    rows = examined(CLASSIFIER, SIGNATURE, ROWS, edges=False)
    proof, apart = asked(CLASSIFIER, rows, lie, changed=changed)
    assert disagrees(proof, apart) is refused
    if changed and refused:
        assert "2.00% of the labels may change" in str(refusal("int8", proof, apart, rows, None))


def test_values_are_compared_by_their_spread_however_many_labels_might_change() -> None:
    model = make_pipeline(StandardScaler(), Ridge()).fit(ROWS, ROWS["b"] * 100)
    signature = Signature.of(Dataset.of(ROWS), classes=None, probabilities=False)
    rows = examined(model, signature, ROWS, edges=False)
    spread = float(np.std(rows.answers.labels))
    for off, refused in ((0.05, False), (0.2, True)):
        proof, apart = asked(
            model, rows, lambda a, off=off: Answers(a.labels + off * spread), tolerance=0.1, changed=0.01
        )
        assert disagrees(proof, apart) is refused
    assert "a value is off by up to 0.2 standard deviations" in str(refusal("int8", proof, apart, rows, None))
